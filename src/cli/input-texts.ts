/** The texts of one input: the input itself, or each member of an archive. Each has its own engine and is a separate source. */
import type { DumpstreamRecord, SummaryRecord } from '../core/records.ts'
import type { WholeEngine } from '../engine/engine.ts'
import type { Engines } from './engines.ts'

/** Bytes from which the type of a file is detected. */
const HEAD_BYTES = 4096

export class InputTexts {
  readonly name: string
  /** The engine of the current text. */
  engine: WholeEngine
  /** The first bytes of the input, unless it is an archive. */
  head: Buffer | undefined
  /** The current text could not be read to its end. */
  isCut = false
  /** Totals over the texts that were read. */
  dumps = 0
  bytes = 0
  lines: number | undefined = 0
  members = 0
  unread: SummaryRecord['unread']
  readonly #engines: Engines
  readonly #onRead: (engine: WholeEngine, name: string) => void
  #textName: string

  /** `onRead`: a text was read to its end. */
  constructor(engines: Engines, name: string, onRead: (engine: WholeEngine, name: string) => void) {
    this.name = name
    this.#textName = name
    this.#engines = engines
    this.#onRead = onRead
    this.engine = engines.open(name)
  }

  push(bytes: Uint8Array): void {
    if (this.members === 0) this.head ??= Buffer.from(bytes.subarray(0, HEAD_BYTES))
    this.#engines.push(this.engine, bytes)
  }

  /** The newest line comes first, so the input is read again, from its end. `place` maps records to their places in the input. */
  turn(place: (record: DumpstreamRecord) => DumpstreamRecord): void {
    this.#engines.drop(this.engine)
    this.engine = this.#engines.open(this.name, { order: 'oldest_first' }, place)
  }

  /** The following bytes belong to this member. */
  begin(name: string): void {
    // An archive itself has no text.
    if (this.members === 0) this.#engines.leave(this.engine)
    else this.#close()
    this.members++
    this.#textName = name
    this.isCut = false
    this.engine = this.#engines.open(name, { qualified: true })
  }

  /** Ends the last text. `isCut`: it had more. */
  end(isCut: boolean): void {
    this.isCut ||= isCut
    this.#close()
  }

  #close(): void {
    const { engine } = this
    this.#engines.close(engine, this.isCut)
    const { dumps, bytes, lines, unread } = engine.summary
    this.dumps += dumps
    this.bytes += bytes
    this.lines = lines === undefined || this.lines === undefined ? undefined : this.lines + lines
    if (unread !== undefined) this.unread = { ...unread, headers: unread.headers + (this.unread?.headers ?? 0) }
    this.#onRead(engine, this.#textName)
  }
}
