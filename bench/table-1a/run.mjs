// Counts how many goroutines each parser finds in a dump after what logs do to it, as a Markdown table:
//
//   npm run build && node bench/table-1a/run.mjs [--keep FOLDER]
//
// The dump comes from examples/leaky-service. panicparse and gostackparse are built from their modules (bench/peers).
// --keep saves the inputs in FOLDER.

import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CLI, makeFile } from '../measure.mjs'
import { buildPeers } from '../peers.mjs'
import { mutations } from './mutations.mjs'
import { recordService } from './service.mjs'

const { values } = parseArgs({ options: { keep: { type: 'string' } } })
const peers = buildPeers()
if (peers.missing !== undefined) throw new Error(`this table needs Go and its modules: ${peers.missing}`)

const TOOLS = { dumpstream, panicparse: peer('panicparse'), gostackparse: peer('gostackparse') }

const lines = []
let versions = ''
for (const row of mutations(await recordService())) {
  const file = makeFile('row.txt', [Buffer.from(row.text)])
  if (values.keep !== undefined) {
    mkdirSync(values.keep, { recursive: true })
    writeFileSync(join(values.keep, `${row.name.replaceAll(/[^\w=]+/g, '-')}.txt`), row.text)
  }
  const want = row.groups === undefined ? `${row.count}` : `${row.count}; ${row.groups} stacks`
  const cells = Object.values(TOOLS).map((tool) => cell(tool(file), row))
  lines.push(`| ${row.name} (${want}) | ${cells.join(' | ')} |`)
}
console.log(
  `| input (true count) | ${Object.keys(TOOLS).join(' | ')} |\n|---|${'---|'.repeat(Object.keys(TOOLS).length)}`,
)
console.log(lines.join('\n'))
console.log(`\n${versions}Bold: not what is there.`)

/** `21 in 9`; wrong numbers are bold. */
function cell(found, row) {
  const right = found.goroutines === row.count
  let text = right ? `${found.goroutines}` : `**${found.goroutines}**`
  if (found.groups !== undefined && found.groups.length > 0) {
    const groups = Math.max(...found.groups)
    const wrong = row.groups !== undefined && groups !== row.groups
    text += wrong ? ` in **${groups}**` : ` in ${groups}`
    if (found.groups.length > 1) text += `, ${found.groups.length} dumps`
  }
  if (found.errors > 0) text += `, ${found.errors} error${found.errors > 1 ? 's' : ''}`
  return text
}

function peer(tool) {
  return (file) => {
    const found = peers.run(tool, file)
    if (!versions.includes(tool)) versions += `${tool} ${found.version}. `
    return found
  }
}

function dumpstream(file) {
  const run = spawnSync(process.execPath, [CLI, '--format', 'jsonl', file], { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (run.status !== 0) throw new Error(run.stderr)
  const dumps = run.stdout
    .split('\n')
    .filter((line) => line.startsWith('{"v":1,"type":"dump"'))
    .map((line) => JSON.parse(line))
  return {
    goroutines: dumps.reduce((sum, dump) => sum + dump.goroutines, 0),
    groups: dumps.map((dump) => dump.signatures),
    errors: 0,
  }
}
