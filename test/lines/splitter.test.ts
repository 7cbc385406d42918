import { describe, expect, it } from 'vitest'
import { type LineSink, Splitter } from '../../src/lines/splitter.ts'

/** What a sink is given, joined: `L` whole lines, `U` the last line, `B` the beginning of a line that is too long, `O` the rest of it. */
class Recorder implements LineSink {
  readonly events: [kind: string, at: number, text: string][] = []
  /** Lines that begin so wait for those that follow. */
  readonly #waits: string

  constructor(waits = '\0') {
    this.#waits = waits
  }

  lines(buf: Buffer, start: number, end: number, base: number, final: boolean): number {
    let taken = end
    if (!final) {
      const last = buf.lastIndexOf('\n', end - 2) + 1
      const from = Math.max(start, last)
      if (buf.toString('latin1', from, end).startsWith(this.#waits)) taken = from
    }
    this.#add('L', base + start, buf.toString('latin1', start, taken))
    return taken
  }

  unterminated(buf: Buffer, base: number): void {
    this.#add('U', base, buf.toString('latin1', 0, buf.length - 1))
  }

  beginning(buf: Buffer, base: number): void {
    this.#add('B', base, buf.toString('latin1', 0, buf.length - 1))
  }

  overlong(buf: Buffer, start: number, end: number, base: number): void {
    this.#add('O', base + start, buf.toString('latin1', start, end))
  }

  #add(kind: string, at: number, text: string): void {
    const last = this.events.at(-1)
    if (text === '') return
    if (last?.[0] === kind && kind !== 'B' && last[1] + last[2].length === at) last[2] += text
    else this.events.push([kind, at, text])
  }
}

function split(text: string, cuts: readonly number[], limit: number, waits?: string): Recorder['events'] {
  const sink = new Recorder(waits)
  const splitter = new Splitter(sink, limit)
  let from = 0
  for (const cut of [...cuts, text.length]) {
    splitter.push(Buffer.from(text.slice(from, cut)))
    from = cut
  }
  splitter.end()
  expect(splitter.decided).toBe(text.length)
  return sink.events
}

/** Asks for memory while it reads. */
class Asking extends Recorder {
  splitter: Splitter | undefined

  override lines(buf: Buffer, start: number, end: number, base: number, final: boolean): number {
    this.splitter?.giveBack()
    return super.lines(buf, start, end, base, final)
  }
}

describe('Splitter', () => {
  it('gives nothing back of what the sink reads', () => {
    for (let cut = 1; cut < 14; cut++) {
      const sink = new Asking('wait')
      const splitter = new Splitter(sink, 100)
      sink.splitter = splitter
      for (const piece of ['wait1\nwait2\nx\n'.slice(0, cut), 'wait1\nwait2\nx\n'.slice(cut)])
        splitter.push(Buffer.from(piece))
      splitter.end()
      expect(sink.events, `cut at ${cut}`).toEqual([['L', 0, 'wait1\nwait2\nx\n']])
    }
  })

  it('hands on whole lines, and the last one without its end', () => {
    expect(split('ab\ncd\nef', [], 10)).toEqual([
      ['L', 0, 'ab\ncd\n'],
      ['U', 6, 'ef'],
    ])
  })

  it('gives the beginning of a line that is too long, and the rest unread', () => {
    expect(split('ab\n1234567\ncd\n', [], 4)).toEqual([
      ['L', 0, 'ab\n'],
      ['B', 3, '1234'],
      ['O', 7, '567\n'],
      ['L', 11, 'cd\n'],
    ])
  })

  it('reads a line that is just as long as the limit', () => {
    expect(split('1234\n12345\n', [], 4)).toEqual([
      ['L', 0, '1234\n'],
      ['B', 5, '1234'],
      ['O', 9, '5\n'],
    ])
  })

  it.each(['ab\n1234567\ncd\n', 'w\nab\n', 'ab\nw\n123456\nw\nw\nx', '\n\n\n', 'w1234567\nw', ''])(
    'gives the same for %j wherever it is cut in two or three',
    (text) => {
      for (const limit of [1, 3, 4, 100]) {
        const whole = split(text, [], limit, 'w')
        for (let one = 0; one <= text.length; one++) {
          for (let two = one; two <= text.length; two++)
            expect([limit, one, two, split(text, [one, two], limit, 'w')]).toEqual([limit, one, two, whole])
        }
      }
    },
  )

  it('shows lines that wait again with those that follow, and lets them go when told', () => {
    const sink = new Recorder('w')
    const splitter = new Splitter(sink, 100)
    splitter.push(Buffer.from('a\nw1\n'))
    expect([splitter.waiting, splitter.decided]).toEqual([true, 2])
    splitter.release()
    expect([splitter.waiting, splitter.decided]).toEqual([false, 5])
    expect(sink.events).toEqual([['L', 0, 'a\nw1\n']])
  })
})
