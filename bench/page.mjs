// Writes the tables of the newest saved run into docs/benchmarks.md: node bench/page.mjs. A test checks that they match.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const PAGE = `${root}docs/benchmarks.md`
const BEGIN = '<!-- node bench/page.mjs -->\n'
const END = '\n<!-- end -->'

/** The newest run in bench/runs, by its name. */
export function newestRun() {
  const name = readdirSync(`${root}bench/runs`).sort().at(-1)
  return JSON.parse(readFileSync(`${root}bench/runs/${name}`, 'utf8'))
}

/** A saved run in the format of the page. */
export function runMarkdown({ rows, machine, load, options }) {
  const yardsticks = rows.filter(({ yardstick, case: what }) => yardstick !== 5 || !carried(what))
  const lines = yardsticks.map(({ case: what, ours, rival = '', ratio = '', goal, met }) => [
    what.replaceAll('|', '\\|'),
    ours,
    rival.replaceAll('|', '\\|'),
    ratio,
    goal === undefined ? '' : met ? goal : `**${goal}: not met**`,
  ])
  return `${table(['', 'dumpstream', 'beside', 'ratio', 'goal'], lines)}

MB/s of the file in each carrier, without a dump and half of it dumps of 2000 goroutines:

${carriersMarkdown(rows)}

${machine}; ${load}; \`--runs ${options.runs} --size ${options.size} --long ${options.long}\`.`
}

/** `CRI, no dump` → the carrier, and which of the two logs. */
function carried(what) {
  const m = /^(.+), (no dump|half of it dumps)$/.exec(what)
  return m === null ? undefined : { carrier: m[1], log: m[2] }
}

function carriersMarkdown(rows) {
  const speeds = new Map()
  for (const { case: what, ours } of rows) {
    const found = carried(what)
    if (found === undefined) continue
    const speed = /(\d+) MB\/s/.exec(ours)?.[1] ?? ''
    speeds.set(found.carrier, { ...speeds.get(found.carrier), [found.log]: speed })
  }
  const lines = [...speeds].map(([carrier, speed]) => [
    carrier,
    speed['no dump'] ?? '',
    speed['half of it dumps'] ?? '',
  ])
  return table(['carrier', 'no dump', 'half of it dumps'], lines)
}

function table(head, lines) {
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = readFileSync(PAGE, 'utf8')
  const from = text.indexOf(BEGIN)
  const to = text.indexOf(END, from)
  if (from < 0 || to < 0) throw new Error('docs/benchmarks.md has no place for the tables')
  writeFileSync(PAGE, `${text.slice(0, from + BEGIN.length)}${runMarkdown(newestRun())}${text.slice(to)}`)
}
