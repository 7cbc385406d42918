/** A dump that was cut anywhere, in any carrier, log lines, and whole dumps: the whole ones are exact, no line of the log is lost, and the cut one joins no wrong signature. */
import { expect, it } from 'vitest'
import { WRAPS } from '../carriers/weave.ts'
import { Random } from '../fuzz/random.ts'
import { goldenDump } from '../golden/dumps.ts'
import { runs } from './seed.ts'
import { feed } from './weave.ts'

const DUMPS = ['odd-1.27.txt', 'crash-1.19-maps.txt'].map((name) => goldenDump(name).toString('utf8').trimEnd())
const CARRIERS: Readonly<Record<string, (line: string, i: number) => string>> = {
  plain: String,
  indented: (line) => (line === '' ? '' : `    ${line}`),
  kubectl: (line) => `[pod/web-1/app] ${line}`,
  ...WRAPS,
}
const LINES = [1, 3, 30]
/** A line that is whole as far as it goes, and what may begin a line of any log: nothing says that these were cut. */
const SEEMS_WHOLE = /(?:\.go:\d+ ?(?:\+(?:0x?[0-9a-f]*)?)?|\n(?:g|go|gor|c|cr|cre|\[|\[o|\[or|[\w.]+)?)$/

interface Counted {
  readonly head: unknown[]
  readonly signatures: Map<string, number>
  readonly truncated: boolean
}

function count(text: string): { dumps: Counted[]; log: string } {
  const { records, log } = feed([Buffer.from(text)])
  const dumps: Counted[] = []
  for (const record of records) {
    if (record.type === 'dump') {
      const { kind, goroutines, damaged, truncated, other } = record
      dumps.push({ head: [kind, goroutines, damaged, truncated, other?.count], signatures: new Map(), truncated })
    } else if (record.type === 'signature' && record.count > 0) dumps.at(-1)?.signatures.set(record.id, record.count)
  }
  return { dumps, log: log.toString('utf8') }
}

const keyOf = ({ head, signatures }: Counted): string => JSON.stringify([head, [...signatures].sort()])

it.each(Object.keys(CARRIERS))('cut in %s, within a line', (name) => {
  const random = new Random(7, 0)
  const carry = (lines: readonly string[]): string => lines.map((line, i) => `${CARRIERS[name]?.(line, i)}\n`).join('')
  for (let i = 0; i < runs(20); i++) {
    const text = random.pick(DUMPS)
    const [right] = count(carry(text.split('\n'))).dumps
    if (right === undefined) throw new Error('no dump')
    const first = text.indexOf('\n', text.search(/^\t/m))
    const at = first + random.below(text.length - first)
    const head = text.slice(0, at).trimEnd()
    const log = Array.from(
      { length: random.pick(LINES) },
      (_, n) => `2026/11/24 08:14:${String(10 + n)} std logger line ${n}`,
    )
    const apart = '2026/11/24 09:00:00 served'
    const whole = text.split('\n')
    const found = count(carry([...head.split('\n'), ...log, ...whole, apart, ...whole]))
    const what = `${JSON.stringify(head.slice(-60))} ${log.length} lines`
    expect([what, found.dumps.slice(1).map(keyOf)]).toEqual([what, [keyOf(right), keyOf(right)]])
    for (const line of [...log, apart]) expect([what, found.log.includes(line)]).toEqual([what, true])
    if (SEEMS_WHOLE.test(head)) continue
    const [cut] = found.dumps
    expect([what, cut?.truncated]).toEqual([what, true])
    for (const [id, n] of cut?.signatures ?? [])
      expect([what, (right.signatures.get(id) ?? 0) >= n]).toEqual([what, true])
  }
})
