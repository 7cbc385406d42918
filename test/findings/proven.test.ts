/** Goroutines that one dump shows to wait too long, and that earlier dumps show to have done so for ten minutes. */
import { describe, expect, it } from 'vitest'
import type { FindingRecord, SignatureRecord } from '../../src/core/records.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { dumpOf, type Written } from './findings.ts'

interface Last {
  /** Function → verdict. */
  readonly verdicts: Readonly<Record<string, string | undefined>>
  readonly findings: readonly FindingRecord[]
}

/** The last of the dumps at these minutes. */
function last(minutes: readonly number[], goroutines: (minutes: number) => readonly Written[]): Last {
  const signatures: SignatureRecord[] = []
  const findings: FindingRecord[] = []
  const engine = createEngine({
    onRecord: (record) => {
      if (record.type === 'dump') signatures.length = findings.length = 0
      else if (record.type === 'signature') signatures.push(record)
      else if (record.type === 'finding') findings.push(record)
    },
  })
  for (const at of minutes) {
    const time = new Date(Date.UTC(2026, 10, 24) + at * 60_000).toISOString()
    engine.push(Buffer.from(`${time} INFO dump\n${dumpOf(goroutines(at))}${time} INFO done\n`))
  }
  engine.end()
  return { verdicts: Object.fromEntries(signatures.map((each) => [each.function, each.verdict])), findings }
}

const handler = (minutes: number, state = 'chan receive'): Written => ({
  state: `${state}, ${minutes + 4} minutes`,
  calls: [
    'shop/quotes.(*broker).get(0x0?)',
    'net/http.HandlerFunc.ServeHTTP()',
    'net/http.(*conn).serve(0xc000010000)',
  ],
  by: 'net/http.(*Server).Serve in goroutine 2',
})
const server = (minutes: number): Written => ({
  state: `IO wait, ${minutes + 5} minutes`,
  calls: [
    'internal/poll.(*FD).Accept()',
    'net.(*netFD).accept()',
    'net.(*TCPListener).Accept()',
    'net/http.(*Server).Serve()',
  ],
  by: 'main.main in goroutine 1',
})

describe('goroutines that one dump shows to wait too long', () => {
  it('are stuck if they are the same as ten minutes ago, and reported once', () => {
    const { verdicts, findings } = last([0, 6, 12], (at) => [server(at), handler(at), handler(at)])
    expect(verdicts['shop/quotes.(*broker).get']).toBe('stuck')
    expect(findings).toMatchObject([{ finding: 'slow', goroutines: 2 }])
  })

  it('are stuck together with those that wait for nothing else', () => {
    const parent = (at: number): Written => ({
      state: `select, ${at + 5} minutes`,
      calls: ['shop/quotes.refresh()'],
      by: 'main.main in goroutine 1',
    })
    const ask = (at: number): Written => ({
      state: `chan receive, ${at + 4} minutes`,
      calls: ['shop/stock.(*actor).ask(0x0?)', 'shop/stock.(*cart).handle(0x0?)'],
      by: 'shop/quotes.refresh in goroutine 3',
    })
    const { verdicts, findings } = last([0, 6, 12], (at) => [server(at), parent(at), ask(at)])
    expect(verdicts).toMatchObject({ 'shop/stock.(*actor).ask': 'stuck', 'shop/quotes.refresh': 'stuck' })
    expect(findings.map(({ finding, function: name }) => [finding, name])).toEqual([
      ['stuck', 'shop/quotes.refresh'],
      ['slow', 'shop/stock.(*actor).ask'],
    ])
  })

  it.each<[string, readonly number[], (at: number) => readonly Written[]]>([
    ['are watched for less time', [0, 4, 8], (at) => [server(at), handler(at)]],
    ['are not the same goroutines', [0, 6, 12], (at) => [server(at), ...(at === 6 ? [server(at)] : []), handler(at)]],
    ['may be a stream', [0, 6, 12], (at) => [server(at), handler(at, 'select')]],
  ])('are not stuck if they %s', (_why, minutes, goroutines) => {
    expect(last(minutes, goroutines).verdicts['shop/quotes.(*broker).get']).not.toBe('stuck')
  })
})
