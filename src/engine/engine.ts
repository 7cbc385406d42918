/**
 * The engine: bytes in, records out. Synchronous and pure: no Node streams, timers or clocks; every shell (the transform, the
 * command, the mounts) is a thin layer around it.
 */
import { Assembler } from '../blocks/assembler.ts'
import { Contest } from '../blocks/contest.ts'
import { startsPreamble } from '../blocks/preamble.ts'
import { RACE_RULE, RACE_WARNING } from '../blocks/race.ts'
import { LF } from '../bytes/ascii.ts'
import { LIMITS, type Limits } from '../limits.ts'
import { LogTape } from '../lines/tape.ts'
import type { Similarity } from '../model.ts'
import type { DumpstreamRecord } from '../records.ts'
import { Signatures } from '../signatures/signature.ts'
import { findNeedle, findPreamble, lineStart } from './gate.ts'
import { type Origin, Reporter } from './reporter.ts'
import { type LineSink, Splitter } from './splitter.ts'
import { Streams } from './streams.ts'
import { timeOf } from './time.ts'

export interface EngineOptions {
  /** Name of the input in the records. Default `stdin`. */
  readonly source?: string
  /** Default `functions`. */
  readonly similarity?: Similarity
  /** When a signature record carries its stack: the first time a signature is seen (default), always, or never. */
  readonly stacks?: 'first' | 'always' | 'never'
  /** Also emit a record for each goroutine, the moment it is complete. Default false. */
  readonly goroutines?: boolean
  /** Silence, in milliseconds of `tick` time, that ends an open dump. Default 1000. */
  readonly idle?: number
  readonly limits?: Partial<Limits>
  /** Called with each record, in order. */
  readonly onRecord?: (record: DumpstreamRecord) => void
  /** Of where the input comes from (pod, container, host): dump records carry them. */
  readonly attributes?: Readonly<Record<string, string>>
  /** When the line at hand was written, milliseconds since the epoch, where the caller knows better than the line. Asked when a dump opens. */
  readonly time?: () => number | undefined
  /**
   * Called with the bytes that are not dump, in order, and where the first of them stood in the input. The view is valid during
   * the call only. Absent: they are dropped.
   */
  readonly onLog?: (bytes: Uint8Array, offset: number) => void
}

export interface EngineStats {
  /** Bytes pushed. */
  readonly bytes: number
  readonly dumps: number
  readonly goroutines: number
  readonly damaged: number
}

