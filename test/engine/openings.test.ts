import { describe, expect, it } from 'vitest'
import type { DumpRecord } from '../../src/core/records.ts'
import type { EngineOptions } from '../../src/engine/contract.ts'
import { createEngine } from '../../src/engine/engine.ts'

const DUMP = 'goroutine 7 [running]:\nmain.f()\n\t/src/a.go:71 +0xf7\n'

function dumpsOf(text: string, options: EngineOptions = {}): DumpRecord[] {
  const found: DumpRecord[] = []
  const engine = createEngine({
    ...options,
    onRecord: (record) => {
      if (record.type === 'dump') found.push(record)
    },
    onLog: () => {},
  })
  engine.push(Buffer.from(text, 'latin1'))
  engine.end()
  return found
}

const times = (text: string): (string | undefined)[] => dumpsOf(text).map(({ time }) => time)

const line = (second: number): string => `2026-11-24 08:00:0${second} served\n`

describe('the time of a dump', () => {
  it('is not that of the line of another stream that evicted its own', () => {
    const docker = (text: string, stream: string, hour: number): string =>
      `${JSON.stringify({ log: `${text}\n`, stream, time: `2026-11-24T0${hour}:00:00.000Z` })}\n`
    // The second dump is separated from the first when its stream ends.
    const lines = [
      'goroutine 7 [running]:',
      'main.f(0x1)',
      'goroutine 1 [running]:',
      'runtime/pprof.writeGoroutineStacks({0x6890d8})',
    ]
    const text = lines.map((each) => docker(each, 'stdout', 5)).join('') + docker('goroutine 5 [running]:', 'stderr', 6)
    const time = '2026-11-24T05:00:00.000Z'
    // The second one is the dump of the evicted stream.
    expect(dumpsOf(text, { limits: { sources: 1 } }).map((dump) => [dump.time, dump.limits])).toEqual([
      [time, undefined],
      [time, ['sources']],
    ])
  })

  it('is that of its carrier, after a label, too', () => {
    const time = '2026-11-24T05:00:00.000Z'
    const lines = `recovered: no such user u1: ${DUMP}`.trimEnd().split('\n')
    const text = lines.map((each) => `${JSON.stringify({ log: `${each}\n`, stream: 'stdout', time })}\n`).join('')
    expect(dumpsOf(text)).toMatchObject([{ time, time_from: 'carrier' }])
  })

  it('is that of its logfmt line, which has no message, not of the line before', () => {
    const before = 'time=2026-11-24T08:00:01Z level=info msg="see goroutine 1 [running]: in the docs"\n'
    const stack = JSON.stringify(DUMP)
    expect(times(`${before}time=2026-11-24T08:00:05Z level=error stack=${stack}\n`)).toEqual([
      '2026-11-24T08:00:05.000Z',
    ])
  })

  it('is that of the nearest log line, at most 16 lines back', () => {
    const near = `${line(1)}${'no stamp\n'.repeat(15)}${DUMP}`
    const far = `${line(1)}${'no stamp\n'.repeat(16)}${DUMP}`
    expect(times(near)).toEqual(['2026-11-24T08:00:01.000Z'])
    expect(times(far)).toEqual([undefined])
  })

  it('comes from the last 16 lines and 4 KiB, however many dumps were among them', () => {
    const filler = (letter: string): string => `${letter.repeat(2000)} ok\n`
    const parts = [
      line(1),
      'a: ok\n',
      'b: ok\n'.repeat(14),
      'c: ok\n',
      'd: ok\n',
      line(2),
      filler('x'),
      filler('y'),
      filler('z'),
    ]
    const [one, two] = ['2026-11-24T08:00:01.000Z', '2026-11-24T08:00:02.000Z']
    expect(times(parts.map((part) => part + DUMP).join(''))).toEqual([
      one,
      one,
      one,
      one,
      undefined,
      two,
      two,
      two,
      two,
    ])
  })

  it('counts a log line that comes in two parts once', () => {
    // The header is glued to a line: the text before it is logged before the line end.
    const glued = (text: string): string => `${text}goroutine 7 [running]:\nmain.f()\n\t/src/a.go:71 +0xf7\n`
    const text = line(3) + 'no stamp\n'.repeat(7) + glued('late: ') + 'no stamp\n'.repeat(7) + DUMP
    expect(times(text)).toEqual(['2026-11-24T08:00:03.000Z', '2026-11-24T08:00:03.000Z'])
  })
})

it('finds the reason in the last log line', () => {
  const reasons: (string | undefined)[] = []
  const engine = createEngine({
    onRecord: (record) => {
      if (record.type === 'dump') reasons.push(record.reason)
    },
  })
  engine.push(Buffer.from(`${'all is well\n'.repeat(3)}recovered from panic: boom\n${DUMP}`))
  engine.end()
  expect(reasons).toEqual(['boom'])
})
