/**
 * Dumps inside carriers: which carrier a line is of, which stream, and whether that has a dump open. One pod's lines never break
 * another's dump.
 *
 *   state  | raw line                                         | what happens
 *   -------|--------------------------------------------------|--------------------------------------------------------
 *   closed | holds a header, a carrier knows it               | open: its text goes to the stream's lane
 *   closed | the same, a dump without a carrier is open       | open, unless all that carries it is a prefix
 *   open   | of a carrier in use, its stream is open          | its text goes there
 *   open   | of a carrier in use, a dump begins in it         | its stream opens too
 *   open   | holds a header, another carrier knows it         | that is in use from now on
 *   open   | in no carrier, fits behind a header with a prefix | the prefix was of the first line only: it goes there
 *   open   | any other                                        | log, or a dump without a carrier
 *   open   | the last open stream is complete                 | closed
 *
 * Hot while a dump is open: guarded by `npm run bench -- --only 5`.
 */
import type { Contest } from '../blocks/contest.ts'
import { CR, SPACE, TAB } from '../bytes/ascii.ts'
import { CarriedText, type Carrier, type RecordFrame, type StreamNames } from '../carriers/carrier.ts'
import { carriersFor, type InputKind, innerCarriers, type KeyNames } from '../carriers/detect.ts'
import { Prefix, prefixOf } from '../carriers/prefix.ts'
import { Syslog } from '../carriers/syslog.ts'
import { Whole } from '../carriers/whole.ts'
import type { Limits } from '../limits.ts'
import type { CarriedLine, LogTape } from '../lines/tape.ts'
import { mayAnnounce } from './announcement.ts'
import { lineStart } from './gate.ts'
import { Lane } from './lane.ts'

/** Where a dump of a stream comes from. */
export interface StreamOrigin extends StreamNames {
  /** Of the line at hand. */
  time(now: number | undefined): number | undefined
  frame(): RecordFrame | undefined
  /** The texts of those of the lines that are of the stream. Asked last: the line at hand is another one then. */
  texts(lines: readonly string[]): string[]
}

export interface StreamsOptions {
  readonly limits: Limits
  readonly tape: LogTape
  readonly input: InputKind
  readonly keys: KeyNames
  readonly makeContest: (origin: StreamOrigin) => Contest
}

interface InUse {
  readonly carrier: Carrier
  readonly lanes: Map<string, Lane>
}

/** Carriers in use at once: a log that several programs write, each in its own way. */
const CARRIERS = 16
/** ` > stack=<` of klog: the lines of the value follow, with one TAB more (klog, `internal/serialize/keyvalues.go`, writeStringValue). */
const KLOG_VALUE = /=<\r?$/
/** How far ahead the line is looked for that an indented one goes on with, bytes. */
const AHEAD_BYTES = 8192

export class Streams {
  readonly #options: StreamsOptions
  readonly #all: readonly Carrier[]
  readonly #inner: readonly Carrier[]
  readonly #whole: InUse = { carrier: new Whole(), lanes: new Map() }
  readonly #text = new CarriedText()
  #inUse: InUse[] = []
  /** Every lane, least recently used first, and what takes it out of its map. */
  readonly #lanes = new Map<Lane, () => void>()
  #latest: Lane | undefined
  readonly #open = new Set<Lane>()
  /** A lane whose header had a prefix that its other lines may not have. */
  #bare: Lane | undefined
  #bareIsCertain = false
  readonly #line: CarriedLine = { buf: Buffer.alloc(0), start: 0, end: 0, fate: 'dump', parts: [] }
  /** The stream in which a value of klog is under way: its carrier, and its key. */
  #valueIn: Carrier | undefined
  #valueKey = ''
  /** Says whether a dump begins in a line, before there is a lane for it. */
  readonly #probe: Lane

  constructor(options: StreamsOptions) {
    this.#options = options
    this.#all = carriersFor(options.input, options.keys)
    this.#inner = innerCarriers(options.keys)
    this.#probe = this.#newLane(this.#whole, undefined)
    if (options.input !== 'auto') this.#inUse = this.#all.map((carrier) => ({ carrier, lanes: new Map() }))
  }

