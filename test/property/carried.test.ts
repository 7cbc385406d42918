import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WRAPS } from '../carriers/weave.ts'
import { tableDumps } from '../golden/dumps.ts'
import { runs } from './seed.ts'
import { feed, LOG_LINES } from './weave.ts'

const dumps = tableDumps()
  .filter(({ bytes }) => bytes.length > 0 && bytes.length < 20_000)
  .map(({ name, bytes }) => ({ name, lines: bytes.toString('utf8').replace(/\n$/, '').split('\n') }))

function wrapped(wrap: (line: string, i: number) => string, lines: readonly string[]): Buffer {
  return Buffer.from(
    [...LOG_LINES.slice(0, 3), ...lines, ...LOG_LINES.slice(4, 7)].map((line, i) => `${wrap(line, i)}\n`).join(''),
  )
}

function* cut(bytes: Buffer, sizes: readonly number[]): Iterable<Buffer> {
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    yield bytes.subarray(at, at + size)
    at += size
  }
}

describe('a dump in a carrier, in chunks', () => {
  it.each(Object.entries(WRAPS))(
    'of 40 bytes: every dump in %s gives the records that it gives whole',
    (_name, wrap) => {
      for (const { name, lines } of dumps) {
        const text = wrapped(wrap, lines)
        const whole = feed([text])
        const parts = feed(cut(text, [40]))
        expect([name, parts.records]).toEqual([name, whole.records])
        expect([name, parts.log.toString('utf8')]).toEqual([name, whole.log.toString('utf8')])
      }
    },
  )

  it('of any sizes, two dumps in any two carriers with log between them', () => {
    const wraps = Object.values(WRAPS)
    fc.assert(
      fc.property(
        fc.tuple(fc.nat(dumps.length - 1), fc.nat(wraps.length - 1)),
        fc.tuple(fc.nat(dumps.length - 1), fc.nat(wraps.length - 1)),
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 }),
        (one, two, sizes) => {
          const text = Buffer.concat(
            [one, two].map(([dump, wrap]) => wrapped(wraps[wrap] ?? String, dumps[dump]?.lines ?? [])),
          )
          const whole = feed([text])
          const parts = feed(cut(text, sizes))
          expect(parts.records).toEqual(whole.records)
          expect(parts.log.equals(whole.log)).toBe(true)
        },
      ),
      { numRuns: runs(60) },
    )
  })
})
