/**
 * The engine: bytes in, records out. Synchronous and pure: no Node streams, timers or clocks; every shell (the transform, the
 * command, the mounts) is a thin layer around it.
 */
import type { Limits } from '../limits.ts'
import type { Similarity } from '../model.ts'
import type { DumpstreamRecord } from '../records.ts'

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

export function createEngine(_options: EngineOptions = {}): Engine {
  throw new Error('not there yet')
}
