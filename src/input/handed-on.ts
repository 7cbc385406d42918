/** What a follower has handed on, one file after the other: where in its file each byte is. */
import { type DumpstreamRecord, shiftRecord } from '../core/records.ts'
import type { Tail } from './tail.ts'

/** Rotations, and turns between a file and the one before it, over which a place is known. */
const RUNS_MAX = 256

/** Bytes of one file without a gap. */
interface Run {
  readonly tail: Tail
  readonly generation: number
  /** In the file, and in all that was handed on. */
  readonly position: number
  readonly offset: number
  length: number
}

export class HandedOn {
  #bytes = 0
  /** Oldest first. */
  #runs: Run[] = []

  /** The last `length` bytes that were read of `tail` are handed on. */
  note(tail: Tail, length: number): void {
    const position = tail.position - length
    const last = this.#runs[this.#runs.length - 1]
    const goesOn =
      last?.tail === tail && last.generation === tail.generation && position === last.position + last.length
    if (goesOn) last.length += length
    else this.#runs.push({ tail, generation: tail.generation, position, offset: this.#bytes, length })
    if (this.#runs.length > RUNS_MAX) this.#runs.shift()
    this.#bytes += length
  }

  /** Where in each file what came after the first `offset` bytes begins; what came before is forgotten. */
  placesFrom(offset: number): Map<Tail, number> {
    const first = this.#runs.findIndex(({ offset: start, length }) => start + length > offset)
    this.#runs.splice(0, first === -1 ? this.#runs.length : first)
    const places = new Map<Tail, number>()
    for (const { tail, generation, position, offset: start } of this.#runs)
      if (generation === tail.generation && !places.has(tail)) places.set(tail, position + Math.max(0, offset - start))
    return places
  }

  /** The record with the bytes that it has in the file in which it begins. */
  placed(record: DumpstreamRecord): DumpstreamRecord {
    if (record.type !== 'dump') return record
    const [start] = record.bytes
    const run = this.#runs.findLast(({ offset, length }) => offset <= start && start < offset + length)
    return run === undefined ? record : shiftRecord(record, run.position - run.offset)
  }
}
