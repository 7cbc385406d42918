/** Log behind the lines of a dump, passed many lines at once and looked at one by one: the same records, and the same log bytes. */
import { describe, expect, it, vi } from 'vitest'
import { PlainLog } from '../../src/dumps/plain-log.ts'
import type { InnerOptions } from '../../src/engine/contract.ts'
import { type KernelUse, NEVER } from '../../src/stacks/tables.ts'
import { WRAPS } from '../carriers/weave.ts'
import { logLines } from '../dumps/log-lines.ts'
import { damage } from '../fuzz/generate.ts'
import { Random } from '../fuzz/random.ts'
import { goldenDumps } from '../golden/dumps.ts'
import { met, runs } from './seed.ts'
import { cutAnywhere, feed, LOG_LINES, linesOf, type Run } from './weave.ts'

const ALWAYS: KernelUse = { lines: 64, goroutines: 0, bytes: 0 }

const dumps = goldenDumps().filter(({ bytes }) => bytes.length > 0 && bytes.length < 20_000)
/** Behind a crash come registers: its lines are looked at one by one. */
const calm = dumps.filter(({ bytes }) => !/panic: |fatal error: |SIG[A-Z]+: |total \d/.test(bytes.toString('latin1')))
const wraps = Object.values(WRAPS)
const usual = logLines(400).filter((line) => !line.includes('\n'))

/** What looks like lines of a dump, or pieces of them, and like log. */
const ODD: readonly string[] = [
  ...LOG_LINES,
  '127.0.0.1/shop.(*Cart).Add(0xc000012345)',
  '7.shop/cart.Add(...)',
  'shop.Add&#40;0x1)',
  'shop.\\(\\*Cart).Add(0x1)',
  'ERROR: goroutine 7 [running]:',
  '{"msg":"x"} goroutine 7 [select]:',
  'Exception 0xc0000005 0x0 0x0 0x14',
  'WARNING: DATA RACE',
  'WARN  shop.Add(0x1)',
  '2026/11/24 08:14:31 panic: boom',
  '2026/11/24 08:14:31 http: panic serving 127.0.0.1:1: boom',
  'time=12 === END goroutine stack dump ===',
  '{"a":"*** END ***"}',
  '1234567890123: 0000000000000000 0000000000000000',
  '2026-11-24T05:00:00Z trailing blanks   ',
  '2026-11-24T05:00:00Z ended early +0x...',
  'INFO',
  'INFO shop.cart',
  'INFO.shop.cart.Add',
  '2026-11-24T05:00:00Z\tINFO\tshop/cart.go:17\thandled\r',
  '[fp=0x7f366a568ae8] runtime.throw(0x11f326a)',
  'rax    0x0',
  '',
]

/** As many lines of a log as may stand behind a dump, most of a few forms, as those of one program are. */
function logOf(random: Random): string[] {
  const from = random.once(3) ? usual : usual.filter((line) => /^[\d{]/.test(line))
  const forms = Array.from({ length: 1 + random.below(4) }, () => random.pick(from))
  const odd = random.pick([30, 300, 100_000])
  return Array.from({ length: random.below(random.once(10) ? 6000 : 300) }, (_, i) => {
    if (random.once(odd)) return random.pick(random.once(2) ? ODD : usual)
    return random.pick(forms).replace(/\d/g, (digit) => (random.once(2) ? digit : String(i % 10)))
  })
}

/** Dumps, cut or whole, each with log behind it, and here and there some of it among the lines. */
function input(random: Random): Buffer {
  const lines: string[] = []
  for (let n = 1 + random.below(3); n > 0; n--) {
    const dump = linesOf(random.pick(random.once(4) ? dumps : calm).bytes).map((line) =>
      line.toString('latin1').replace(/\n$/, ''),
    )
    if (random.once(3)) dump.length = random.below(dump.length) + 1
    if (random.once(3)) dump.splice(random.below(dump.length), 0, ...logOf(random))
    lines.push(...dump, ...logOf(random))
  }
  const wrap = random.once(2) ? random.pick(wraps) : (line: string) => line
  return Buffer.from(lines.map((line, i) => `${wrap(line, i)}\n`).join(''), 'latin1')
}

function read(chunks: readonly Buffer[], kernels: KernelUse): Run {
  const options: InnerOptions = { kernels, goroutines: true }
  return feed(chunks, options)
}

describe('log lines that are passed many at a time', () => {
  it('make what they make one by one: behind any dump, in any carrier and chunks, damaged', () => {
    const taken = vi.spyOn(PlainLog.prototype, 'take')
    for (let i = 0; i < runs(120); i++) {
      const random = new Random(20_261_130, i)
      let bytes = input(random)
      if (random.once(4)) bytes = damage(random, bytes)
      const chunks = cutAnywhere(random, bytes)
      const [fast, slow] = [read(chunks, ALWAYS), read(chunks, NEVER)]
      expect([i, fast.faults]).toEqual([i, slow.faults])
      expect([i, fast.records]).toEqual([i, slow.records])
      expect([i, fast.log.equals(slow.log)]).toEqual([i, true])
    }
    const bytes = taken.mock.results.reduce((sum, { value }, i) => sum + value - (taken.mock.calls[i]?.[1] ?? 0), 0)
    expect(bytes).toBeGreaterThan(met(50_000))
  })
})
