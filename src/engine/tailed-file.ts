/** One of several files in one input: its engine, and where in the input the pieces are that the engine got. */

import { NO_BYTES } from '../core/ascii.ts'
import type { Ordered } from '../core/lru.ts'
import { type DumpstreamRecord, placeRecord } from '../core/records.ts'
import { RECENT_BYTES } from '../lines/recent-log.ts'
import type { Engine } from './contract.ts'

/** Offsets of a piece in what the engine got and in the input, and the offset of the title before it. */
interface Piece {
  readonly at: number
  readonly input: number
  readonly title: number
}

export class TailedFile implements Ordered<TailedFile> {
  readonly name: string
  /** Created when something comes that may belong to a dump; dropped after a long time without such a thing. */
  engine: Engine | undefined
  /** Its neighbours among the files with an engine, in the order of use. */
  before: TailedFile | undefined
  after: TailedFile | undefined
  pieces: Piece[] = []
  /** Bytes that the engine got. */
  bytes = 0
  /** The last bytes of the log, while there is no engine. */
  #recent: Buffer = NO_BYTES

  constructor(name: string) {
    this.name = name
  }

  /** Adds lines of log. */
  remember(lines: Buffer): void {
    const last = lines.subarray(-RECENT_BYTES)
    const kept = this.#recent.subarray(Math.max(0, this.#recent.length + last.length - RECENT_BYTES))
    this.#recent = kept.length === 0 ? Buffer.from(last) : Buffer.concat([kept, last])
  }

  /** Takes the last lines of the log, Latin-1, to pass them to an engine, which remembers the log from then on. */
  takeRecent(): string {
    const text = this.#recent.toString('latin1')
    this.#recent = NO_BYTES
    return text.length < RECENT_BYTES ? text : text.slice(text.indexOf('\n') + 1)
  }

  /** Offset in the input of the first undecided byte; infinite if there is none. */
  get undecided(): number {
    const settled = this.engine?.settled ?? this.bytes
    return settled < this.bytes ? this.inInput(settled) : Number.POSITIVE_INFINITY
  }

  /** Index of the piece that contains `offset` of the file. */
  pieceOf(offset: number): number {
    let i = this.pieces.length - 1
    while (i > 0 && (this.pieces[i]?.at ?? 0) > offset) i--
    return i
  }

  inInput(offset: number): number {
    const piece = this.pieces[this.pieceOf(offset)]
    return piece === undefined ? 0 : piece.input + Math.max(0, offset - piece.at)
  }

  /** The record with the offsets of the input. */
  placed(record: DumpstreamRecord): DumpstreamRecord {
    return placeRecord(record, (start, end) => [
      this.inInput(start),
      end > start ? this.inInput(end - 1) + 1 : this.inInput(end),
    ])
  }
}
