/**
 * The table, newest line first: every real dump of test/golden/dumps in every carrier, its lines reversed, compared with the same lines forward.
 * `npx vitest run test/carriers/newest-first.test.ts` prints it.
 */
import { afterAll, describe, expect, it } from 'vitest'
import { tableDumps } from '../golden/dumps.ts'
import { feed, LOG_LINES } from '../property/weave.ts'
import { WRAPS } from './weave.ts'

/** Dumps from which reversed lines cannot give as much: see the reasons. */
const DIFFERENCES: readonly (readonly [dump: RegExp, reason: string])[] = [
  [/^(?:inter|leaky|trunc)-/, 'cut and mixed lines are repaired from the lines before them'],
  [/^crash-.*-overflow/, 'reversed, the frames of one goroutine exceed the look-back in carriers with long lines'],
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

describe('has the same goroutines and ids as the log in its original order', () => {
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
