/** Lines cut in two, or in more, by another writer on the same pipe. The shares are printed: they are promises. */
import { describe, expect, it } from 'vitest'
import type { GoroutineRecord } from '../../src/core/records.ts'
import { tableDumps } from '../golden/dumps.ts'
import { feed, LOG_LINES } from './weave.ts'

// Other writers that cut in on their own, other producers.
const dumps = tableDumps().filter(
  ({ name }) => !/^(?:inter|leaky|trunc|dlv|goleak|klog|race)|multiline|pprof1|leak1|threadcreate|panicjson/.test(name),
)
const writers = LOG_LINES.slice(0, 4).map((line) => Buffer.from(`${line}\n`))

function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 8) % below
  }
}

/** `bytes` in pieces that end at `ends`, a line of another writer behind each. */
function cutAt(bytes: Buffer, ends: readonly number[]): Buffer {
  const out: Buffer[] = [...writers]
  let from = 0
  ends.forEach((end, i) => {
    out.push(bytes.subarray(from, end), writers[i % writers.length] ?? Buffer.alloc(0))
    from = end
  })
  out.push(bytes.subarray(from))
  return Buffer.concat(out)
}

function goroutines(bytes: Buffer): { count: number; keys: string[] } {
  const { records } = feed([bytes], { goroutines: true })
  const found = records.filter((record): record is GoroutineRecord => record.type === 'goroutine')
  return { count: found.length, keys: found.map((each) => `${each.goroutine} ${each.signature}`) }
}

/** Of the goroutines of the uncut dumps: how many are counted, and how many have the same signature. */
function measure(ends: (bytes: Buffer, i: number) => number[]): { total: number; counted: number; same: number } {
  let [total, counted, same] = [0, 0, 0]
  dumps.forEach(({ bytes }, i) => {
    const at = ends(bytes, i)
    if (at.length === 0) return
    const whole = goroutines(Buffer.concat([...writers, bytes]))
    const cut = goroutines(cutAt(bytes, at))
    const left = new Map<string, number>()
    for (const key of cut.keys) left.set(key, (left.get(key) ?? 0) + 1)
    total += whole.count
    counted += Math.min(cut.count, whole.count)
    for (const key of whole.keys) {
      const n = left.get(key) ?? 0
      if (n > 0) same++
      left.set(key, n - 1)
    }
  })
  return { total, counted, same }
}

function report(what: string, { total, counted, same }: { total: number; counted: number; same: number }): void {
  const share = (n: number): string => `${((100 * n) / total).toFixed(2)} %`
  process.stdout.write(
    `${what}: ${total} goroutines, ${share(counted)} counted, ${share(same)} with the signature of the uncut dump\n`,
  )
}

function every(step: number): (bytes: Buffer) => number[] {
  return (bytes) => {
    const ends: number[] = []
    for (let at = step; at < bytes.length; at += step) ends.push(at)
    return ends
  }
}

describe('a line of another writer in the middle of a line', () => {
  it('at every 4096 bytes, as a pipe cuts', () => {
    const found = measure(every(4096))
    report('cut every 4096 bytes', found)
    expect(found.counted).toBe(found.total)
    expect(found.same / found.total).toBeGreaterThanOrEqual(0.995)
  })

  it('at every 512 bytes', () => {
    const found = measure(every(512))
    report('cut every 512 bytes', found)
    expect(found.counted).toBe(found.total)
    expect(found.same / found.total).toBeGreaterThanOrEqual(0.995)
  })

  it('at random tokens of crash output, which the runtime writes token by token', () => {
    const next = random(11)
    const found = measure((bytes) => {
      if (!/^(?:SIG|panic|fatal|runtime:|unexpected)/m.test(bytes.toString('latin1', 0, 400))) return []
      // The operands that print.go and traceback.go write one by one.
      const tokens = [
        ...bytes
          .toString('latin1')
          .matchAll(/goroutine |0x[0-9a-f]+|\d+|\[|\]:|[(){}]|, | \+|fp=|sp=|pc=|\n|\t|[^\s(){}[\],:]+/g),
      ]
      const ends = new Set<number>()
      for (let i = 0; i < bytes.length / 2048; i++) ends.add(tokens[next(tokens.length)]?.index ?? 0)
      return [...ends].filter((end) => end > 0).sort((a, b) => a - b)
    })
    report('cut at random tokens of crash output, one in 2048 bytes', found)
    expect(found.counted).toBe(found.total)
    expect(found.same / found.total).toBeGreaterThanOrEqual(0.995)
  })
})
