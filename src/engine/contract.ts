/** The interface of all engines, whether they read one input (engine.ts) or several files in one (tailed.ts). */
import type { RecordFrame } from '../carriers/carrier.ts'
import type { InputKind } from '../carriers/detect.ts'
import type { DumpstreamError } from '../core/errors.ts'
import type { Limits } from '../core/limits.ts'
import type { Bound, Similarity } from '../core/model.ts'
import type { DumpstreamRecord, SummaryRecord } from '../core/records.ts'
import type { KernelUse } from '../stacks/tables.ts'
import type { Memory } from './memory.ts'
import type { EngineSnapshot } from './snapshot.ts'

export interface EngineOptions {
  /** Name of the input in the records. Default `stdin`. */
  readonly source?: string
  /** Default `functions`. */
  readonly similarity?: Similarity
  /** When a signature record carries its stack: the first time a signature is seen (default), always, or never. */
  readonly stacks?: 'first' | 'always' | 'never'
  /** Also emit a record for each goroutine, the moment it is complete. Default false. */
  readonly goroutines?: boolean
  /** Milliseconds of silence, by the time given to `tick`, after which an open dump ends. Default 1000. */
  readonly idle?: number
  readonly limits?: Partial<Limits>
  /** A bound of the process, `{ goroutines: 1e6 }` or bytes of `memory`: findings of leaks say when they will reach it. */
  readonly bound?: Bound
  /** Where the input comes from (pod, container, host); copied into dump records. */
  readonly attributes?: Readonly<Record<string, string>>
  /**
   * When the line at `offset` of the input was written, in milliseconds since the epoch, if the caller knows it better than the line. Called when a
   * dump may begin there.
   */
  readonly time?: (offset: number) => number | undefined
  /** What the log is wrapped in. Default `auto`: detected from the line with the first header. `plain`: nothing. */
  readonly input?: InputKind
  /**
   * `auto` (default): the lines around the first header show whether the newest line comes first. `oldest_first`: skips this check, for example
   * because lines arrive as they are written.
   */
  readonly order?: 'auto' | 'oldest_first'
  /**
   * `auto` (default): the first bytes show whether the input is something other than lines (UTF-16, CSV, YAML, a JSON document, `tail` of
   * several files). `lines`: skips this check, for example because messages are pushed line by line.
   */
  readonly form?: 'auto' | 'lines'
  /** Field of JSON lines that holds the text, a dotted path: `payload.text`. */
  readonly textKey?: string
  /** Field of JSON lines that holds the time. */
  readonly timeKey?: string
  /** Fields of JSON lines that distinguish and name streams. */
  readonly streamKeys?: readonly string[]
  /** Prefix the names of streams with the name of the input, `app.log:web-1`: for several inputs in one run. Default false. */
  readonly qualified?: boolean
  /** Count the lines of an input of any length for its summary. Default false: only up to 4 MiB. */
  readonly lines?: boolean
  /**
   * What `snapshot()` of another engine returned, also after `JSON.stringify` and `JSON.parse`: dump numbers and histories continue from
   * it, so a suspected leak stays under observation. Push the input from `snapshot.resumeAt` on, with the same options.
   */
  readonly snapshot?: EngineSnapshot
  /**
   * Called with each record, in order. If the dump was carried in JSON lines, `frame` turns the JSON text of the record into such a line,
   * with all other fields of the dump's first line.
   */
  readonly onRecord?: (record: DumpstreamRecord, frame?: RecordFrame) => void
  /**
   * Called if a dump had to be dropped because of a bug in dumpstream; the engine continues. Errors thrown by your own callbacks propagate from
   * `push`, `tick` and `end`.
   */
  readonly onFault?: (error: DumpstreamError) => void
  /**
   * Called with the bytes that are not part of a dump, in order, and the offset of the first of them in the input. The view is valid only
   * during the call. Without it, they are dropped.
   */
  readonly onLog?: (bytes: Uint8Array, offset: number) => void
}

/** Options for the engines inside one input. */
export interface InnerOptions extends EngineOptions {
  /** Called with each line that may hold a header, as long as no dump has begun. */
  readonly onHeader?: (buf: Buffer, at: number) => void
  readonly memory?: Memory
  /** When kernels walk the stacks and extract texts from carriers; by default, when it pays off. Not with `memory`. */
  readonly kernels?: KernelUse
}

export interface EngineStats {
  /** Bytes pushed. */
  readonly bytes: number
  readonly dumps: number
  readonly goroutines: number
  readonly damaged: number
}

export const NO_STATS: EngineStats = { bytes: 0, dumps: 0, goroutines: 0, damaged: 0 }

export function addStats(one: EngineStats, other: EngineStats): EngineStats {
  return {
    bytes: one.bytes + other.bytes,
    dumps: one.dumps + other.dumps,
    goroutines: one.goroutines + other.goroutines,
    damaged: one.damaged + other.damaged,
  }
}

export interface Engine {
  /** Reads bytes. The chunk may be reused after the call. */
  push(chunk: Uint8Array): void
  /** Like `push`, but for whole lines that contain no needle (text/needle.ts), so that they need not be searched again. */
  pushOrdinary?(lines: Uint8Array): void
  /**
   * Sets the time, in milliseconds since the epoch: ends a dump after `idle` of silence, and releases lines that were held back. Call it regularly
   * while following a log.
   */
  tick(now: number): void
  /** Ends the input, and completes an open dump. */
  end(): void
  /** Offset in the input before which every byte is decided: log that was emitted, or dump. Needs `onLog`. */
  readonly settled: number
  /**
   * Offset in the input from which a fresh engine must read to produce what this one has not produced yet: the start of an open dump, of lines that
   * may announce one, or of a line. Commit this offset, not `settled`, which advances within an open dump. Without a `snapshot`, the fresh engine
   * numbers dumps from 1 and knows no earlier ones; a snapshot has its own `resumeAt`.
   */
  readonly resumeAt: number
  /** Is a dump, or something that may be the beginning of one, open? */
  readonly open: boolean
  readonly stats: EngineStats
  /** The summary record for the input read so far. */
  readonly summary?: SummaryRecord
  /**
   * The newest line comes first, and the input is plain lines. No record has been emitted yet: if you can, read the input again from its end, with
   * `order: 'oldest_first'`.
   */
  readonly isNewestFirst?: boolean
  /** Anything that was read, but not as well as possible; one clause each. */
  readonly notices?: readonly string[]
  /** Anything that could not be read; one clause each: `the JSON ends in the middle`. */
  readonly faults?: readonly string[]
}

/** What `createEngine` returns. */
export interface WholeEngine extends Engine {
  /** Ends the input. `isCut`: the rest of the input could not be read, so an open dump is `truncated`. */
  end(isCut?: boolean): void
  readonly summary: SummaryRecord
  /**
   * Everything an engine needs to continue here after a restart. Its size is that of the histories, a few bytes per goroutine of the latest
   * dumps: take one after each dump, not after each chunk.
   * @example
   * writeFileSync('state.json', JSON.stringify(engine.snapshot()))
   * // in another process
   * const snapshot = JSON.parse(readFileSync('state.json', 'utf8'))
   * const engine = createEngine({ snapshot, onRecord })
   * engine.push(log.subarray(snapshot.resumeAt))
   */
  snapshot(): EngineSnapshot
}
