/**
 * Dumps inside carriers: one state for each stream of the input, so that one pod's lines never break another's dump.
 *
 *   state  | raw line                                         | what happens
 *   -------|--------------------------------------------------|--------------------------------------------------------
 *   closed | holds a header, a carrier knows it               | open: its text goes to the stream's own assembler
 *   open   | of a carrier in use, its stream is open          | its text goes there
 *   open   | of a carrier in use, a dump begins in it         | its stream opens too
 *   open   | any other                                        | log
 *   open   | the last open stream is complete                 | closed
 */
import type { Assembler } from '../blocks/assembler.ts'
import { Contest } from '../blocks/contest.ts'
import { startsPreamble } from '../blocks/preamble.ts'
import { LF, trimLineEnd } from '../bytes/ascii.ts'
import { beginsDump, type Carrier, type Envelope } from '../carriers/carrier.ts'
import { detectCarrier, opened } from '../carriers/detect.ts'
import type { Limits } from '../limits.ts'
import type { Held, LogTape } from '../lines/tape.ts'

/** What is known of a stream from the outside. */
export interface StreamOrigin {
  readonly key: string
  readonly attributes: Readonly<Record<string, string>> | undefined
  /** Of the line at hand, as the carrier says. */
  time: number | undefined
}

interface Stream {
  readonly origin: StreamOrigin
  readonly contest: Contest
  /** Parts of a line that the carrier cut, and the raw lines they came in. */
  parts: Buffer[]
  partBytes: number
  held: Held[]
  quietSince: number | undefined
}

/** Carriers in use at once: a log that several programs write, each in its own way. */
const CARRIERS = 4

export class Streams {
  readonly #limits: Limits
  readonly #tape: LogTape
  readonly #make: (origin: StreamOrigin) => Assembler
  /** Least recently used first. */
  readonly #streams = new Map<string, Stream>()
  #carriers: Carrier[] = []
  #open = 0

  constructor(limits: Limits, tape: LogTape, make: (origin: StreamOrigin) => Assembler) {
    this.#limits = limits
    this.#tape = tape
    this.#make = make
  }

  /** Some stream has a dump open: every line must be shown. */
  get open(): boolean {
    return this.#open > 0
  }

  /** Does a dump begin in this line, in a carrier? Then the carrier is in use from now on. */
  recognise(buf: Buffer, pos: number, next: number): boolean {
    const line = buf.subarray(pos, trimLineEnd(buf, pos, next))
    const known = this.#carriers.find((carrier) => startsIn(carrier, line))
    if (known !== undefined) return true
    const carrier = detectCarrier(line)
    if (carrier === undefined) return false
    this.#carriers.unshift(carrier)
    this.#carriers.length = Math.min(this.#carriers.length, CARRIERS)
    return true
  }

  /** Is this line the beginning of a panic or its kin in a carrier in use? */
  precedes(buf: Buffer, pos: number, next: number): boolean {
    const line = buf.subarray(pos, trimLineEnd(buf, pos, next))
    const envelope = this.#read(line)
    return envelope !== undefined && startsPreamble(envelope.text.toString('latin1', 0, 512)) !== undefined
  }

  /** Takes one raw line, [pos, next) of `buf`; `offset` is the absolute offset of `pos`. */
  line(buf: Buffer, pos: number, next: number, offset: number): void {
    const raw = buf.subarray(pos, trimLineEnd(buf, pos, next))
    const read = this.#read(raw)
    if (read === undefined) {
      this.#tape.pass(buf, pos, next)
      return
    }
    const envelope = opened(read)
    let stream = this.#streams.get(envelope.key)
    const begins = stream === undefined || stream.contest.quiet || envelope.text.includes(LF)
    if (begins && !this.#mayBegin(envelope)) {
      this.#tape.pass(buf, pos, next)
      return
    }
    stream ??= this.#add(envelope)
    stream.origin.time = envelope.time ?? stream.origin.time
    this.#tape.carried = { buf, start: pos, end: next, fate: 'dump' }
    this.#feed(stream, envelope, offset, offset + next - pos)
    this.#tape.carried = undefined
    this.#count()
  }

  /** Completes what is open. */
  end(): void {
    for (const stream of this.#streams.values()) stream.contest.end()
    this.#count()
  }

  /** As Engine.tick: silence ends a dump. */
  tick(now: number, idle: number): void {
    for (const stream of this.#streams.values()) {
      if (stream.contest.quiet) continue
      stream.quietSince ??= now
      if (now - stream.quietSince >= idle) stream.contest.end()
    }
    this.#count()
  }

  #read(line: Buffer): Envelope | undefined {
    for (const carrier of this.#carriers) {
      const envelope = carrier.read(line)
      if (envelope !== undefined) return envelope
    }
    return undefined
  }

  #mayBegin(envelope: Envelope): boolean {
    if (envelope.partial) return false
    const text = envelope.text.toString('latin1', 0, Math.min(envelope.text.length, 1 << 20))
    return beginsDump(text) || startsPreamble(text) !== undefined
  }

  #feed(stream: Stream, envelope: Envelope, start: number, end: number): void {
    stream.quietSince = undefined
    let { text } = envelope
    if (envelope.partial || stream.parts.length > 0) {
      stream.parts.push(Buffer.from(text))
      stream.partBytes += text.length
      if (envelope.partial && stream.partBytes <= this.#limits.lineBytes) {
        stream.held.push(this.#tape.hold(text, 0, text.length))
        return
      }
      text = Buffer.concat(stream.parts)
      stream.parts = []
      stream.partBytes = 0
    }
    if (text.includes(LF)) {
      // A whole dump in one string: the line it came in says more, and stays in the log.
      this.#tape.pass(text, 0, text.length)
      for (const line of text.toString('latin1').split('\n'))
        this.#push(stream, Buffer.from(line, 'latin1'), start, end)
      stream.contest.end()
    } else {
      this.#push(stream, text, start, end)
    }
    const isLog = this.#tape.carried?.fate === 'log'
    for (const part of stream.held) {
      if (isLog) this.#tape.release(part)
      else this.#tape.claim(part)
    }
    stream.held = []
  }

  #push(stream: Stream, text: Buffer, start: number, end: number): void {
    const line = Buffer.allocUnsafe(text.length + 1)
    text.copy(line)
    line[text.length] = LF
    const words = new DataView(line.buffer, line.byteOffset, line.length)
    stream.contest.run(line, words, 0, line.length, start)
    stream.contest.reach(start, end)
  }

  #add(envelope: Envelope): Stream {
    for (const [key, oldest] of this.#streams) {
      if (this.#streams.size < this.#limits.sources) break
      oldest.contest.end()
      this.#streams.delete(key)
    }
    const origin: StreamOrigin = { key: envelope.key, attributes: envelope.attributes, time: envelope.time }
    const stream: Stream = {
      origin,
      contest: new Contest(() => this.#make(origin)),
      parts: [],
      partBytes: 0,
      held: [],
      quietSince: undefined,
    }
    this.#streams.set(envelope.key, stream)
    return stream
  }

  #count(): void {
    this.#open = 0
    for (const stream of this.#streams.values()) if (!stream.contest.quiet) this.#open++
  }
}

function startsIn(carrier: Carrier, line: Buffer): boolean {
  const envelope = carrier.read(line)
  return envelope !== undefined && beginsDump(opened(envelope).text.toString('latin1'))
}
