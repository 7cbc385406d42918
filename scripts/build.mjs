// Compiles src/ to dist/, from empty: declarations by tsc, code by rolldown. The code goes into few files because each module costs
// half a millisecond of start (guarded by `npm run bench`, start to first byte): 53 of them were a third of the time to the first
// byte. What is often wanted together is one file, with all that it imports: what every command needs, the engine, the default
// command.
import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
rmSync(`${root}/dist`, { recursive: true, force: true })
execFileSync(process.execPath, [`${root}/node_modules/typescript/bin/tsc`, '-p', `${root}/tsconfig.build.json`], {
  stdio: 'inherit',
})
await build({
  cwd: root,
  input: { cli: 'src/cli.ts', index: 'src/index.ts' },
  platform: 'node',
  external: [/^node:/, /^[a-z@][^:]*$/],
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: 'chunks/[name].js',
    sourcemap: true,
    codeSplitting: {
      // What two of them share goes to the one with the higher priority: neither the library nor `--help` may load the others for it.
      groups: [
        { name: 'errors', test: /src\/core\/errors\.ts$/, priority: 4 },
        { name: 'main', test: /src\/cli\/main\.ts$/, priority: 3 },
        { name: 'output', test: /src\/sinks\/output\.ts$/, priority: 2 },
        { name: 'engine', test: /src\/(?:engine\/engine|sinks\/condition)\.ts$/, priority: 1 },
        { name: 'run', test: /src\/cli\/run\.ts$/, priority: 0 },
      ],
    },
  },
  logLevel: 'warn',
})
chmodSync(`${root}/dist/cli.js`, 0o755)
