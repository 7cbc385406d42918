import { describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/engine.ts'

const DUMP = 'goroutine 7 [running]:\nmain.f()\n\t/src/a.go:71 +0xf7\n'

/** Times of the dumps in `text`. */
function times(text: string): (string | undefined)[] {
  const found: (string | undefined)[] = []
  const engine = createEngine({
    onRecord: (record) => {
      if (record.type === 'dump') found.push(record.time)
    },
    onLog: () => {},
  })
  engine.push(Buffer.from(text, 'latin1'))
  engine.end()
  return found
}

const line = (second: number): string => `2026-11-24 08:00:0${second} served\n`

describe('the time of a dump', () => {
  it('is that of the nearest log line, 16 lines back at most', () => {
    const near = `${line(1)}${'no stamp\n'.repeat(15)}${DUMP}`
    const far = `${line(1)}${'no stamp\n'.repeat(16)}${DUMP}`
    expect(times(near)).toEqual(['2026-11-24T08:00:01.000Z'])
    expect(times(far)).toEqual([undefined])
  })

  it('is that of the last 16 lines and 4 KiB, however many dumps were among them', () => {
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

  it('counts a log line that came in two parts once', () => {
    // The header is glued to a line: what stands before it is log before the line end is.
    const glued = (text: string): string => `${text}goroutine 7 [running]:\nmain.f()\n\t/src/a.go:71 +0xf7\n`
    const text = line(3) + 'no stamp\n'.repeat(7) + glued('late: ') + 'no stamp\n'.repeat(7) + DUMP
    expect(times(text)).toEqual(['2026-11-24T08:00:03.000Z', '2026-11-24T08:00:03.000Z'])
  })
})

it('finds the reason in a log line, as the last of them', () => {
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
