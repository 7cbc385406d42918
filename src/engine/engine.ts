/**
 * The engine: bytes in, records out. Synchronous and pure: no Node streams, timers or clocks; every shell (the transform, the
 * command, the mounts) is a thin layer around it.
 */
import { Assembler, type AssemblerSink } from '../blocks/assembler.ts'
import { Contest } from '../blocks/contest.ts'
import type { FinishedDump } from '../blocks/dump.ts'
import { startsPreamble } from '../blocks/preamble.ts'
import { RACE_RULE, RACE_WARNING } from '../blocks/race.ts'
import type { HeaderInfo } from '../goroutines/header.ts'
import { createHistory, type History } from '../history/history.ts'
import { LIMITS, type Limits } from '../limits.ts'
import { LogTape } from '../lines/tape.ts'
import type { DumpTally, Signature, Similarity } from '../model.ts'
import type { DumpstreamRecord } from '../records.ts'
import { Signatures } from '../signatures/signature.ts'
import { judge, judgeGone } from '../verdicts/judge.ts'
import { findNeedle, findPreamble, lineStart } from './gate.ts'
import { dumpRecord, goroutineRecord, signatureRecord } from './report.ts'
import { type LineSink, Splitter } from './splitter.ts'
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
  /** Called with the bytes that are not dump, in order. The view is valid during the call only. Absent: they are dropped. */
  readonly onLog?: (bytes: Uint8Array) => void
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
  readonly stats: EngineStats
}

/** Lines ahead of a dump that are looked at: how the log looks, what it announces, when it was. */
const OBSERVED_LINES = 16
const OBSERVED_BYTES = 4096

class PlainEngine implements Engine, LineSink, AssemblerSink {
  readonly #options: EngineOptions
  readonly #limits: Limits
  readonly #source: string
  readonly #splitter: Splitter
  readonly #tape: LogTape
  readonly #assembler: Contest
  readonly #history: History
  readonly #seen = new Set<string>()
  readonly #stats = { bytes: 0, dumps: 0, goroutines: 0, damaged: 0 }
  #dump = 1
  #now: number | undefined
  #quietSince: number | undefined
  #progress = 0

  constructor(options: EngineOptions) {
    this.#options = options
    this.#limits = { ...LIMITS, ...options.limits }
    this.#source = options.source ?? 'stdin'
    this.#tape = new LogTape(options.onLog)
    this.#splitter = new Splitter(this, this.#limits.lineBytes)
    const signatures = new Signatures(options.similarity ?? 'functions', this.#limits.historySignatures)
    this.#history = createHistory({ limits: this.#limits })
    this.#assembler = new Contest(() => new Assembler(this.#limits, signatures, this.#tape, this))
  }

  get stats(): EngineStats {
    return this.#stats
  }

  push(chunk: Uint8Array): void {
    this.#stats.bytes += chunk.length
    this.#splitter.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
  }

  tick(now: number): void {
    this.#now = now
    const { quiet, progress } = this.#assembler
    if (quiet || progress !== this.#progress) {
      this.#progress = progress
      this.#quietSince = quiet ? undefined : now
    } else if (this.#quietSince === undefined) {
      this.#quietSince = now
    } else if (now - this.#quietSince >= (this.#options.idle ?? 1000)) {
      this.#quietSince = undefined
      this.#assembler.end()
    }
  }

  end(): void {
    this.#splitter.end()
    this.#assembler.end()
  }

  // --- LineSink

  lines(buf: Buffer, start: number, end: number, base: number): void {
    const words = new DataView(buf.buffer, buf.byteOffset, buf.length)
    let pos = start
    while (pos < end) {
      if (this.#assembler.quiet) pos = this.#approach(buf, pos, end)
      if (pos < end) pos = this.#assembler.run(buf, words, pos, end, base)
    }
  }

  unterminated(buf: Buffer, base: number): void {
    this.#tape.lent = buf
    this.lines(buf, 0, buf.length, base)
    this.#assembler.end(buf.toString('latin1', Math.max(0, buf.length - 4096), buf.length - 1))
    this.#tape.lent = undefined
  }

  overlong(buf: Buffer, start: number, end: number): void {
    this.#tape.pass(buf, start, end)
  }

  /** Passes the log up to the next line that may begin a dump; returns where it stands. */
  #approach(buf: Buffer, pos: number, end: number): number {
    const needle = findNeedle(buf, pos, end)
    const near = needle < 0 ? end : lineStart(buf, pos, needle)
    const at = findPreamble(buf, pos, near, this.#limits.preambleBytes, beginsCandidate)
    this.#tape.pass(buf, pos, at)
    return at
  }

  // --- AssemblerSink

  /** What stands ahead of a dump, nearest line first; when following, a log without time stamps leaves the arrival. */
  opening(): number | undefined {
    let time: number | undefined
    for (const text of this.#tape
      .recent()
      .slice(-OBSERVED_BYTES)
      .split('\n')
      .slice(-OBSERVED_LINES - 1, -1)
      .reverse()) {
      time ??= timeOf(text)
      this.#assembler.observe(text)
    }
    return time ?? this.#now
  }

  goroutine(id: number, info: HeaderInfo, signature: Signature | undefined): void {
    this.#stats.goroutines++
    if (this.#options.goroutines === true) {
      this.#options.onRecord?.(goroutineRecord({ dump: this.#dump, source: this.#source }, id, info, signature))
    }
  }

  dump(finished: FinishedDump): void {
    const tally = this.#tally(finished)
    this.#dump++
    this.#stats.dumps++
    this.#stats.damaged += finished.damaged
    if (finished.format === 'profile') this.#stats.goroutines += finished.goroutines
    const onRecord = this.#options.onRecord
    if (onRecord === undefined) return
    const observed = this.#history.observe(tally)
    onRecord(dumpRecord(tally, observed.durationSeconds))
    const order = tally.signatures.map((each, i) => ({ each, track: observed.tracks[i] }))
    order.sort((a, b) => b.each.count - a.each.count)
    for (const { each, track } of order) {
      const { signature } = each
      onRecord(signatureRecord(tally, signature, each, judge(each, track), this.#withStack(signature)))
    }
    for (const { signature, before } of observed.vanished) {
      const gone = judgeGone(before, observed.withIds)
      onRecord(signatureRecord(tally, signature, undefined, gone, this.#withStack(signature)))
    }
  }

  #tally(finished: FinishedDump): DumpTally {
    const { reason, ids, race, time, bytes, ...rest } = finished
    return {
      ...rest,
      source: this.#source,
      dump: this.#dump,
      bytes: [bytes[0], Math.min(bytes[1], this.#stats.bytes)],
      ...(reason === undefined ? {} : { reason }),
      ...(ids === undefined ? {} : { ids }),
      ...(race === undefined ? {} : { race }),
      ...(time === undefined ? {} : { time }),
    }
  }

  #withStack(signature: Signature): boolean {
    const when = this.#options.stacks ?? 'first'
    if (when !== 'first') return when === 'always'
    if (this.#seen.has(signature.id)) return false
    if (this.#seen.size >= this.#limits.historySignatures) this.#seen.clear()
    this.#seen.add(signature.id)
    return true
  }
}

function beginsCandidate(text: string): boolean {
  return text === RACE_RULE || text === RACE_WARNING || startsPreamble(text) !== undefined
}

export function createEngine(options: EngineOptions = {}): Engine {
  return new PlainEngine(options)
}
