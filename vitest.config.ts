import { defineConfig } from 'vitest/config'
import about from './package.json' with { type: 'json' }
import { wat } from './scripts/wat.mjs'
import { TEST_MS } from './test/patience.ts'

const IS_LIVE = process.env.DUMPSTREAM_LIVE === '1'
// A live test may fetch a tree of Go modules and build it.
const PATIENCE_MS = IS_LIVE ? 2 * TEST_MS : TEST_MS

export default defineConfig({
  plugins: [wat({ isChecked: true })],
  define: { DUMPSTREAM_VERSION: JSON.stringify(about.version) },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: IS_LIVE ? [] : ['test/live/**'],
    setupFiles: ['test/property/seed.ts'],
    // Live tests are told by clocks, what real programs do beside them.
    maxWorkers: IS_LIVE ? 1 : '100%',
    testTimeout: PATIENCE_MS,
    // What prepares a test packs, installs or builds; what clears up removes folders of 10 000 files.
    hookTimeout: PATIENCE_MS,
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
      reportOnFailure: true,
    },
  },
})
