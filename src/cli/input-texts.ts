/** The texts of one input: itself, or each member of the archive that it is. Each is read by an engine of its own and is a source of its own. */
import type { DumpstreamRecord, SummaryRecord } from '../core/records.ts'
import type { WholeEngine } from '../engine/engine.ts'
import type { Engines } from './engines.ts'

/** Bytes that say what a file is. */
const HEAD_BYTES = 4096

export class InputTexts {
  readonly name: string
  /** The text at hand. */
  engine: WholeEngine
  /** Of the input, unless it is an archive. */
  head: Buffer | undefined
  /** What is at hand could not be read to its end. */
  isCut = false
  /** Over those that have been read. */
  dumps = 0
  bytes = 0
  lines: number | undefined = 0
  members = 0
  unread: SummaryRecord['unread']
  readonly #engines: Engines
  readonly #onRead: (engine: WholeEngine, name: string) => void
  #textName: string

  /** `onRead`: a text has been read to its end. */
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

  /** The newest line is the first: it is read anew, from its end. `place` puts its records where they are in the input. */
  turn(place: (record: DumpstreamRecord) => DumpstreamRecord): void {
    this.#engines.drop(this.engine)
    this.engine = this.#engines.open(this.name, { order: 'oldest_first' }, place)
  }

  /** What follows is of this member. */
  begin(name: string): void {
    // An archive has no text itself.
    if (this.members === 0) this.#engines.leave(this.engine)
    else this.#close()
    this.members++
    this.#textName = name
    this.isCut = false
    this.engine = this.#engines.open(name, { qualified: true })
  }

  /** `isCut`: there was more. */
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
