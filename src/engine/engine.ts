/**
 * The engine: bytes in, records out. Synchronous and pure: no Node streams, timers or clocks; every shell (the transform, the
 * command, the mounts) is a thin layer around it.
 */
import { Assembler } from '../blocks/assembler.ts'
import { Contest } from '../blocks/contest.ts'
import type { Opening } from '../blocks/dump.ts'
import type { AssemblerSink } from '../blocks/open-blocks.ts'
import { COLON, isDigit, LF, trimLineEnd } from '../bytes/ascii.ts'
import type { RecordFrame } from '../carriers/carrier.ts'
import { writesNumbers } from '../carriers/detect.ts'
import { attributesOfPath } from '../carriers/kubernetes.ts'
import { timeOf } from '../carriers/time.ts'
import { LIMITS, type Limits } from '../limits.ts'
import { LogTape } from '../lines/tape.ts'
import { Signatures } from '../signatures/signature.ts'
import { findAnnouncement } from './announcement.ts'
import { checkOptions } from './check-options.ts'
import type { Engine, EngineOptions, EngineStats } from './contract.ts'
import { findNeedle, findPreamble, lineStart } from './gate.ts'
import { isPreamble } from './lane.ts'
import { type Origin, Reporter } from './reporter.ts'
import { type LineSink, Splitter } from './splitter.ts'
import { type StreamOrigin, Streams } from './streams.ts'
import { TailedEngine } from './tailed.ts'

export type { Engine, EngineOptions, EngineStats } from './contract.ts'

/** Lines ahead of a dump that are looked at: how the log looks, what it announces, when it was. */
const OBSERVED_LINES = 16
const OBSERVED_BYTES = 4096

class LogEngine implements Engine, LineSink {
  readonly #options: EngineOptions
  readonly #limits: Limits
  readonly #splitter: Splitter
  readonly #tape: LogTape
  readonly #reporter: Reporter
  /** Dumps in the text as it is. */
  readonly #plain: Contest
  /** Dumps inside carriers. */
  readonly #streams: Streams
  #bytes = 0
  #now: number | undefined
  #quietSince: number | undefined
  #progress = 0
  /** Offset in the input of the line that may announce a dump, for which lines wait; -1 for none. */
  #announced = -1
  #waitingFrom = -1
  #waitingSince = 0
  /** May text stand in arrays of bytes? Told by the first line. */
  #numbers: boolean | undefined
  /** Offset in the chunk at hand of the next word that a header may have; behind the chunk when there is none. */
  #needle = -1

