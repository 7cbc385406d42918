import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DumpRecord } from '../../src/core/records.ts'
import { goldenDump, goldenDumps } from '../golden/dumps.ts'
import { runs } from './seed.ts'
import { feed } from './weave.ts'

const small = goldenDumps().filter(({ bytes }) => bytes.length > 0 && bytes.length < 20_000)

/** What holds for any input: nothing is lost, nothing is counted twice, the sums are right. */
function expectSound(input: Buffer): void {
  const { records, log } = feed([input])
  expect(log.length).toBeLessThanOrEqual(input.length)
  const dumps = records.filter((record): record is DumpRecord => record.type === 'dump')
  let end = 0
  for (const dump of dumps) {
    expect(dump.bytes[0]).toBeLessThanOrEqual(dump.bytes[1])
    expect(dump.bytes[1]).toBeLessThanOrEqual(input.length)
    end = dump.bytes[1]
    const sum = records.reduce(
      (total, each) =>
        total + (each.type === 'signature' && each.source === dump.source && each.dump === dump.dump ? each.count : 0),
      0,
    )
    expect(sum + (dump.other?.count ?? 0)).toBe(dump.goroutines)
  }
  expect(end).toBeLessThanOrEqual(input.length)
  if (dumps.length === 0) expect(log.equals(input)).toBe(true)
}

describe('any bytes', () => {
  it('at all: no throw, and without a dump the log comes out byte for byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4000 }), (bytes) => expectSound(Buffer.from(bytes))),
      { numRuns: runs(300) },
    )
  })

  it('made of the words of dumps', () => {
    const words = [
      'goroutine ',
      'goroutine profile: total ',
      '7',
      ' [',
      'running',
      ']:',
      '\n',
      '\t',
      '/a.go:1',
      ' +0x1',
      'main.f(',
      ')',
      'created by ',
      ' in goroutine ',
      '...',
      '#',
      '\t0x1\t',
      '1 @ 0x1',
      'panic: ',
      'SIGQUIT: quit',
      'fatal error: ',
      'rax    0x0',
      '-----',
      '==================',
      'WARNING: DATA RACE',
      '\r\n',
      '\u0000',
      'é',
      '[originating from goroutine 1]:',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 200 }), (parts) =>
        expectSound(Buffer.from(parts.join(''))),
      ),
      { numRuns: runs(1000) },
    )
  })

  it('that a dump becomes when bytes of it change, go, or come twice', () => {
    fc.assert(
      fc.property(
        fc.nat(small.length - 1),
        fc.array(
          fc.record({
            at: fc.nat(),
            what: fc.constantFrom('flip', 'drop', 'double', 'cut'),
            length: fc.integer({ min: 1, max: 200 }),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        (which, edits) => {
          let bytes = Buffer.from(small[which]?.bytes ?? Buffer.alloc(0))
          for (const { at, what, length } of edits) {
            const from = bytes.length === 0 ? 0 : at % bytes.length
            if (what === 'flip' && bytes.length > 0) bytes[from] = (bytes[from] ?? 0) ^ (1 << (length % 8))
            else if (what === 'drop') bytes = Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)])
            else if (what === 'double') bytes = Buffer.concat([bytes.subarray(0, from + length), bytes.subarray(from)])
            else if (what === 'cut') bytes = bytes.subarray(0, bytes.length - Math.min(length, bytes.length))
          }
          expectSound(bytes)
        },
      ),
      { numRuns: runs(600) },
    )
  })
})

describe('forms that loggers and systems give a clean dump', () => {
  const dump = goldenDump('zoo-1.27-stack.txt')
  const ids = (bytes: Buffer): string[] =>
    feed([bytes], { goroutines: true }).records.flatMap((record) =>
      record.type === 'goroutine' ? [`${record.goroutine} ${record.signature}`] : [],
    )
  const text = dump.toString('utf8')
  const whole = ids(dump)

  it.each([
    ['CRLF line ends', text.replaceAll('\n', '\r\n')],
    ['no empty lines between goroutines', text.replaceAll('\n\n', '\n')],
    ['doubled empty lines', text.replaceAll('\n\n', '\n\n\n')],
    ['blanks on the empty lines', text.replaceAll('\n\n', '\n \t\n')],
    ['tabs turned into spaces', text.replaceAll('\t', '        ')],
    ['a log line of 300 KB in front', `${'x'.repeat(300_000)}\n${text}`],
    ['a log line without its line end in front', `no line end${text}`],
  ])('%s: the same goroutines', (_name, changed) => {
    expect(ids(Buffer.from(changed))).toEqual(whole)
  })

  it('two dumps back to back are two dumps', () => {
    const { records } = feed([Buffer.concat([dump, dump])])
    expect(records.filter((record) => record.type === 'dump')).toMatchObject([{ goroutines: 39 }, { goroutines: 39 }])
  })

  it('a handler that dumps from a goroutine of its own each time: still two dumps', () => {
    const second = text.replace(/^goroutine 1 \[running\]/, 'goroutine 9001 [running]')
    const { records } = feed([Buffer.from(text + second)])
    expect(records.filter((record) => record.type === 'dump')).toMatchObject([{ goroutines: 39 }, { goroutines: 39 }])
  })

  it('a dump that filled its buffer is truncated, even at a line end', () => {
    const cut = dump.subarray(0, 8192)
    const { records } = feed([cut])
    expect(records[0]).toMatchObject({ type: 'dump', truncated: true })
  })

  it('prose that mentions goroutines makes no dump', () => {
    const prose = Buffer.from(
      'goroutine pool exhausted\nsee goroutine 7 [running]:\nin the log\ngoroutine 7 [running]:\nis how a header looks\n{"m":"goroutine 1 [running]:\\n\\tmain.go:1"}\npanic: is not always fatal\n',
    )
    const { records, log } = feed([prose])
    expect(records).toEqual([])
    expect(log.equals(prose)).toBe(true)
  })
})
