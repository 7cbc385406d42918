/** What every engine takes and does: that of one input (engine.ts), and that of several files in one (tailed.ts). */
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
  /** Silence, in milliseconds of `tick` time, that ends an open dump. Default 1000. */
  readonly idle?: number
  readonly limits?: Partial<Limits>
  /** What a process may have, `{ goroutines: 1e6 }` or bytes of `memory`: findings of leaks say when they reach it. */
  readonly bound?: Bound
  /** Of where the input comes from (pod, container, host): dump records carry them. */
  readonly attributes?: Readonly<Record<string, string>>
  /**
   * When the line that holds `offset` of the input was written, milliseconds since the epoch, where the caller knows better than the line.
   * Asked when a dump may begin there.
   */
  readonly time?: (offset: number) => number | undefined
  /** What carries the log. Default `auto`: the line that holds the first header tells. `plain`: nothing does. */
  readonly input?: InputKind
  /**
   * `auto` (default): a log whose newest line is the first is found by the lines around its first header. `oldest_first`: it is not looked for,
   * as where lines come while they are written.
   */
  readonly order?: 'auto' | 'oldest_first'
  /**
   * `auto` (default): an input that is not lines (UTF-16, CSV, YAML, a JSON document, `tail` of several files) is found by its first bytes.
   * `lines`: it is not looked for, as where messages are pushed line by line.
   */
  readonly form?: 'auto' | 'lines'
  /** Field of JSON lines that holds the text, a dotted path: `payload.text`. */
  readonly textKey?: string
  /** Field of JSON lines that holds the time. */
  readonly timeKey?: string
  /** Fields of JSON lines that tell streams apart, and name them. */
  readonly streamKeys?: readonly string[]
  /** Names of streams stand behind the input's own, `app.log:web-1`: for several inputs in one run. Default false. */
  readonly qualified?: boolean
  /** Count the lines of the input, however long it is, for its summary. Default false: up to 4 MiB. */
  readonly lines?: boolean
  /**
   * What `snapshot()` of another engine has returned, also after `JSON.stringify` and `JSON.parse`: dump numbers and histories go on from
   * it, so that a leak under watch stays under watch. Push the input from `snapshot.resumeAt` on. The options must be the same.
   */
  readonly snapshot?: EngineSnapshot
  /**
   * Called with each record, in order. `frame` is there when the dump's carrier is JSON: it makes the carrier's line out of the record's
   * JSON text, with all other fields of the dump's first line.
   */
  readonly onRecord?: (record: DumpstreamRecord, frame?: RecordFrame) => void
  /**
   * Called when a dump had to be dropped because of a bug of dumpstream: the engine goes on after it. What your own functions throw is thrown
   * by `push`, `tick` and `end`.
   */
  readonly onFault?: (error: DumpstreamError) => void
  /**
   * Called with the bytes that are not dump, in order, and where the first of them stood in the input. The view is valid during
   * the call only. Absent: they are dropped.
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
  /** Feeds bytes; the chunk may be reused after the call. */
  push(chunk: Uint8Array): void
  /** As `push`, of whole lines in which there is no needle (text/needle.ts): nobody need search them again. */
  pushOrdinary?(lines: Uint8Array): void
  /** Tells the time, milliseconds since the epoch: ends a dump after `idle` of silence, lets go of what was held back. Call it now and then while following. */
  tick(now: number): void
  /** Ends the input: an open dump is completed. */
  end(): void
  /** Offset in the input before which every byte is known to be log, and has been handed out, or dump. Needs `onLog`. */
  readonly settled: number
  /**
   * Offset in the input of the first byte that a fresh engine needs to say what this one has still to say: the beginning of an open dump, of
   * what may announce one, or of a line. Commit this one where reading goes on after a restart; `settled` passes inside an open dump. The
   * fresh engine numbers dumps anew, and compares with none before, unless it has a `snapshot`: that says by itself where to go on.
   */
  readonly resumeAt: number
  /** A dump, or what may be the beginning of one, is under way: every line matters. */
  readonly open: boolean
  readonly stats: EngineStats
  /** What the last record of the input says, as far as it has been read. */
  readonly summary?: SummaryRecord
  /**
   * The newest line is the first, and the input is plain lines: whoever can read it from its end does better, with `order: 'oldest_first'`. No
   * record has been made of it.
   */
  readonly isNewestFirst?: boolean
  /** What was read, but not as well as it could be, a clause each. */
  readonly notices?: readonly string[]
  /** What could not be read, a clause each: `the JSON ends in the middle`. */
  readonly faults?: readonly string[]
}

/** The whole of an engine, as `createEngine` makes it. */
export interface WholeEngine extends Engine {
  /** Ends the input. `isCut`: there was more of it, which could not be read; the dump that it ends in is `truncated`. */
  end(isCut?: boolean): void
  readonly summary: SummaryRecord
  /**
   * What is known of all sources, for an engine that goes on where this one is, after a restart. Costs as much as the histories are large
   * (a few bytes a goroutine of the last dumps): take it after dumps, not after chunks.
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