  constructor(options: EngineOptions) {
    const limits = { ...LIMITS, ...options.limits }
    const source = options.source ?? 'stdin'
    const signatures = new Signatures(options.similarity ?? 'functions', limits.historySignatures)
    this.#options = options
    this.#limits = limits
    this.#tape = new LogTape(options.onLog)
    this.#splitter = new Splitter(this, limits.lineBytes)
    this.#reporter = new Reporter({
      limits,
      stacks: options.stacks ?? 'first',
      goroutines: options.goroutines ?? false,
      onRecord: options.onRecord,
    })
    const assembler = (
      origin: Origin,
      opening: (start: number) => Opening,
      more: Pick<AssemblerSink, 'carried'> = {},
    ): Assembler => {
      let frame: RecordFrame | undefined
      return new Assembler(limits, signatures, this.#tape, {
        opening: (start) => {
          const opened = opening(start)
          frame = opened.frame
          return opened
        },
        goroutine: (id, info, signature) => this.#reporter.goroutine(origin, id, info, signature, frame),
        dump: (finished) => this.#reporter.dump(origin, finished, this.#bytes),
        ...more,
      })
    }
    const carried: AssemblerSink['carried'] = (buf, pos, next, base) => this.#carried(buf, pos, next, base)
    this.#plain = new Contest(() =>
      assembler({ source, attributes: options.attributes }, (start) => this.#opening(start), { carried }),
    )
    this.#streams = new Streams({
      limits,
      tape: this.#tape,
      input: options.input ?? 'auto',
      keys: { text: options.textKey, time: options.timeKey, streams: options.streamKeys },
      makeContest: (stream) => {
        const named = stream.source === '' ? source : options.qualified ? `${source}:${stream.source}` : stream.source
        const attributes = { ...options.attributes, ...attributesOfPath(source), ...stream.attributes }
        return new Contest(() =>
          assembler(
            { source: named, attributes: Object.keys(attributes).length === 0 ? undefined : attributes },
            (start) => this.#carriedOpening(stream, start),
          ),
        )
      },
    })
  }

  get stats(): EngineStats {
    const { dumps, goroutines, damaged } = this.#reporter
    return { bytes: this.#bytes, dumps, goroutines, damaged }
  }

  get settled(): number {
    return this.#tape.undecided ?? this.#splitter.decided
  }

  get open(): boolean {
    return this.#streams.open || !this.#plain.quiet || this.#splitter.waiting
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    this.#splitter.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
  }

  tick(now: number): void {
    this.#now = now
    const idle = this.#options.idle ?? 1000
    this.#streams.tick(now, idle)
    this.#tickWaiting(now, idle)
    const { quiet, progress } = this.#plain
    if (quiet || progress !== this.#progress) {
      this.#progress = progress
      this.#quietSince = quiet ? undefined : now
    } else if (this.#quietSince === undefined) {
      this.#quietSince = now
    } else if (now - this.#quietSince >= idle) {
      this.#quietSince = undefined
      this.#plain.end()
    }
  }

  end(): void {
    this.#splitter.end()
    this.#plain.end()
    this.#streams.end()
  }

  /** What announced a dump that did not come is log. */
  #tickWaiting(now: number, idle: number): void {
    const from = this.#splitter.waiting ? this.#announced : -1
    if (from !== this.#waitingFrom) this.#waitingSince = now
    else if (from >= 0 && now - this.#waitingSince >= idle) this.#splitter.release()
    this.#waitingFrom = from
  }

  // --- LineSink

  lines(buf: Buffer, start: number, end: number, base: number, final: boolean): number {
    this.#tape.base = base
    const words = new DataView(buf.buffer, buf.byteOffset, buf.length)
    this.#needle = -1
    let pos = start
    while (pos < end) {
      if (this.#streams.open) {
        pos = this.#carriedLine(buf, words, pos, end, base)
        continue
      }
      if (this.#plain.quiet) {
        const needle = this.#nextHeader(buf, pos, end)
        if (needle < 0 && !final) {
          const at = this.#announcement(buf, pos, end, base)
          this.#tape.pass(buf, pos, at)
          return at
        }
        const near = needle < 0 ? end : lineStart(buf, pos, needle)
        const next = needle < 0 ? end : buf.indexOf(LF, needle) + 1
        if (this.#isCarried(buf, near, next, needle, pos)) {
          pos = this.#approachCarried(buf, words, pos, near, next, end, base)
          continue
        }
        pos = this.#approach(buf, pos, near)
      } else if (!this.#plain.open && this.#entersCarrier(buf, pos)) {
        pos = this.#carriedLine(buf, words, pos, end, base)
        continue
      }
      if (pos < end) pos = this.#plain.run(buf, words, pos, this.#plainEnd(buf, pos, end), base)
    }
    return end
  }

  unterminated(buf: Buffer, base: number): void {
    this.#tape.lent = buf
    this.lines(buf, 0, buf.length, base, true)
    const last = lineStart(buf, 0, buf.length - 1)
    this.#plain.end(buf.toString('latin1', Math.max(last, buf.length - 4096), buf.length - 1))
    this.#tape.lent = undefined
  }

  overlong(buf: Buffer, start: number, end: number, base: number): void {
    this.#tape.base = base
    this.#tape.pass(buf, start, end)
  }

  /** Where the lines that must wait for what comes next begin, in [pos, end]: they may announce a dump. */
  #announcement(buf: Buffer, pos: number, end: number, base: number): number {
    const window = this.#limits.preambleBytes
    if (base + pos === this.#announced && end - pos <= window) return pos
    const at = findAnnouncement(buf, pos, end, window)
    this.#announced = at < end ? base + at : -1
    return at
  }

  #find(buf: Buffer, pos: number, end: number): number {
    this.#numbers ??= writesNumbers(this.#options.input ?? 'auto', buf, pos, buf.indexOf(LF, pos) + 1)
    return findNeedle(buf, pos, end, this.#numbers)
  }

  /** Where the next word stands that a header may have, and no line of a carrier that only quotes one; -1 when there is none. */
  #nextHeader(buf: Buffer, pos: number, end: number): number {
    let at = this.#find(buf, pos, end)
    while (at >= 0) {
      const line = lineStart(buf, pos, at)
      const next = buf.indexOf(LF, at) + 1
      if (at === line || !this.#streams.quotes(buf, line, next, pos)) return at
      at = this.#find(buf, next, end)
    }
    return -1
  }

  /** Passes the log up to the line at `near`, which may hold a header, or to what announces it; returns where that stands. */
  #approach(buf: Buffer, pos: number, near: number): number {
    const at = findPreamble(buf, pos, near, this.#limits.preambleBytes, isPreamble)
    this.#tape.pass(buf, pos, at)
    return at
  }

  /** As `#approach`, of the line [near, next) in a carrier, and takes it; returns where the next line begins. */
  #approachCarried(
    buf: Buffer,
    words: DataView,
    pos: number,
    near: number,
    next: number,
    end: number,
    base: number,
  ): number {
    // What announces it, a few lines ahead in the same stream, belongs to it.
    const window = Math.max(pos, lineStart(buf, pos, near - this.#limits.preambleBytes))
    let from = this.#streams.announced(buf, window, near, next)
    this.#tape.pass(buf, pos, from)
    while (from < next) from = this.#carriedLine(buf, words, from, end, base)
    return from
  }

  /** Does a carrier know the header in the line [line, next), whose word stands at `needle`? As Streams.recognise. */
  #isCarried(buf: Buffer, line: number, next: number, needle: number, from: number, certain = false): boolean {
    return (
      needle >= 0 && (needle > line || !isTitle(buf, next)) && this.#streams.recognise(buf, line, next, from, certain)
    )
  }

  /** Does a carrier know the header in the line at `pos`? Then what was held ahead of it without one is log. */
  #entersCarrier(buf: Buffer, pos: number): boolean {
    const next = buf.indexOf(LF, pos) + 1
    if (!this.#isCarried(buf, pos, next, this.#find(buf, pos, next), pos)) return false
    this.#plain.end()
    return true
  }

  /** As AssemblerSink.carried. A log line that lacks its line end may stand ahead of a header, so that no prefix counts. */
  #carried(buf: Buffer, pos: number, next: number, base: number): boolean {
    const needle = this.#find(buf, pos, next)
    return this.#isCarried(buf, pos, next, needle, pos, true) && this.#streams.line(buf, pos, next, base + pos, true)
  }

  #carriedLine(buf: Buffer, words: DataView, pos: number, end: number, base: number): number {
    const next = buf.indexOf(LF, pos) + 1
    if (this.#needle < pos) {
      const at = this.#find(buf, pos, end)
      this.#needle = at < 0 ? end : at
    }
    const needle = this.#needle < next
    if (this.#streams.line(buf, pos, next, base + pos, needle)) return next
    if (!this.#plain.quiet || needle || isPreamble(buf.toString('latin1', pos, Math.min(next, pos + 512))))
      this.#plain.run(buf, words, pos, next, base)
    else this.#tape.pass(buf, pos, next)
    return next
  }

  /** What may become a dump does not keep one in a carrier from being found: up to where no header can be in one. */
  #plainEnd(buf: Buffer, pos: number, end: number): number {
    if (this.#plain.open) return end
    const next = buf.indexOf(LF, pos) + 1
    if (this.#plain.quiet) return next
    const needle = this.#find(buf, next, end)
    return needle < 0 ? end : lineStart(buf, next, needle)
  }

  #carriedOpening(stream: StreamOrigin, start: number): Opening {
    const time = stream.time(this.#now)
    const frame = this.#options.onLog === undefined ? undefined : stream.frame()
    const ahead = stream.texts(lastLines(this.#tape.sinceDump()))
    if (time !== undefined) return { time, timeFrom: 'carrier', frame, ahead }
    const { time: logTime, timeFrom } = this.#opening(start)
    return { time: logTime, timeFrom, frame, ahead }
  }

  /** What stands ahead of a dump, nearest line first; when following, a log without time stamps leaves the arrival. */
  #opening(start: number): Opening {
    let time: number | undefined
    for (const text of lastLines(this.#tape.recent()).reverse()) {
      time ??= timeOf(text, this.#now)
      this.#plain.observe(text)
    }
    const more = { frame: undefined, ahead: lastLines(this.#tape.sinceDump()) }
    const told = this.#options.time?.(start)
    if (told !== undefined) return { time: told, timeFrom: 'carrier', ...more }
    if (time !== undefined) return { time, timeFrom: 'log', ...more }
    return { time: this.#now, timeFrom: this.#now === undefined ? undefined : 'arrival', ...more }
  }
}

function lastLines(log: string): string[] {
  return log
    .slice(-OBSERVED_BYTES)
    .split('\n')
    .slice(-OBSERVED_LINES - 1, -1)
    .map((line) => line.trimEnd())
}

/** A header ends with a colon, a profile's title with a number; what stands behind is not Go's. */
function isTitle(buf: Buffer, next: number): boolean {
  const last = buf[trimLineEnd(buf, 0, next) - 1]
  return last === COLON || isDigit(last)
}

/** @throws DumpstreamError `DS_OPTION` */
export function createEngine(options: EngineOptions = {}): Engine {
  checkOptions(options)
  const make = (own: EngineOptions): Engine => new LogEngine(own)
  return options.input === 'plain' ? make(options) : new TailedEngine(options, make)
}
