/**
 * The table, newest line first: every real dump of test/golden/dumps in every carrier, its lines in reverse, held to the same lines forward.
 * `npx vitest run test/carriers/newest-first.test.ts` prints it.
 */
import { afterAll, describe, expect, it } from 'vitest'
import { tableDumps } from '../golden/dumps.ts'
import { feed, LOG_LINES } from '../property/weave.ts'
import { WRAPS } from './weave.ts'

/** Dumps of which a reader of reversed lines can't know as much: see the reasons. */
const DIFFERENCES: readonly (readonly [dump: RegExp, reason: string])[] = [
  [/^(?:inter|leaky|trunc)-/, 'cut and mixed lines are repaired by what came before them'],
  [
    /^crash-.*-overflow/,
    'reversed, the frames of one goroutine are longer than what is looked back on in carriers of long lines',
  ],
  [
    /^(?:dlv|goleak|klog)|threadcreate|panicjson|^race|multiline|errjoin|mystr/,
    'not of the runtime, or a value with a header in it',
  ],
]

function found(text: string): { goroutines: number; signatures: string } {
  let goroutines = 0
  const signatures: string[] = []
  for (const record of feed([Buffer.from(text)], { stacks: 'never' }).records) {
    if (record.type === 'dump') goroutines += record.goroutines
    if (record.type === 'signature' && record.count > 0) signatures.push(`${record.count} × ${record.id}`)
  }
  return { goroutines, signatures: signatures.sort().join('\n') }
}

const CARRIERS: Readonly<Record<string, (line: string, i: number) => string>> = { none: (line) => line, ...WRAPS }
const log = LOG_LINES.slice(0, 3)
const table: string[][] = [['carrier', 'dumps', 'goroutines equal', 'ids equal']]

describe('has the goroutines and the ids of the log in its order', () => {
  it.each(Object.entries(CARRIERS))('%s', (carrier, wrap) => {
    const unexplained: string[] = []
    const equal = { goroutines: 0, signatures: 0 }
    const dumps = tableDumps()
    for (const { name, bytes } of dumps) {
      const lines = [...log, ...bytes.toString('utf8').replace(/\n$/, '').split('\n'), ...log]
      const wrapped = lines.flatMap((line, i) => wrap(line, i).split('\n'))
      const forward = found(`${wrapped.join('\n')}\n`)
      const backward = found(`${wrapped.reverse().join('\n')}\n`)
      for (const aspect of ['goroutines', 'signatures'] as const) {
        if (backward[aspect] === forward[aspect]) equal[aspect]++
        else if (!DIFFERENCES.some(([dump]) => dump.test(name)))
          unexplained.push(`${name}: ${aspect} ${backward.goroutines} for ${forward.goroutines}`)
      }
    }
    table.push([carrier, `${dumps.length}`, `${equal.goroutines}`, `${equal.signatures}`])
    expect(unexplained).toEqual([])
  })
  afterAll(() => {
    process.stdout.write(`${table.map((row) => row.join('\t')).join('\n')}\n`)
  })
})
