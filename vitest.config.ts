import { defineConfig } from 'vitest/config'
import about from './package.json' with { type: 'json' }
import { wat } from './scripts/wat.mjs'
import { TEST_MS } from './test/patience.ts'

const IS_LIVE = process.env.DUMPSTREAM_LIVE === '1'

export default defineConfig({
  plugins: [wat({ isChecked: true })],
  define: { DUMPSTREAM_VERSION: JSON.stringify(about.version) },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: IS_LIVE ? [] : ['test/live/**'],
    setupFiles: ['test/property/seed.ts'],
    // Live tests are told by clocks, what real programs do beside them.
    maxWorkers: IS_LIVE ? 1 : '100%',
    testTimeout: TEST_MS,
    // What clears up removes trees of Go modules, and folders of 10 000 files; what prepares a live test may fetch and build such a tree.
    hookTimeout: IS_LIVE ? 600_000 : 60_000,
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      // The script of the report page needs a browser, and what speaks to Kafka a broker: the live tests run them.
      exclude: [
        'src/**/*.md',
        'src/page/**',
        'src/kafka/{fetch,fetcher,membership,positions,record-topic,source,state-topic,transactions}.ts',
      ],
      // scripts/coverage.mjs adds what the built command ran, and judges.
      reporter: ['json'],
    },
  },
})