  /** Some stream has a dump open: every line must be shown. */
  get open(): boolean {
    return this.#open.size > 0
  }

  /**
   * Does a dump begin in the line [pos, next), which holds the word, in a carrier? Then the carrier is in use from now on. The lines from
   * `from` on stand ahead of it. `certain`: a prefix, which nothing tells but the header, does not count.
   */
  recognise(buf: Buffer, pos: number, next: number, from: number, certain = false): boolean {
    if (this.#all.length === 0) return false
    if (buf[pos] === SPACE) this.#prime(buf, pos, from)
    for (const { carrier } of this.#inUse) {
      if (certain && carrier instanceof Prefix) continue
      if (this.#startsIn(carrier, buf, pos, next, from)) return true
    }
    if (this.#options.input !== 'auto') return false
    for (const carrier of this.#all) {
      if (this.#inUse.some((each) => each.carrier === carrier)) continue
      if (this.#startsIn(carrier, buf, pos, next, from)) return this.#use(carrier)
    }
    if (!this.#inUse.includes(this.#whole) && this.#startsIn(this.#whole.carrier, buf, pos, next, from)) {
      this.#inUse.push(this.#whole)
      return true
    }
    if (certain) return false
    if (buf[pos] === TAB && buf[pos + 1] === 0x67 && KLOG_VALUE.test(this.#headOf(buf, pos, from, '\t')))
      return this.#use(new Prefix('\t'))
    const text = buf.subarray(pos, next - 1)
    const prefix = prefixOf(text)
    if (prefix !== undefined) return this.#use(prefix)
    const indented = prefixOf(text, true)
    return indented !== undefined && this.#startsIn(indented, buf, pos, next, from) && this.#use(indented)
  }

  /** Is the line [pos, next), which holds the word, of a carrier, and no dump begins in it? As `recognise`. */
  quotes(buf: Buffer, pos: number, next: number, from: number): boolean {
    if (this.#all.length === 0 || this.recognise(buf, pos, next, from)) return false
    const isRead = ({ carrier }: { carrier: Carrier }): boolean => carrier.read(buf, pos, next, this.#text)
    if (this.#inUse.some((using) => using !== this.#whole && isRead(using))) return true
    if (this.#options.input !== 'auto') return false
    return this.#all.some((carrier) => isRead({ carrier })) || prefixOf(buf.subarray(pos, next - 1), true) !== undefined
  }

  /** Where the first line of an announcement stands, in [from, near), of the dump at `near` or of one in another stream. */
  announced(buf: Buffer, from: number, near: number, next: number): number {
    const using = this.#inUse.find(({ carrier }) => carrier.read(buf, near, next, this.#text))
    if (using === undefined) return near
    let at = near
    for (let line = near; line > from; ) {
      const start = lineStart(buf, from, line - 1)
      if (using.carrier.read(buf, start, line, this.#text) && this.#probe.begins(this.#text, false, this.#text.buf))
        at = start
      line = start
    }
    return at
  }

  /**
   * Takes the raw line [pos, next) of `buf`, which stands at `offset` of the input. `needle`: it holds the word. False: it is of no
   * carrier in use.
   */
  line(buf: Buffer, pos: number, next: number, offset: number, needle: boolean): boolean {
    const text = this.#text
    const line = this.#line
    line.buf = buf
    line.start = pos
    line.end = next
    line.fate = 'dump'
    line.parts = []
    let known = false
    for (let i = 0; i < this.#inUse.length; i++) {
      const using = this.#inUse[i] as InUse
      const { carrier } = using
      if (using === this.#whole && !needle) continue
      if (!carrier.read(buf, pos, next, text)) continue
      this.#noteValue(carrier)
      if (carrier.several === true) {
        if (this.#several(using, offset, needle)) return true
      } else if (this.#take(using, offset, needle)) return true
      if (using !== this.#whole) known = true
    }
    if (this.#toBare(buf, pos, next, offset)) return true
    if (needle && this.recognise(buf, pos, next, pos)) {
      const using = this.#inUse[0]
      if (using?.carrier.read(buf, pos, next, text) === true && this.#take(using, offset, needle)) return true
    }
    if (!known) return false
    this.#options.tape.pass(buf, pos, next)
    return true
  }

  /** Completes what is open. */
  end(): void {
    for (const lane of [...this.#open]) lane.end()
    this.#open.clear()
    this.#bare = undefined
  }

  /** As Engine.tick: silence ends a dump. */
  tick(now: number, idle: number): void {
    for (const lane of [...this.#open]) {
      lane.tick(now, idle)
      this.#settle(lane)
    }
  }

  #startsIn(carrier: Carrier, buf: Buffer, pos: number, next: number, from: number): boolean {
    const text = this.#text
    if (!carrier.read(buf, pos, next, text)) return false
    if (text.buf[text.start] === TAB && text.buf[text.start + 1] === 0x67) {
      const { key } = text
      this.#lookForValue(carrier, key, buf, from, pos)
      return this.#isInValue(carrier, key)
    }
    do {
      if (this.#probe.begins(text, true, buf.subarray(pos, next))) return true
    } while (carrier.again?.(text) === true)
    return false
  }

  /** Does the nearest line of the stream `key` ahead of `pos` that is not indented begin a value of klog? */
  #lookForValue(carrier: Carrier, key: string, buf: Buffer, from: number, pos: number): void {
    const ahead =
      pos > from
        ? buf.subarray(Math.max(from, pos - AHEAD_BYTES), pos)
        : Buffer.from(this.#options.tape.recent(), 'latin1')
    for (let end = ahead.length; end > 0; ) {
      const start = lineStart(ahead, 0, end - 1)
      if (carrier.read(ahead, start, end, this.#text) && this.#text.key === key) {
        this.#noteValue(carrier)
        if (this.#text.buf[this.#text.start] !== TAB) return
      }
      end = start
    }
  }

  /** The text at hand may begin a value of klog, or come behind one. */
  #noteValue(carrier: Carrier): void {
    const { buf, start, end, key } = this.#text
    let last = end - 2
    if (buf[last] === CR) last--
    if (buf[last] === 0x3c && buf[last - 1] === 0x3d) {
      this.#valueIn = carrier
      this.#valueKey = key
    } else if (this.#isInValue(carrier, key) && buf[start] !== TAB) this.#valueIn = undefined
  }

  #isInValue(carrier: Carrier, key: string): boolean {
    return carrier === this.#valueIn && key === this.#valueKey
  }

  #use(carrier: Carrier): true {
    this.#inUse.unshift({ carrier, lanes: new Map() })
    for (const { lanes } of this.#inUse.splice(CARRIERS)) {
      for (const lane of lanes.values()) this.#evict(lane)
    }
    return true
  }

  /** The text at hand goes to its stream, if that is open or a dump begins here. */
  #take(using: InUse, offset: number, needle: boolean): boolean {
    const text = this.#text
    const { buf, start, end } = this.#line
    const { key } = text
    let lane = using.lanes.get(key)
    if (lane === undefined || !lane.open) {
      if (lane === undefined && !needle && !mayAnnounce(text.buf, text.start)) return false
      const raw = buf.subarray(start, end)
      const isIndented = needle && text.buf[text.start] === TAB && this.#isInValue(using.carrier, key)
      if (!isIndented && !(lane ?? this.#probe).begins(text, needle, raw)) return false
      if (lane === undefined) {
        lane = this.#newLane(using, key)
        if (!isIndented) lane.begins(text, needle, raw)
        this.#add(using, key, lane)
      }
      if (isIndented) lane.indent()
      if (using.carrier instanceof Prefix) {
        this.#bare = lane
        this.#bareIsCertain = false
      }
    } else if (lane === this.#bare && !this.#bareIsCertain && lane.fit(text) > 0) this.#bare = undefined
    this.#feed(lane, text, offset, needle)
    return true
  }

  #feed(lane: Lane, text: CarriedText, offset: number, needle: boolean): void {
    const { tape } = this.#options
    const line = this.#line
    if (lane !== this.#latest) {
      this.#latest = lane
      const remove = this.#lanes.get(lane)
      this.#lanes.delete(lane)
      if (remove !== undefined) this.#lanes.set(lane, remove)
    }
    tape.carried = line
    lane.feed(text, needle, offset, offset + line.end - line.start)
    tape.settleCarried()
    this.#settle(lane)
  }

  /** A line with several log records stays in the log: it says more than the dump. */
  #several(using: InUse, offset: number, needle: boolean): boolean {
    const { tape } = this.#options
    const line = this.#line
    let taken = false
    do {
      const fate = taken ? 'log' : 'dump'
      line.fate = fate
      if (!taken) {
        tape.pass(line.buf, line.start, line.end)
        line.fate = 'log'
        taken = true
      }
      this.#take(using, offset, needle)
    } while (using.carrier.again?.(this.#text) === true)
    return taken
  }

  #toBare(buf: Buffer, pos: number, next: number, offset: number): boolean {
    const lane = this.#bare
    if (lane === undefined) return false
    const text = this.#text
    let stop = next - 1
    while (stop > pos && buf[stop - 1] === SPACE) stop--
    // logrus fills a message up with blanks.
    if (stop < next - 1) text.filled(buf.copy(text.room(stop - pos), 0, pos, stop))
    else text.inPlace(buf, pos, next)
    text.partial = false
    if (!this.#bareIsCertain && lane.fit(text) === 0) return false
    this.#bareIsCertain = true
    this.#feed(lane, text, offset, false)
    return true
  }

  #settle(lane: Lane): void {
    if (lane.open) this.#open.add(lane)
    else {
      this.#open.delete(lane)
      if (lane === this.#bare) this.#bare = undefined
    }
  }

  #newLane(using: InUse, key: string | undefined): Lane {
    const { limits, tape, makeContest } = this.#options
    const { carrier } = using
    const names = key === undefined ? undefined : carrier.names()
    return new Lane({
      limits,
      tape,
      innerCarriers: this.#inner,
      makeContest: () =>
        makeContest({
          source: names?.source ?? '',
          attributes: names?.attributes ?? {},
          time: (now) => carrier.time(now),
          frame: () => carrier.frame?.(),
          // A line of several records is still being read.
          texts: (lines) => (carrier.several ? [] : this.#textsOf(carrier, key, lines)),
        }),
    })
  }

  #textsOf(carrier: Carrier, key: string | undefined, lines: readonly string[]): string[] {
    const text = new CarriedText()
    return lines.flatMap((line) => {
      const buf = Buffer.from(`${line}\n`, 'latin1')
      return carrier.read(buf, 0, buf.length, text) && text.key === key ? [text.latin1().trimEnd()] : []
    })
  }

  #add(using: InUse, key: string, lane: Lane): void {
    for (const oldest of this.#lanes.keys()) {
      if (this.#lanes.size < this.#options.limits.sources) break
      this.#evict(oldest)
    }
    using.lanes.set(key, lane)
    this.#lanes.set(lane, () => using.lanes.delete(key))
  }

  #evict(lane: Lane): void {
    lane.end('sources')
    this.#settle(lane)
    this.#lanes.get(lane)?.()
    this.#lanes.delete(lane)
    if (lane === this.#latest) this.#latest = undefined
  }

  /** The nearest line ahead of `pos` that does not begin with `indent`; it may have gone out. */
  #headOf(buf: Buffer, pos: number, from: number, indent: string): string {
    const text =
      pos > from ? buf.toString('latin1', Math.max(from, pos - AHEAD_BYTES), pos) : this.#options.tape.recent()
    return (
      text
        .split('\n')
        .slice(0, -1)
        .reverse()
        .find((line) => !line.startsWith(indent)) ?? ''
    )
  }

  /** A line with blanks ahead may go on with a message of journalctl, whose first line says whose it is. */
  #prime(buf: Buffer, pos: number, from: number): void {
    const syslog = this.#all.find((carrier) => carrier instanceof Syslog)
    const line = Buffer.from(`${this.#headOf(buf, pos, from, ' ')}\n`, 'latin1')
    syslog?.read(line, 0, line.length, this.#text)
  }
}
