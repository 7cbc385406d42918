// Compiles src/ to dist/, from empty: declarations by tsc into one file, code by rolldown. The code goes into few files because each module costs
// half a millisecond of start (guarded by `npm run bench`, start to first byte): 53 of them were a third of the time to the first
// byte. What is often wanted together is one file, with all that it imports: what every command needs, the engine, the default
// command.
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { dts } from 'rolldown-plugin-dts'
import { bundling } from './bundling.mjs'
import { writeNotices } from './notices.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
rmSync(`${root}/dist`, { recursive: true, force: true })
await buildTypes()
const { common, pageOutput } = await bundling(root)
const { output } = await build({
  cwd: root,
  input: { cli: 'src/cli.ts', index: 'src/index.ts' },
  ...common,
  // Bundled: the packages that are none of package.json's dependencies. They are small, and would cost each start the loading of their modules, or
  // each user packages that few need.
  external: isInstalled,
  output: {
    dir: 'dist',
    format: 'esm',
    chunkFileNames: 'chunks/[name].js',
    sourcemap: true,
    codeSplitting: {
      // What two of them share goes to the one with the higher priority: neither the library nor `--help` may load the others for it.
      groups: [
        { name: 'errors', test: /src[\\/]core[\\/](?:system-error|errors)\.ts$|rolldown/, priority: 4 },
        { name: 'main', test: /src[\\/]cli[\\/]main\.ts$/, priority: 3 },
        { name: 'output', test: /src[\\/]sinks[\\/]output\.ts$/, priority: 2 },
        {
          name: 'engine',
          test: /src[\\/](?:engine[\\/]engine|sinks[\\/](?:condition|replacing-file)|core[\\/](?:steady-clock|pause))\.ts$/,
          priority: 1,
        },
        { name: 'run', test: /src[\\/]cli[\\/]run\.ts$/, priority: 0 },
      ],
    },
  },
  logLevel: 'warn',
  checks: { bundlerTimings: false },
})
chmodSync(`${root}/dist/cli.js`, 0o755)
writeNotices(root, [...pageOutput, ...output])

/** A package that a user has, or a module of Node. */
function isInstalled(id) {
  const { dependencies, optionalDependencies, peerDependencies } = manifest
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
  return isBuiltin(id) || names.some((name) => id === name || id.startsWith(`${name}/`))
}

/** One declaration file for `import` and its copy for `require`: TypeScript takes the module format of a declaration from its name. */
async function buildTypes() {
  // Inside the checkout, so that packages are found from there.
  const declarations = mkdtempSync(join(root, 'node_modules/.dumpstream-types-'))
  try {
    const tsc = `${root}/node_modules/typescript/bin/tsc`
    execFileSync(process.execPath, [tsc, '-p', `${root}/tsconfig.build.json`, '--outDir', declarations], {
      stdio: 'inherit',
    })
    await build({
      input: { index: join(declarations, 'index.d.ts') },
      external: [/^node:/, /^[a-z@][^:]*$/],
      plugins: [dts({ dtsInput: true, emitDtsOnly: true })],
      output: { dir: `${root}/dist`, format: 'esm' },
      // No comments that name the folder of the declarations: the same source makes the same file.
      experimental: { attachDebugInfo: 'none' },
      logLevel: 'warn',
      checks: { bundlerTimings: false },
    })
  } finally {
    rmSync(declarations, { recursive: true, force: true })
  }
  copyFileSync(`${root}/dist/index.d.ts`, `${root}/dist/index.d.cts`)
  // `require` of an ES module works in every Node that `engines` names; TypeScript asks for a file of the right format.
  writeFileSync(`${root}/dist/index.cjs`, "'use strict'\nmodule.exports = require('./index.js')\n")
}
