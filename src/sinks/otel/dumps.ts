/**
 * Collects records into whole dumps, reduced to what metrics need. One dump at a time: the records of a dump are consecutive.
 *
 *   state  | record                           | next
 *   -------|----------------------------------|------------------------------------------------------
 *   closed | dump with signatures             | open
 *   closed | dump without signatures          | closed: handed on
 *   open   | signature of it                  | open, or closed with the last one: handed on
 *   open   | dump                             | the open one is handed on as it is; then as in state closed
 *   open   | flush                            | closed: handed on
 */
import type { DumpRecord, DumpstreamRecord, SignatureRecord } from '../../core/records.ts'

export interface WholeDump {
  readonly dump: DumpRecord
  /** The largest ones and those that were asked for, largest first, without vanished ones. */
  readonly signatures: readonly SignatureRecord[]
  /** Goroutines of all other signatures. */
  readonly other: number
  /** Goroutines whose signature is `leaking`. */
  readonly leaking: number
}

export class DumpCollector {
  readonly #most: number
  readonly #isWanted: (record: SignatureRecord) => boolean
  readonly #onDump: (dump: WholeDump) => void
  #dump: DumpRecord | undefined
  #seen = 0
  #leaking = 0
  #largest: SignatureRecord[] = []
  /** Leaking signatures that are not among the largest. */
  #smallLeaks: SignatureRecord[] = []
  #wanted: SignatureRecord[] = []

  /** `most`: signatures kept per dump, leaking ones before others; in addition, all that are `isWanted`. */
  constructor(
    most: number,
    onDump: (dump: WholeDump) => void,
    isWanted: (record: SignatureRecord) => boolean = () => false,
  ) {
    this.#most = most
    this.#onDump = onDump
    this.#isWanted = isWanted
  }

  record(record: DumpstreamRecord): void {
    if (record.type === 'dump') {
      this.flush()
      this.#dump = record
      if (record.signatures === 0) this.flush()
    } else if (record.type === 'signature' && this.#dump !== undefined && record.count > 0) {
      this.#take(record)
      if (++this.#seen === this.#dump.signatures) this.flush()
    }
  }

  /** Hands on the open dump. */
  flush(): void {
    const dump = this.#dump
    if (dump === undefined) return
    const signatures = this.#chosen()
    const shown = signatures.reduce((sum, each) => sum + each.count, 0)
    const leaking = this.#leaking
    this.#dump = undefined
    this.#seen = 0
    this.#leaking = 0
    this.#largest = []
    this.#smallLeaks = []
    this.#wanted = []
    this.#onDump({ dump, signatures, other: dump.goroutines - shown, leaking })
  }

  #take(record: SignatureRecord): void {
    if (record.verdict === 'leaking') this.#leaking += record.count
    if (this.#isWanted(record)) this.#wanted.push(record)
    else if (this.#largest.length < this.#most) this.#largest.push(record)
    else if (record.verdict === 'leaking' && this.#smallLeaks.length < this.#most) this.#smallLeaks.push(record)
  }

  /** Leaks come first: someone who is paged for a leak must find it. */
  #chosen(): SignatureRecord[] {
    if (this.#smallLeaks.length + this.#wanted.length === 0) return this.#largest
    const leaks = this.#largest.filter((each) => each.verdict === 'leaking').concat(this.#smallLeaks)
    const rest = this.#largest.filter((each) => each.verdict !== 'leaking')
    const room = Math.max(0, this.#most - leaks.length)
    return leaks
      .slice(0, this.#most)
      .concat(rest.slice(0, room), this.#wanted)
      .sort((a, b) => b.count - a.count)
  }
}

/** Milliseconds since the epoch: the time of the dump, or else now. */
export function timeOf(dump: DumpRecord, now: number): number {
  const time = dump.time === undefined ? Number.NaN : Date.parse(dump.time)
  return Number.isNaN(time) ? now : time
}
