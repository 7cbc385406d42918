/** The engines of a run, one per input: all records go to the same sinks, all logs to the same output. */

import { podFile } from '../carriers/kubernetes.ts'
import { elapsed, SteadyClock } from '../core/clock.ts'
import type { DumpstreamRecord } from '../core/records.ts'
import { addStats, NO_STATS } from '../engine/contract.ts'
import { createEngine, type EngineOptions, type EngineStats, type WholeEngine } from '../engine/engine.ts'
import type { Output } from '../sinks/output.ts'
import type { RecordSink } from '../sinks/sink.ts'
import type { RunOptions } from './options.ts'
import { YoungGeneration } from './young-generation.ts'

export interface EnginesParts {
  readonly options: RunOptions
  readonly sinks: readonly RecordSink[]
  /** The sink that prints: a dump must be on its output before the log continues there. */
  readonly printer: RecordSink | undefined
  /** Where the log goes; undefined if it is dropped. */
  readonly logs: Output | undefined
  /** All outputs, for flushing. */
  readonly outputs: readonly Output[]
  /** A person is watching, or a gate depends on the run: an input without a dump is reported, with its number of lines. */
  readonly isWatched?: boolean
  readonly complain: (line: string) => void
}

export class Engines {
  readonly #parts: EnginesParts
  readonly #onUnread: () => void
  readonly #open = new Set<WholeEngine>()
  readonly #clocks = new WeakMap<WholeEngine, SteadyClock>()
  readonly #youngGeneration = new YoungGeneration()
  #past: EngineStats = NO_STATS
  #lastPush = 0

  /** `onUnread`: called when an output has no reader any more. */
  constructor(parts: EnginesParts, onUnread: () => void) {
    this.#parts = parts
    this.#onUnread = onUnread
  }

  /** Totals over all inputs, including those that are done. */
  get stats(): EngineStats {
    let sum = this.#past
    for (const { stats } of this.#open) sum = addStats(sum, stats)
    return sum
  }

  /** When bytes last came from an input, by `elapsed()`. */
  get lastPush(): number {
    return this.#lastPush
  }

  /** Do all outputs still have a reader? */
  get isRead(): boolean {
    return this.#parts.outputs.every((output) => !output.closed)
  }

  /**
   * `more`: options of this input in addition to those of the run. `place` maps its records to their places in the input.
   *
   * @throws DumpstreamError `DS_OPTION` if an engine cannot continue from a snapshot
   */
  open(
    source: string,
    more: EngineOptions = {},
    place: (record: DumpstreamRecord) => DumpstreamRecord = unplaced,
  ): WholeEngine {
    const { options, sinks, printer, logs } = this.#parts
    const pod = podFile(source)
    const engine = createEngine({
      ...options.engine,
      source,
      ...more,
      lines: this.#parts.isWatched === true,
      // Streams with a name are qualified by the container.
      ...(pod === undefined ? {} : { source: pod.key, attributes: pod.attributes, qualified: true }),
      onFault: ({ message }) => this.#parts.complain(`${source}: ${message}`),
      onRecord: (record, frame) => {
        for (const sink of sinks) sink.record(place(record), frame)
      },
      ...(logs === undefined
        ? {}
        : {
            onLog: (bytes) => {
              printer?.settle?.()
              logs.writeBytes(bytes)
            },
          }),
    })
    this.#open.add(engine)
    return engine
  }

  push(engine: WholeEngine, bytes: Uint8Array): void {
    this.#lastPush = elapsed()
    this.#youngGeneration.read(bytes.length)
    engine.push(bytes)
    this.#settle()
  }

  /** Ends an engine, and completes what is open in it. `isCut`: the input had more. */
  close(engine: WholeEngine, isCut = false): void {
    engine.end(isCut)
    this.#past = addStats(this.#past, engine.stats)
    this.#open.delete(engine)
    this.#settle()
  }

  /** Forgets an engine, because its input will be read again. */
  drop(engine: WholeEngine): void {
    this.#open.delete(engine)
  }

  /** Forgets an engine without ending it: another process completes what is open. */
  leave(engine: WholeEngine): void {
    this.#past = addStats(this.#past, engine.stats)
    this.#open.delete(engine)
  }

  tick(engines: readonly WholeEngine[]): void {
    const wall = Date.now()
    const now = elapsed()
    for (const engine of engines) {
      const clock = this.#clocks.get(engine) ?? new SteadyClock()
      this.#clocks.set(engine, clock)
      engine.tick(clock.now(wall, now, engine.open))
    }
    this.#settle()
  }

  /** Writes what is complete. */
  #settle(): void {
    for (const sink of this.#parts.sinks) sink.settle?.()
    for (const output of this.#parts.outputs) {
      output.flush()
      if (output.closed) this.#onUnread()
    }
  }
}

function unplaced(record: DumpstreamRecord): DumpstreamRecord {
  return record
}
