/** Texts of many lines of a carrier taken at once, and one by one: the same records, and the same log bytes. */
import { describe, expect, it, vi } from 'vitest'
import { BareLines } from '../../src/carriers/bare-lines.ts'
import type { InnerOptions } from '../../src/engine/contract.ts'
import { type KernelUse, NEVER } from '../../src/stacks/tables.ts'
import { WRAPS } from '../carriers/weave.ts'
import { damage } from '../fuzz/generate.ts'
import { Random } from '../fuzz/random.ts'
import { goldenDumps } from '../golden/dumps.ts'
import { met, runs } from './seed.ts'
import { cutAnywhere, feed, LOG_LINES, linesOf, manyOf, type Run } from './weave.ts'

const ALWAYS: KernelUse = { lines: 64, goroutines: 0, bytes: 0 }

const dumps = goldenDumps().filter(({ bytes }) => bytes.length > 0 && bytes.length < 30_000)
const octal = (line: string): string => line.replaceAll('\t', '#011')
const wraps = [
  ...Object.values(WRAPS),
  (line: string) => `2026-11-24T05:00:00.123456789Z host app[43]: ${octal(line)}`,
  (line: string) => `Nov 24 05:00:00 host app[43]: ${line}`,
  // rsyslog's jsonmesg, and Fluent Bit behind its CRI parser.
  (line: string, i: number) =>
    JSON.stringify({
      msg: `${i % 7 === 0 ? ' ' : ''}${octal(line)}`,
      hostname: 'host',
      programname: 'app',
      procid: '43',
    }),
  (line: string, i: number) =>
    JSON.stringify({ date: 1795503600.55, stream: 'stdout', logtag: i % 50 === 49 ? 'P' : 'F', log: line }),
]

function read(chunks: readonly Buffer[], kernels: KernelUse): Run {
  const options: InnerOptions = { kernels, goroutines: true }
  return feed(chunks, options)
}

/** Each line in the carrier, at a time of its own, here and there of another stream, or without the carrier. */
function carried(random: Random, bytes: Buffer): Buffer {
  const wrap = random.pick(wraps)
  const strays = random.pick([20, 200, 100_000])
  const areTimesEqual = random.once(2)
  const lines = linesOf(bytes).flatMap((line, i) => {
    const text = line.toString('latin1').replace(/\n$/, '')
    if (random.once(strays)) return [random.pick(LOG_LINES)]
    let out = wrap(text, i)
    if (random.once(strays)) out = out.replaceAll('stdout', 'stderr').replaceAll('web-1', 'web-2')
    if (random.once(strays)) out = out.replaceAll('\\t', '\\u0009')
    if (random.once(strays)) out += '\r'
    if (!areTimesEqual) {
      const fraction = String(random.below(1_000_000_000))
        .padStart(9, '0')
        .slice(0, random.once(5) ? 7 : 9)
      out = out.replaceAll('123456789Z', `${fraction}Z`)
    }
    return random.once(strays) ? [out, wrap(random.pick(LOG_LINES), i)] : [out]
  })
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1')
}

describe('the texts of many lines at once', () => {
  it('make what they make one by one: in any carrier and chunks, damaged, with other streams and log between them', () => {
    const taken = vi.spyOn(BareLines.prototype, 'goTo')
    for (let i = 0; i < runs(120); i++) {
      const random = new Random(20_261_129, i)
      let bytes = manyOf(random, random.pick(dumps).bytes)
      if (random.once(2)) bytes = Buffer.concat([bytes, manyOf(random, random.pick(dumps).bytes)])
      if (random.once(3)) bytes = damage(random, bytes)
      const chunks = cutAnywhere(random, carried(random, bytes))
      const [fast, slow] = [read(chunks, ALWAYS), read(chunks, NEVER)]
      expect(fast.faults).toEqual(slow.faults)
      expect([i, fast.records]).toEqual([i, slow.records])
      expect([i, fast.log.equals(slow.log)]).toEqual([i, true])
    }
    expect(taken.mock.calls.length).toBeGreaterThan(met(200))
  })
})
