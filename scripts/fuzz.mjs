// Bundles the fuzzer with the engine from src/, so that nothing is compiled while it runs, and runs it. Its flags are in test/fuzz/main.ts.
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { wat } from './wat.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const file = `${root}/test/fuzz/.main.mjs`
await build({
  cwd: root,
  input: 'test/fuzz/main.ts',
  platform: 'node',
  external: [/^node:/],
  plugins: [wat({ isChecked: true })],
  transform: { define: { DUMPSTREAM_VERSION: '"0"' } },
  output: { file, format: 'esm', sourcemap: 'inline', codeSplitting: false },
  logLevel: 'warn',
})
await import(file)
