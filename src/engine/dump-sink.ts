/** Provides the assemblers that read the dumps of one stream, or of the plain text, and passes the dumps to the reporter. */
import type { RecordFrame } from '../carriers/carrier.ts'
import { timeOf } from '../carriers/time.ts'
import type { Signature } from '../core/model.ts'
import type { Assembler } from '../dumps/assembler.ts'
import type { Assemblers } from '../dumps/assemblers.ts'
import type { AssemblerSink, FinishedDump, OpeningToBe } from '../dumps/dump.ts'
import type { AssemblerSource } from '../dumps/interleaved.ts'
import type { LogTape } from '../lines/tape.ts'
import type { Origin, Reporter } from '../report/reporter.ts'
import type { HeaderInfo } from '../text/info.ts'
import type { Memory } from './memory.ts'
import type { OpeningAt } from './openings.ts'

/** What all sinks of an engine share. */
export interface SinkParts {
  readonly reporter: Reporter
  readonly memory: Memory
  readonly assemblers: Assemblers
  /** The time of the last tick. */
  now(): number | undefined
  /** Bytes of the input so far. */
  bytes(): number
}

/** Where the dumps come from, and what came before them. */
export interface DumpContext {
  origin(): Origin
  /** For the dumps that one assembler reads. */
  openings(): OpeningAt
}

export class DumpSource implements AssemblerSource {
  readonly #parts: SinkParts
  readonly #tape: LogTape
  readonly #context: DumpContext

  constructor(parts: SinkParts, tape: LogTape, context: DumpContext) {
    this.#parts = parts
    this.#tape = tape
    this.#context = context
  }

  take(): Assembler {
    return this.#parts.assemblers.take(this.#tape, new DumpSink(this.#parts, this.#context))
  }

  give(assembler: Assembler, knows: boolean): void {
    this.#parts.assemblers.give(assembler, knows)
  }
}

class DumpSink implements AssemblerSink {
  readonly #parts: SinkParts
  readonly #context: DumpContext
  readonly #openingAt: OpeningAt
  #frame: RecordFrame | undefined
  /** Determined when a goroutine is counted, because most candidates for a dump turn out not to be one. */
  #known: Origin | undefined

  constructor(parts: SinkParts, context: DumpContext) {
    this.#parts = parts
    this.#context = context
    this.#openingAt = context.openings()
  }

  get #origin(): Origin {
    this.#known ??= this.#context.origin()
    return this.#known
  }

  opening(start: number): OpeningToBe {
    const opened = this.#openingAt.opening(start)
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
