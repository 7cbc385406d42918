import { describe, expect, it } from 'vitest'
import { CarriedText } from '../../src/carriers/carrier.ts'
import { LogQueue } from '../../src/lines/log-queue.ts'
import { CarriedTape } from '../../src/streams/carried-tape.ts'
import { CutText } from '../../src/streams/cut-text.ts'

const LINE_BYTES = 20

class Reader {
  readonly log: string[] = []
  readonly text: CarriedText = new CarriedText()
  readonly #queue: LogQueue = new LogQueue((bytes) => this.log.push(bytes.toString()))
  readonly tape: CarriedTape = new CarriedTape(this.#queue)
  readonly cut: CutText = new CutText(this.tape, LINE_BYTES)

  /** A raw line `P text` is a part; any other line is the last part. */
  take(raw: string): boolean {
    const buf = Buffer.from(`${raw}\n`)
    this.tape.begin(buf, 0, buf.length)
    this.text.inPlace(buf, 2, buf.length)
    this.text.partial = raw.startsWith('P ')
    return this.cut.take(this.text)
  }

  get all(): string {
    return this.log.join('')
  }
}

describe('a text that a carrier splits', () => {
  it('is complete with its last part', () => {
    const reader = new Reader()
    expect([reader.take('F main.f'), reader.text.latin1(), reader.cut.isHeld]).toEqual([true, 'main.f', false])
    expect([reader.take('P main'), reader.take('P .f')]).toEqual([false, false])
    expect([reader.cut.isOpen, reader.cut.start, reader.cut.bytes]).toEqual([true, 0, 16])
    expect([reader.take('F (0x1)'), reader.text.latin1()]).toEqual([true, 'main.f(0x1)'])
    expect([reader.cut.isOpen, reader.cut.isHeld]).toEqual([false, true])
    reader.cut.clear()
    expect([reader.cut.isHeld, reader.cut.start, reader.cut.bytes]).toEqual([false, undefined, 0])
  })

  it('puts all its raw lines into the log if its last one is log, none otherwise', () => {
    const [dump, log] = [new Reader(), new Reader()]
    for (const reader of [dump, log]) for (const raw of ['P main', 'F .f(0x1)']) reader.take(raw)
    log.tape.keep()
    for (const reader of [dump, log]) reader.tape.settle()
    expect([dump.all, log.all]).toEqual(['', 'P main\nF .f(0x1)\n'])
  })

  it('is no longer than the line limit', () => {
    const reader = new Reader()
    expect(reader.take('P 0123456789')).toBe(false)
    expect([reader.take('P 0123456789'), reader.text.latin1()]).toEqual([true, '01234567890123456789'])
  })

  it('is log if the last part never comes', () => {
    const reader = new Reader()
    reader.take('P main')
    reader.cut.release()
    expect([reader.all, reader.cut.isOpen, reader.cut.isHeld]).toEqual(['P main\n', false, false])
    expect([reader.take('F .f'), reader.text.latin1()]).toEqual([true, '.f'])
  })
})
