import { describe, expect, it } from 'vitest'
import { LogQueue } from '../../src/lines/log-queue.ts'
import { lookBack } from '../../src/lines/look-back.ts'
import { RecentLog } from '../../src/lines/recent-log.ts'

function queue(): { readonly tape: LogQueue; readonly out: [string, number][] } {
  const out: [string, number][] = []
  return { tape: new LogQueue((bytes, offset) => out.push([Buffer.from(bytes).toString(), offset])), out }
}

describe('LogQueue', () => {
  const buf = Buffer.from('one\ntwo\nthree\n')

  it('keeps what follows a held line until it is decided, and the order', () => {
    const { tape, out } = queue()
    const held = tape.hold(buf, 0, 4)
    tape.pass(buf, 4, 8)
    expect([out, tape.undecided]).toEqual([[], 0])
    tape.release(held)
    expect([out, tape.undecided]).toEqual([
      [
        ['one\n', 0],
        ['two\n', 4],
      ],
      undefined,
    ])
  })

  it('leaves out what is claimed, up to where it is dump', () => {
    const { tape, out } = queue()
    const one = tape.hold(buf, 0, 4)
    const two = tape.hold(buf, 4, 8)
    tape.claim(two, 3)
    tape.claim(one)
    expect(out).toEqual([['\n', 7]])
  })

  it('decides the parts of a line with it', () => {
    const { tape, out } = queue()
    const part = tape.hold(buf, 0, 4)
    const last = tape.hold(buf, 4, 8)
    last.parts = [part]
    tape.claim(last, 1)
    expect(out).toEqual([
      ['one\n', 0],
      ['two\n', 4],
    ])
  })

  it('does not let out a line end that was lent', () => {
    const { tape, out } = queue()
    tape.lent = buf
    tape.pass(buf, 8, buf.length)
    expect(out).toEqual([['three', 8]])
  })

  it('lets go of the oldest when more than a megabyte waits', () => {
    const { tape, out } = queue()
    const big = Buffer.alloc(400_000, 'x')
    for (let i = 0; i < 4; i++) tape.hold(big, 0, big.length)
    expect(out).toHaveLength(2)
  })
})

describe('RecentLog and lookBack', () => {
  const lines = Array.from({ length: 2_000 }, (_, i) => `line ${i}\n`)

  /** The log in pieces of `size`. */
  function recent(size: number): RecentLog {
    const log = new RecentLog()
    const all = Buffer.from(lines.join(''))
    for (let at = 0; at < all.length; at += size) log.add(all, at, Math.min(all.length, at + size))
    return log
  }

  it.each([1, 7, 4_096, 4_097, 5_000, 1 << 20])('remembers the same whole lines of pieces of %d bytes', (size) => {
    const text = recent(size).all()
    expect(text).toBe(recent(100).all())
    expect(text.split('\n').every((line) => line === '' || /^line \d+$/.test(line))).toBe(true)
    expect(text.length).toBeGreaterThan(4_000)
  })

  it('knows what came after the last dump', () => {
    const log = recent(1_000)
    log.markDump()
    log.add(Buffer.from('after\n'), 0, 6)
    expect(log.before().sinceDump).toBe('after\n')
  })

  it('looks back beyond the chunk into what has passed, nearest line first', () => {
    const text = Buffer.from('a\nb\nc\nd\n')
    for (let from = 0; from <= 6; from += 2) {
      const { tape } = queue()
      tape.pass(text, 0, from)
      const seen: string[] = []
      lookBack(tape, text, from, 6, (buf, start, next) => {
        seen.push(buf.toString('latin1', start, next))
        return false
      })
      expect(seen).toEqual(['c\n', 'b\n', 'a\n'])
    }
  })
})