export interface Engine {
  /** Feeds bytes; the chunk may be reused after the call. */
  push(chunk: Uint8Array): void
  /** Tells the time, milliseconds since the epoch: ends a dump after `idle` of silence, lets go of what was held back. Call it now and then while following. */
  tick(now: number): void
  /** Ends the input: an open dump is completed. */
  end(): void
  /** Offset in the input before which every byte is known to be log, and has been handed out, or dump. Needs `onLog`. */
  readonly settled: number
  /** A dump, or what may be the beginning of one, is under way: every line matters. */
  readonly open: boolean
  readonly stats: EngineStats
}

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
    const assembler = (origin: Origin, opening: () => number | undefined): Assembler =>
      new Assembler(limits, signatures, this.#tape, {
        opening,
        goroutine: (id, info, signature) => this.#reporter.goroutine(origin, id, info, signature),
        dump: (finished) => this.#reporter.dump(origin, finished, this.#bytes),
      })
    this.#plain = new Contest(() => assembler({ source, attributes: options.attributes }, () => this.#opening()))
    this.#streams = new Streams(limits, this.#tape, (stream) =>
      assembler(
        { source: stream.key === '' ? source : stream.key, attributes: joined(options.attributes, stream.attributes) },
        () => stream.time ?? options.time?.() ?? this.#now,
      ),
    )
  }

  get stats(): EngineStats {
    const { dumps, goroutines, damaged } = this.#reporter
    return { bytes: this.#bytes, dumps, goroutines, damaged }
  }

  get settled(): number {
    return this.#tape.undecided ?? this.#splitter.decided
  }

  get open(): boolean {
    return this.#streams.open || !this.#plain.quiet
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    this.#splitter.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
  }

  tick(now: number): void {
    this.#now = now
    const idle = this.#options.idle ?? 1000
    this.#streams.tick(now, idle)
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

  // --- LineSink

  lines(buf: Buffer, start: number, end: number, base: number): void {
    this.#tape.base = base
    const words = new DataView(buf.buffer, buf.byteOffset, buf.length)
    let pos = start
    while (pos < end) {
      if (this.#streams.open) {
        pos = this.#carriedLine(buf, pos, base)
        continue
      }
      if (this.#plain.quiet) {
        pos = this.#approach(buf, pos, end, base)
        if (this.#streams.open) continue
      }
      if (pos < end) pos = this.#plain.run(buf, words, pos, end, base)
    }
  }

  unterminated(buf: Buffer, base: number): void {
    this.#tape.lent = buf
    this.lines(buf, 0, buf.length, base)
    this.#plain.end(buf.toString('latin1', Math.max(0, buf.length - 4096), buf.length - 1))
    this.#tape.lent = undefined
  }

  overlong(buf: Buffer, start: number, end: number, base: number): void {
    this.#tape.base = base
    this.#tape.pass(buf, start, end)
  }

  /** Passes the log up to the next line that may begin a dump; returns where it stands. */
  #approach(buf: Buffer, pos: number, end: number, base: number): number {
    const needle = findNeedle(buf, pos, end)
    const near = needle < 0 ? end : lineStart(buf, pos, needle)
    const at = findPreamble(buf, pos, near, this.#limits.preambleBytes, beginsCandidate)
    const next = needle < 0 ? end : buf.indexOf(LF, needle) + 1
    if (at === near && needle > near && this.#streams.recognise(buf, near, next)) {
      return this.#enterCarrier(buf, pos, near, next, base)
    }
    this.#tape.pass(buf, pos, at)
    return at
  }

  /** A dump begins at `near` inside a carrier: what announces it, a few lines ahead in the same carrier, belongs to it. */
  #enterCarrier(buf: Buffer, pos: number, near: number, next: number, base: number): number {
    let at = near
    let line = near
    for (let lines = 0; lines < OBSERVED_LINES && line > pos; lines++) {
      const before = lineStart(buf, pos, line - 1)
      if (this.#streams.precedes(buf, before, line)) at = before
      line = before
    }
    this.#tape.pass(buf, pos, at)
    let from = at
    while (from < next) from = this.#carriedLine(buf, from, base)
    return from
  }

  #carriedLine(buf: Buffer, pos: number, base: number): number {
    const next = buf.indexOf(LF, pos) + 1
    this.#streams.line(buf, pos, next, base + pos)
    return next
  }

  /** What stands ahead of a dump, nearest line first; when following, a log without time stamps leaves the arrival. */
  #opening(): number | undefined {
    let time: number | undefined
    const ahead = this.#tape
      .recent()
      .slice(-OBSERVED_BYTES)
      .split('\n')
      .slice(-OBSERVED_LINES - 1, -1)
    for (const text of ahead.reverse()) {
      time ??= timeOf(text)
      this.#plain.observe(text)
    }
    return this.#options.time?.() ?? time ?? this.#now
  }
}

function beginsCandidate(text: string): boolean {
  return text === RACE_RULE || text === RACE_WARNING || startsPreamble(text) !== undefined
}

type Attributes = Readonly<Record<string, string>> | undefined

function joined(outer: Attributes, inner: Attributes): Attributes {
  return outer === undefined || inner === undefined ? (outer ?? inner) : { ...outer, ...inner }
}

export function createEngine(options: EngineOptions = {}): Engine {
  return new LogEngine(options)
}
