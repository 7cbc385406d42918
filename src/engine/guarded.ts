/**
 * Continues after an engine has thrown. None should, but otherwise anyone who can write a log line could end the process. What is open ends as it
 * is, the rest of the pushed bytes comes out as log, and a new engine takes over with what is known so far.
 */
import { DumpstreamError } from '../core/errors.ts'
import { shiftRecord } from '../core/records.ts'
import { EngineAround } from './around.ts'
import { checkBytes } from './check-options.ts'
import { addStats, type Engine, type EngineStats, type InnerOptions, NO_STATS } from './contract.ts'

export class GuardedEngine extends EngineAround {
  readonly #options: InnerOptions
  readonly #make: (options: InnerOptions) => Engine
  #engine: Engine
  /** Offset in the input of the first byte that the engine got. */
  #base = 0
  #bytes = 0
  #past: EngineStats = NO_STATS
  /** The last error thrown by a callback of the caller: it is passed on to the caller. */
  #theirs: unknown

  constructor(options: InnerOptions, make: (options: InnerOptions) => Engine) {
    super()
    this.#options = options
    this.#make = make
    this.#engine = make(this.#guarded(options))
  }

  protected get inner(): Engine {
    return this.#engine
  }

  override get stats(): EngineStats {
    return { ...addStats(this.#past, this.#engine.stats), bytes: this.#bytes }
  }

  override get settled(): number {
    return this.#base + this.#engine.settled
  }

  override get resumeAt(): number {
    return this.#base + this.#engine.resumeAt
  }

  push(chunk: Uint8Array): void {
    checkBytes(chunk)
    const before = this.#bytes
    this.#bytes += chunk.length
    this.#try(() => this.#engine.push(chunk), { chunk, at: before })
  }

  tick(now: number): void {
    this.#try(() => this.#engine.tick(now))
  }

  end(): void {
    this.#try(() => this.#engine.end())
  }

  #try(work: () => void, pushed?: { readonly chunk: Uint8Array; readonly at: number }): void {
    try {
      work()
    } catch (error) {
      if (error === this.#theirs && error !== undefined) throw error
      this.#replace(error, pushed)
    }
  }

  #replace(error: unknown, pushed: { readonly chunk: Uint8Array; readonly at: number } | undefined): void {
    this.#finish()
    const settled = Math.min(this.settled, this.#bytes)
    const { stats } = this.#engine
    this.#past = addStats(this.#past, stats)
    this.#base = this.#bytes
    const { onLog, onFault } = this.#options
    if (pushed !== undefined && onLog !== undefined) {
      const from = Math.max(settled, pushed.at)
      if (from < this.#bytes) onLog(pushed.chunk.subarray(from - pushed.at), from)
    }
    // The snapshot was already read into `memory`, with the dumps that it reported and their numbers.
    const { snapshot: _, ...options } = this.#options
    this.#engine = this.#make(this.#guarded(options))
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    const lost = pushed === undefined ? this.#bytes - settled : Math.max(0, pushed.at - settled)
    const held = lost === 0 ? '' : `, and ${lost} bytes before it were lost`
    onFault?.(
      new DumpstreamError(
        'DS_FAULT',
        `a dump could not be read${held} (${what}); reading continues; please report this as a bug of dumpstream`,
        { cause: error },
      ),
    )
  }

  /** Ends the failed engine: what it holds may still come out. */
  #finish(): void {
    try {
      this.#engine.end()
    } catch (error) {
      if (error === this.#theirs) throw error
    }
  }

  #guarded(options: InnerOptions): InnerOptions {
    const base = this.#base
    const { onRecord, onLog, onHeader, time, memory } = options
    return {
      ...options,
      ...(memory === undefined || base === 0 ? {} : { memory: memory.placed((offset) => base + offset) }),
      ...(time === undefined ? {} : { time: (offset) => this.#call(() => time(base + offset)) }),
      ...(onHeader === undefined ? {} : { onHeader: (buf, at) => this.#call(() => onHeader(buf, at)) }),
      ...(onLog === undefined ? {} : { onLog: (bytes, offset) => this.#call(() => onLog(bytes, base + offset)) }),
      ...(onRecord === undefined
        ? {}
        : {
            onRecord: (record, frame) => this.#call(() => onRecord(shiftRecord(record, base), frame)),
          }),
    }
  }

  #call<T>(their: () => T): T {
    try {
      return their()
    } catch (error) {
      this.#theirs = error
      throw error
    }
  }
}
