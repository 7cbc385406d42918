/** Takes the dumps of one stream, or of the text as it is, to the reporter: one object for each stream that has a dump open. */
import type { RecordFrame } from '../carriers/carrier.ts'
import { timeOf } from '../carriers/time.ts'
import type { Signature } from '../core/model.ts'
import type { AssemblerSink, FinishedDump, OpeningToBe } from '../dumps/dump.ts'
import type { Origin, Reporter } from '../report/reporter.ts'
import type { HeaderInfo } from '../text/info.ts'
import type { Memory } from './memory.ts'
import type { OpeningAt } from './openings.ts'

/** What all sinks of an engine share. */
export interface SinkParts {
  readonly reporter: Reporter
  readonly memory: Memory
  /** The time of the last tick. */
  now(): number | undefined
  /** How much of the input there is so far. */
  bytes(): number
}

export class DumpSink implements AssemblerSink {
  readonly #parts: SinkParts
  readonly #originOf: () => Origin
  readonly #openingAt: OpeningAt
  #frame: RecordFrame | undefined
  /** Found out when a goroutine is counted: most of what may become a dump is none. */
  #known: Origin | undefined

  constructor(parts: SinkParts, originOf: () => Origin, openingAt: OpeningAt) {
    this.#parts = parts
    this.#originOf = originOf
    this.#openingAt = openingAt
  }

  get #origin(): Origin {
    this.#known ??= this.#originOf()
    return this.#known
  }

  opening(start: number): OpeningToBe {
    const opened = this.#openingAt(start)
    this.#frame = opened.frame
    return opened
  }

  timeOf(text: string): number | undefined {
    return timeOf(text, this.#parts.now())
  }

  goroutine(id: number, info: HeaderInfo, signature: Signature | undefined): void {
    this.#parts.reporter.goroutine(this.#origin, id, info, signature, this.#frame)
  }

  dump(finished: FinishedDump): void {
    const { reporter, memory, bytes } = this.#parts
    if (memory.finish(this.#origin.source, finished.bytes)) reporter.dump(this.#origin, finished, bytes())
  }
}
