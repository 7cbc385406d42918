/**
 * The engine: bytes in, records out. Synchronous and pure: no Node streams, timers or clocks. Every shell (the transform, the command, the
 * mounts) is a thin layer around it.
 */

import type { Budget, Keeper } from '../core/budget.ts'
import { limitsOf } from '../core/limits.ts'
import { validTime } from '../core/number.ts'
import { InterleavedDumps } from '../dumps/interleaved.ts'
import { LogQueue } from '../lines/log-queue.ts'
import { Splitter } from '../lines/splitter.ts'
import { type Origin, Reporter } from '../report/reporter.ts'
import { WORTH_ITS_WHILE } from '../stacks/tables.ts'
import { CarriedStreams } from '../streams/carried-streams.ts'
import { Router } from '../streams/router.ts'
import { Silence } from '../streams/silence.ts'
import { checkOptions } from './check-options.ts'
import type { Engine, EngineOptions, EngineStats, InnerOptions, WholeEngine } from './contract.ts'
import { type DumpContext, DumpSource, type SinkParts } from './dump-sink.ts'
import { FormedEngine } from './formed.ts'
import { GuardedEngine } from './guarded.ts'
import { Memory } from './memory.ts'
import { Openings } from './openings.ts'
import { OrderedEngine } from './ordered.ts'
import { checkSnapshot } from './snapshot.ts'
import { namedInput, StreamContext } from './stream-context.ts'
import { SummingEngine } from './summary.ts'
import { TailedEngine } from './tailed.ts'

export type { Engine, EngineOptions, EngineStats, WholeEngine } from './contract.ts'
export type { EngineSnapshot } from './snapshot.ts'

class LogEngine implements Engine, Keeper {
  readonly #options: InnerOptions
  readonly #budget: Budget
  readonly #splitter: Splitter
  readonly #tape: LogQueue
  readonly #reporter: Reporter
  /** Dumps in the plain text. */
  readonly #plain: InterleavedDumps
  readonly #router: Router
  #bytes = 0
  #now: number | undefined
  /** Silence since the last line of the dump in the plain text. */
  readonly #silence = new Silence()
  /** Silence since the splitter kept lines that may announce a dump. */
  readonly #waiting = new Silence()

  constructor(options: InnerOptions) {
    const limits = limitsOf(options.limits)
    const source = options.source ?? 'stdin'
    const input = options.input ?? 'auto'
    const memory = options.memory ?? Memory.make(limits, options.similarity ?? 'functions', undefined)
    const { budget } = memory
    this.#budget = budget
    this.#options = options
    const tape = new LogQueue(options.onLog, limits.waitingBytes)
    if (memory.before !== undefined) tape.precede(memory.before.recent, memory.before.sinceDump)
    memory.watch(() => tape.before())
    const openings = new Openings(options, tape, memory, () => this.#now)
    this.#tape = tape
    this.#reporter = new Reporter({
      limits,
      stacks: options.stacks ?? 'first',
      goroutines: options.goroutines ?? false,
      onRecord: options.onRecord,
      history: memory.history,
      bound: options.bound,
      numbers: memory.numbers,
    })
    const { assemblers } = memory
    const [now, bytes] = [() => this.#now, () => this.#bytes]
    const parts: SinkParts = { reporter: this.#reporter, memory, assemblers, now, bytes }
    const own: Origin = { source, attributes: options.attributes }
    const ofInput: DumpContext = { origin: () => own, openings: () => openings.plain() }
    this.#plain = new InterleavedDumps(new DumpSource(parts, tape, ofInput))
    const blockBytes = (options.kernels ?? WORTH_ITS_WHILE).bytes
    const makeStreams = (): CarriedStreams => {
      const named = namedInput(source, options)
      return new CarriedStreams({
        limits,
        budget,
        tape,
        input,
        blockBytes,
        keys: { text: options.textKey, time: options.timeKey, streams: options.streamKeys },
        makeDumps: (stream, carried) =>
          new InterleavedDumps(new DumpSource(parts, carried, new StreamContext(stream, named, openings))),
      })
    }
    this.#router = new Router({ limits, input, tape, plain: this.#plain, makeStreams, blockBytes })
    this.#splitter = new Splitter(this.#router, limits.lineBytes)
  }

  get stats(): EngineStats {
    const { dumps, goroutines, damaged } = this.#reporter
    return { bytes: this.#bytes, dumps, goroutines, damaged }
  }

  get settled(): number {
    return this.#tape.undecided ?? this.#splitter.decided
  }

  get resumeAt(): number {
    const { settled } = this
    const starts = [this.#plain.start, this.#router.streams?.start, this.#router.start]
    return Math.min(settled, this.#splitter.decided, ...starts.map((start) => start ?? settled))
  }

  get open(): boolean {
    return this.#router.streams?.open === true || !this.#plain.quiet || this.#splitter.waiting
  }

  /** Besides what its streams keep: the dump in the plain text, the log that waits, the beginning of a line. */
  get bytes(): number {
    return this.#plain.bytes + this.#tape.waiting + this.#splitter.kept
  }

  giveBack(): void {
    this.#plain.cut('memoryBytes')
    this.#plain.end()
    this.#splitter.giveBack()
  }

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length
    this.#splitter.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))
    this.#router.streams?.count()
    this.#budget.note(this)
  }

  pushOrdinary(lines: Uint8Array): void {
    this.#router.isOrdinary = true
    this.push(lines)
    this.#router.isOrdinary = false
  }

  tick(now: number): void {
    this.#now = validTime(now)
    const idle = this.#options.idle ?? 1000
    // The waiting lines may belong to an open dump.
    this.#tickWaiting(now, idle)
    this.#router.streams?.tick(now, idle)
    if (this.#plain.quiet) this.#silence.break()
    else if (this.#silence.lasts(this.#plain.progress, now, idle)) {
      this.#silence.break()
      this.#plain.end()
    }
  }

  end(): void {
    this.#splitter.end()
    this.#plain.end()
    this.#plain.release()
    this.#router.streams?.end()
    this.#budget.forget(this)
  }

  /** Waiting lines become log if the dump that they may announce does not come. */
  #tickWaiting(now: number, idle: number): void {
    const from = this.#splitter.waiting ? this.#router.waitsFrom : -1
    if (from < 0) this.#waiting.break()
    else if (this.#waiting.lasts(from, now, idle)) this.#splitter.release()
  }
}

/** @throws DumpstreamError `DS_OPTION` */
export function createEngine(options: EngineOptions = {}): WholeEngine {
  checkOptions(options)
  checkSnapshot(options.snapshot, options.similarity ?? 'functions')
  return new SummingEngine(options, (own) => new GuardedEngine(own, readerOf))
}

function readerOf(options: InnerOptions): Engine {
  const forward = (own: InnerOptions): Engine => new LogEngine(own)
  const make = (own: InnerOptions): Engine =>
    own.order === 'oldest_first' ? forward(own) : new OrderedEngine(own, forward)
  if (options.input === 'plain' || options.form === 'lines') return make(options)
  return new FormedEngine(options, (own) => new TailedEngine(own, make))
}
