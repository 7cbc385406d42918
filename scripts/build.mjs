// Compiles src/ to an empty dist/: declarations by tsc into one file, code by rolldown. The library is ES modules. The command is CommonJS, for
// V8's code cache (src/start.ts), and minified except for names, which keep traces readable. `--readable` does not minify and adds source maps, for
// coverage. The code goes into few files because each costs half a millisecond of start (guarded by `npm run bench`, start to first byte). What is
// often needed together is one file, with everything that it imports.
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
const shared = {
  cwd: root,
  ...common,
  // Packages that are not dependencies in package.json are bundled. They are small; as dependencies they would cost each start the loading of their
  // modules, or each user packages that few need.
  external: isInstalled,
  logLevel: 'warn',
  checks: { bundlerTimings: false, ineffectiveDynamicImport: false },
}
const library = await build({
  ...shared,
  input: { index: 'src/index.ts' },
  output: { dir: 'dist', format: 'esm', chunkFileNames: 'chunks/[name].js', sourcemap: true },
})
const isReadable = process.argv.includes('--readable')
const format = {
  format: 'cjs',
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name].cjs',
  sourcemap: isReadable,
  // Cached code can only `require` (src/start.ts).
  dynamicImportInCjs: false,
  minify: isReadable ? false : { compress: true, mangle: false, codegen: true },
}
const command = await build({
  ...shared,
  input: { cli: 'src/cli.ts' },
  output: {
    ...format,
    dir: 'dist/command',
    codeSplitting: {
      // Code that two groups share goes to the one with the higher priority: `--help` must not load the others for it.
      groups: [
        { name: 'main', test: /src[\\/](?:cli[\\/]main|sinks[\\/]output)\.ts$/, priority: 1 },
        { name: 'run', test: /src[\\/](?:cli[\\/]run|engine[\\/]engine|sinks[\\/]jsonl)\.ts$/, priority: 0 },
      ],
    },
  },
})
const start = await build({
  ...shared,
  input: { cli: 'src/start.ts' },
  output: { ...format, dir: 'dist', banner: '#!/usr/bin/env node' },
})
for (const { fileName } of command.output)
  if (fileName.endsWith('.cjs')) writeAsAscii(`${root}/dist/command/${fileName}`)
chmodSync(`${root}/dist/cli.cjs`, 0o755)
// The previous path of the command, which scripts and images may use.
writeFileSync(`${root}/dist/cli.js`, "#!/usr/bin/env node\nimport './cli.cjs'\n")
chmodSync(`${root}/dist/cli.js`, 0o755)
writeNotices(root, [...pageOutput, ...library.output, ...command.output, ...start.output])

/**
 * If the code contains a character that is not Latin-1, V8 stores it with two bytes a character, and reading it and finding its functions takes twice
 * the
 * time. Such characters occur only in strings and patterns, where an escape means the same.
 */
function writeAsAscii(path) {
  const code = readFileSync(path, 'utf8')
  const ascii = code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  if (ascii !== code) writeFileSync(path, ascii)
}

/** A package that users install, or a module of Node. */
function isInstalled(id) {
  const { dependencies, optionalDependencies, peerDependencies } = manifest
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
  return isBuiltin(id) || names.some((name) => id === name || id.startsWith(`${name}/`))
}

/** One declaration file for `import` and a copy for `require`: TypeScript derives the module format of a declaration from its name. */
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
      // Without comments that name the temporary folder: the same source gives the same file.
      experimental: { attachDebugInfo: 'none' },
      logLevel: 'warn',
      checks: { bundlerTimings: false },
    })
  } finally {
    rmSync(declarations, { recursive: true, force: true })
  }
  copyFileSync(`${root}/dist/index.d.ts`, `${root}/dist/index.d.cts`)
  // `require` of an ES module works in every Node in `engines`, but TypeScript needs a file of the right format.
  writeFileSync(`${root}/dist/index.cjs`, "'use strict'\nmodule.exports = require('./index.js')\n")
}
