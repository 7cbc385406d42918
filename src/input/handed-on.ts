/** What a follower has passed on, one file after the other, and the place of each byte in its file. */
import { type DumpstreamRecord, shiftRecord } from '../core/records.ts'
import type { Tail } from './tail.ts'

/** How many runs are remembered: rotations, and switches between a file and its predecessor. */
const RUNS_MAX = 256

/** Contiguous bytes of one file. */
interface Run {
  readonly tail: Tail
  readonly generation: number
  /** Offsets of its first byte in the file, and in everything that was passed on. */
  readonly position: number
  readonly offset: number
  length: number
}

export class HandedOn {
  #bytes = 0
  /** Oldest first. */
  #runs: Run[] = []

  /** Notes that the last `length` bytes that were read of `tail` are passed on. */
  note(tail: Tail, length: number): void {
    const position = tail.position - length
    const last = this.#runs[this.#runs.length - 1]
    const isNext =
      last?.tail === tail && last.generation === tail.generation && position === last.position + last.length
    if (isNext) last.length += length
    else this.#runs.push({ tail, generation: tail.generation, position, offset: this.#bytes, length })
    if (this.#runs.length > RUNS_MAX) this.#runs.shift()
    this.#bytes += length
  }

  /** Where the bytes after the first `offset` begin in each file; forgets the bytes before. */
  placesFrom(offset: number): Map<Tail, number> {
    const first = this.#runs.findIndex(({ offset: start, length }) => start + length > offset)
    this.#runs.splice(0, first === -1 ? this.#runs.length : first)
    const places = new Map<Tail, number>()
    for (const { tail, generation, position, offset: start } of this.#runs)
      if (generation === tail.generation && !places.has(tail)) places.set(tail, position + Math.max(0, offset - start))
    return places
  }

  /** The record with its bytes in the file in which it begins. */
  placed(record: DumpstreamRecord): DumpstreamRecord {
    if (record.type !== 'dump') return record
    const [start] = record.bytes
    const run = this.#runs.findLast(({ offset, length }) => offset <= start && start < offset + length)
    return run === undefined ? record : shiftRecord(record, run.position - run.offset)
  }
}
