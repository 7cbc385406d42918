import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { goldenDumps } from '../golden/dumps.ts'
import { runs } from './seed.ts'
import { feed, LOG_LINES, linesOf, withoutPlace } from './weave.ts'

// A dump that starts or ends glued to a log line, or is text of another producer, is not a dump line by line.
const dumps = goldenDumps().filter(
  ({ name, bytes }) =>
    bytes.length > 0 &&
    bytes.length < 60_000 &&
    !/^(?:dlv|goleak|klog)|multiline|mystr|errjoin|crash-1.*-http|threadcreate|panicjson/.test(name),
)
const dump = fc.nat(dumps.length - 1)
const logLine = fc.constantFrom(...LOG_LINES)

function chunked(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

describe('chunking', () => {
  const log = Buffer.concat([
    ...LOG_LINES.map((line) => Buffer.from(`${line}\n`)),
    ...dumps.filter((_each, i) => i % 7 === 0).flatMap(({ bytes }) => [bytes, Buffer.from(`${LOG_LINES[0]}\n`)]),
    Buffer.from('the last line has no end'),
  ])
  const whole = feed([log])

  it.each([1, 2, 3, 7, 4096, 65536])('chunks of %d bytes give the same records and the same log', (size) => {
    const cut = feed(chunked(log, [size]))
    expect(cut.records).toEqual(whole.records)
    expect(cut.log.equals(whole.log)).toBe(true)
  })

  it('any chunks give the same records and the same log', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 40 }), (sizes) => {
        const cut = feed(chunked(log, sizes))
        expect(cut.records).toEqual(whole.records)
        expect(cut.log.equals(whole.log)).toBe(true)
      }),
      { numRuns: runs(30) },
    )
  })
})

const AT_ONCE = { time: () => 0 }

describe('foreign lines between the lines of a dump', () => {
  it('change nothing in the records, and come out byte for byte', () => {
    fc.assert(
      fc.property(dump, fc.array(fc.tuple(fc.nat(), logLine), { maxLength: 60 }), (which, inserts) => {
        const { name, bytes } = dumps[which] ?? { name: '', bytes: Buffer.alloc(0) }
        // The lines put in have times in no order: a dump older than the one before is compared with nothing.
        const alone = feed([bytes], AT_ONCE)
        const lines = linesOf(bytes)
        // An indented line right behind `panic: …` is a line of the value of the panic (Go 1.23).
        const value = lines.findIndex((line) => line.toString().startsWith('panic: '))
        const behind = lines.findIndex((line, i) => i > value && line.length === 1)
        const at = inserts
          .map(([place, text]) => [place % (lines.length + 1), text] as const)
          .filter(([place, text]) => !(text.startsWith('\t') && value >= 0 && place > value && place <= behind))
        const woven: Buffer[] = []
        for (let i = 0; i <= lines.length; i++) {
          for (const [place, text] of at) if (place === i) woven.push(Buffer.from(`${text}\n`))
          const line = lines[i]
          if (line !== undefined) woven.push(line)
        }
        const run = feed([Buffer.concat(woven)], AT_ONCE)
        expect([name, withoutPlace(run.records)]).toEqual([name, withoutPlace(alone.records)])
        expect(withoutDump(run.log)).toBe(withoutDump(interleave(alone.log, lines, at)))
      }),
      { numRuns: runs(300) },
    )
  })

  it('of every kind, between any two lines of every dump', () => {
    for (const { name, bytes } of dumps) {
      const alone = feed([bytes], AT_ONCE)
      const lines = linesOf(bytes)
      const woven = Buffer.concat(
        lines.flatMap((line, i) => [line, Buffer.from(`${LOG_LINES[i % LOG_LINES.length]}\n`)]),
      )
      expect([name, withoutPlace(feed([woven], AT_ONCE).records)]).toEqual([name, withoutPlace(alone.records)])
    }
  })
})

/** The log lines that were put in, in order. */
function interleave(_log: Buffer, lines: readonly Buffer[], inserts: readonly (readonly [number, string])[]): Buffer {
  const out: string[] = []
  for (let i = 0; i <= lines.length; i++) for (const [place, text] of inserts) if (place === i) out.push(`${text}\n`)
  return Buffer.from(out.join(''))
}

/** What of a log are the lines of LOG_LINES. The rest is what the dump's own file had around it. */
function withoutDump(log: Buffer): string {
  const known = new Set(LOG_LINES.map((line) => `${line}\n`))
  return linesOf(log)
    .map((line) => line.toString())
    .filter((line) => known.has(line))
    .join('')
}
