/** What every engine takes and does, whether it reads one input (engine.ts) or several files in one (tailed.ts). */
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
   * When the line at `offset` of the input was written, in milliseconds since the epoch, if the caller knows better than the line does.
   * Called when a dump may begin there.
   */
  readonly time?: (offset: number) => number | undefined
  /** What the log is wrapped in. Default `auto`: found out from the line that holds the first header. `plain`: nothing. */
  readonly input?: InputKind
  /**
   * `auto` (default): the lines around the first header show whether the newest line comes first. `oldest_first`: no need to look, as with
   * lines that arrive while they are written.
   */
  readonly order?: 'auto' | 'oldest_first'
  /**
   * `auto` (default): the first bytes show whether the input is something other than lines (UTF-16, CSV, YAML, a JSON document, `tail` of
   * several files). `lines`: no need to look, as with messages that are pushed line by line.
   */
  readonly form?: 'auto' | 'lines'
  /** Field of JSON lines that holds the text, a dotted path: `payload.text`. */
  readonly textKey?: string
  /** Field of JSON lines that holds the time. */
  readonly timeKey?: string
  /** Fields of JSON lines that tell streams apart, and name them. */
  readonly streamKeys?: readonly string[]
  /** Put the name of the input before those of its streams, `app.log:web-1`: for several inputs in one run. Default false. */
  readonly qualified?: boolean
  /** Count the lines of an input of any length for its summary. Default false: only up to 4 MiB. */
  readonly lines?: boolean
  /**
   * What `snapshot()` of another engine returned, also after `JSON.stringify` and `JSON.parse`: dump numbers and histories continue from
   * it, so that a leak under watch stays under watch. Push the input from `snapshot.resumeAt` on, with the same options.
   */
  readonly snapshot?: EngineSnapshot
  /**
   * Called with each record, in order. If the dump was carried in JSON lines, `frame` turns the JSON text of the record into such a line,
   * with all other fields of the dump's first line.
   */
  readonly onRecord?: (record: DumpstreamRecord, frame?: RecordFrame) => void
  /**
   * Called if a dump had to be dropped because of a bug in dumpstream; the engine goes on. What your own callbacks throw is thrown by `push`,
   * `tick` and `end`.
   */
  readonly onFault?: (error: DumpstreamError) => void
  /**
   * Called with the bytes that are not part of a dump, in order, and the offset of the first of them in the input. The view is valid only
   * during the call. Without it, they are dropped.
   */
  readonly onLog?: (bytes: Uint8Array, offset: number) => void
}

/** What the engines of one input do for each other. */
export interface InnerOptions extends EngineOptions {
  /** Called with each line that may hold a header, as long as no dump has begun. */
  readonly onHeader?: (buf: Buffer, at: number) => void
  readonly memory?: Memory
  /** When kernels walk the stacks, and take texts out of carriers; absent, where it is worth it. Not with `memory`. */
  readonly kernels?: KernelUse
}

export interface EngineStats {
  /** Bytes pushed. */
  readonly bytes: number
  readonly dumps: number
  readonly goroutines: number
  readonly damaged: number
}

export interface Engine {
  /** Reads bytes. The chunk may be reused after the call. */
  push(chunk: Uint8Array): void
  /** As `push`, of whole lines in which there is no needle (text/needle.ts): nobody need search them again. */
  pushOrdinary?(lines: Uint8Array): void
  /** Tells the time, in milliseconds since the epoch: a dump ends after `idle` of silence, and lines that were held back are let go. Call it now and then while following. */
  tick(now: number): void
  /** Ends the input, and completes an open dump. */
  end(): void
  /** Offset in the input before which every byte is decided: log that has been handed out, or dump. Needs `onLog`. */
  readonly settled: number
  /**
   * Offset in the input from which a fresh engine would have to read to produce what this one has not produced yet: the beginning of an open
   * dump, of what may announce one, or of a line. Commit this offset, not `settled`, which moves on within an open dump. Without a
   * `snapshot` the fresh engine numbers dumps from 1 and knows no earlier ones; a snapshot has its own `resumeAt`.
   */
  readonly resumeAt: number
  /** A dump, or what may be the beginning of one, is open. */
  readonly open: boolean
  readonly stats: EngineStats
  /** The summary record, as far as the input has been read. */
  readonly summary?: SummaryRecord
  /**
   * The newest line comes first, and the input is plain lines. No record has been made: if you can, read it again from its end, with
   * `order: 'oldest_first'`.
   */
  readonly isNewestFirst?: boolean
  /** What was read, but not as well as it could be; one clause each. */
  readonly notices?: readonly string[]
  /** What could not be read; one clause each: `the JSON ends in the middle`. */
  readonly faults?: readonly string[]
}

/** What `createEngine` returns. */
export interface WholeEngine extends Engine {
  /** Ends the input. `isCut`: there was more that could not be read, so a dump that is open is `truncated`. */
  end(isCut?: boolean): void
  readonly summary: SummaryRecord
  /**
   * Everything an engine needs to continue here after a restart. Its size is that of the histories, a few bytes for each goroutine of the last
   * dumps: take one after a dump, not after each chunk.
   *
   * @example
   * writeFileSync('state.json', JSON.stringify(engine.snapshot()))
   * // in another process
   * const snapshot = JSON.parse(readFileSync('state.json', 'utf8'))
   * const engine = createEngine({ snapshot, onRecord })
   * engine.push(log.subarray(snapshot.resumeAt))
   */
  snapshot(): EngineSnapshot
}
