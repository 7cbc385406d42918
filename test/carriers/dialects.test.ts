/** Every row of the table of dialects reads its sample, and a shape without a row is learned. */
import { describe, expect, it } from 'vitest'
import { CarriedText } from '../../src/carriers/carrier.ts'
import { carriersFor } from '../../src/carriers/detect.ts'
import { DIALECTS } from '../../src/carriers/dialects.ts'
import type { DumpRecord } from '../../src/core/records.ts'
import { feed } from '../property/weave.ts'

const HEADER = 'goroutine 7 [running]:'
const DUMP = [
  HEADER,
  'main.work(0x1)',
  '\t/src/main.go:12 +0x1d',
  '',
  'goroutine 18 [chan receive, 12 minutes]:',
  'shop/mail.(*Queue).drain(0xc000122000)',
  '\t/srv/shop/mail/queue.go:57 +0x45',
  'created by shop/mail.Start in goroutine 1',
  '\t/srv/shop/mail/queue.go:31 +0x8a',
]
const LOG = ['GET /cart 200 1.8ms', 'level=info msg="order placed" items=3', 'cache: 96 % hits']

function dumpOf(lines: readonly string[]): { dump: DumpRecord; log: string; signatures: string[] } {
  const { records, log } = feed([Buffer.from(lines.map((line) => `${line}\n`).join(''))])
  const dumps = records.filter((record): record is DumpRecord => record.type === 'dump')
  expect(dumps).toHaveLength(1)
  const signatures = records.flatMap((record) => (record.type === 'signature' ? [`${record.count} ${record.id}`] : []))
  return { dump: dumps[0] as DumpRecord, log: log.toString('utf8'), signatures: signatures.sort() }
}

const bare = dumpOf([...LOG, ...DUMP, ...LOG])

/** Reads the dump and the log around it, each line wrapped; the log must be unchanged to the byte. */
function expectRead(wrap: (text: string, i: number) => string): DumpRecord {
  const got = dumpOf([...LOG, ...DUMP, ...LOG].map(wrap))
  const at = (i: number): string => `${wrap([...LOG, ...DUMP, ...LOG][i] as string, i)}\n`
  const indexes = [...LOG.keys(), ...LOG.map((_, i) => LOG.length + DUMP.length + i)]
  expect(got.dump).toMatchObject({ goroutines: 2, signatures: 2, damaged: 0, truncated: false, kind: 'all' })
  expect(got.signatures).toEqual(bare.signatures)
  expect(got.log).toBe(indexes.map(at).join(''))
  return got.dump
}

describe('the table of dialects', () => {
  it.each(DIALECTS.map((row) => [row.name, row] as const))('%s reads its sample', (name, { sample }) => {
    const buf = Buffer.from(`${sample}\n`)
    const text = new CarriedText()
    const carrier = carriersFor('json', {}).find(
      (each) => each.read(buf, 0, buf.length, text) && text.latin1() === HEADER,
    )
    expect(carrier?.name).toBe(name)
    expect(carrier?.time(Date.parse('2026-12-01T00:00:00Z'))).toBeGreaterThan(Date.parse('2026-11-24T05:59:00Z'))
  })

  it.each(DIALECTS.map((row) => [row.name, row.sample] as const))('%s reads a dump', (_, sample) => {
    expectRead((text) => sample.replace(JSON.stringify(HEADER).slice(1, -1), JSON.stringify(text).slice(1, -1)))
  })
})

describe('a shape without a row', () => {
  it('is learned from the line that holds the header, with its time and its streams', () => {
    const dump = expectRead((text, i) =>
      JSON.stringify({
        seq: i,
        meta: { at: '2026-11-24T07:00:00Z', pod: 'web-1' },
        payload: { lines: [{ x: { y: text } }] },
      }),
    )
    expect(dump).toMatchObject({ source: 'web-1', time: '2026-11-24T07:00:00.000Z', time_from: 'carrier' })
    expect(dump.attributes).toMatchObject({ 'k8s.pod.name': 'web-1' })
  })

  it('keeps the streams of two pods separate', () => {
    const lines = [...LOG, ...DUMP, ...LOG].flatMap((text) =>
      ['a', 'b'].map((pod) => JSON.stringify({ doc: { what: text, podName: pod } })),
    )
    const { records } = feed([Buffer.from(`${lines.join('\n')}\n`)])
    const dumps = records.filter(({ type }) => type === 'dump')
    expect(dumps.map(({ source }) => source).sort()).toEqual(['a', 'b'])
    for (const dump of dumps) expect(dump).toMatchObject({ goroutines: 2, damaged: 0 })
  })

  it('joins the parts of go test -json by package and test', () => {
    const lines = DUMP.flatMap((text, i) =>
      ['TestA', 'TestB'].flatMap((test) =>
        [text.slice(0, 14), `${text.slice(14)}\n`].map((part, at) =>
          JSON.stringify({
            Time: `2026-11-24T07:00:0${(i + at) % 10}Z`,
            Action: 'output',
            Package: 'p',
            Test: test,
            Output: part,
          }),
        ),
      ),
    )
    const { records } = feed([Buffer.from(`${lines.join('\n')}\n`)])
    const dumps = records.filter((record): record is DumpRecord => record.type === 'dump')
    expect(dumps.map(({ source, goroutines, damaged }) => [source, goroutines, damaged]).sort()).toEqual([
      ['p/TestA', 2, 0],
      ['p/TestB', 2, 0],
    ])
    expect(dumps[0]?.attributes).toEqual({ 'go.test.package': 'p', 'go.test.name': dumps[0]?.source.slice(2) })
  })
})
