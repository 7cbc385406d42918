/** Turns finished dumps into records. The dumps of each source are numbered and compared with each other. */

import type { RecordFrame } from '../carriers/carrier.ts'
import type { Limits } from '../core/limits.ts'
import type { RecentMap } from '../core/lru.ts'
import type { Bound, DumpTally, Signature } from '../core/model.ts'
import type { DumpstreamRecord, Writable } from '../core/records.ts'
import type { FinishedDump } from '../dumps/dump.ts'
import { findAll } from '../findings/find.ts'
import { largestFirst, seenOf } from '../findings/finding.ts'
import { parkedStates } from '../findings/parked.ts'
import type { History } from '../leaks/history.ts'
import { judgeAll } from '../leaks/judge.ts'
import type { HeaderInfo } from '../text/header.ts'
import { dumpRecord, findingRecord, goneRecord, goroutineRecord, signatureRecord } from './record.ts'

export interface ReporterOptions {
  readonly limits: Limits
  readonly stacks: 'first' | 'always' | 'never'
  /** Also write a record for each goroutine. */
  readonly goroutines: boolean
  readonly onRecord: ((record: DumpstreamRecord, frame: RecordFrame | undefined) => void) | undefined
  readonly history: History
  readonly bound?: Bound | undefined
  /** Source → number of its next dump; least recently used first. */
  readonly numbers: RecentMap<string, number>
}

/** Where a dump came from. */
export interface Origin {
  readonly source: string
  readonly attributes: Readonly<Record<string, string>> | undefined
}

export class Reporter {
  readonly #options: ReporterOptions
  /** Signatures whose stacks were reported. Created on demand: there may be thousands of files without a dump. */
  #seen: Set<string> | undefined
  dumps = 0
  goroutines = 0
  damaged = 0

  constructor(options: ReporterOptions) {
    this.#options = options
  }

  goroutine(
    origin: Origin,
    id: number,
    info: HeaderInfo,
    signature: Signature | undefined,
    frame: RecordFrame | undefined,
  ): void {
    this.goroutines++
    if (!this.#options.goroutines) return
    const dump = this.#options.numbers.get(origin.source) ?? 1
    this.#options.onRecord?.(goroutineRecord({ dump, source: origin.source }, id, info, signature), frame)
  }

  /** `inputBytes`: size of the input so far; a missing final line end is not counted. */
  dump(origin: Origin, finished: FinishedDump, inputBytes: number): void {
    this.dumps++
    this.damaged += finished.damaged
    if (finished.format === 'profile') this.goroutines += finished.goroutines
    const tally = toTally(origin, finished, this.#number(origin.source), inputBytes)
    const { onRecord } = this.#options
    if (onRecord === undefined) return
    const observed = this.#options.history.observe(tally)
    const { frame } = finished.opening
    const limits = observed.limits.length === 0 ? tally.limits : [...new Set([...tally.limits, ...observed.limits])]
    onRecord(dumpRecord(tally, limits, observed.durationSeconds), frame)
    const assessments = judgeAll(tally.signatures, observed.tracks, observed.births)
    const states = tally.format === 'profile' ? parkedStates(tally.signatures) : []
    const bySlot = tally.signatures.map((each, slot) =>
      seenOf(slot, each, observed.tracks[slot], assessments[slot] ?? {}, states[slot]),
    )
    const { bound } = this.#options
    const { findings, seen } = findAll({ dump: tally, bySlot, seen: largestFirst(bySlot), bound })
    for (const each of seen) onRecord(signatureRecord(tally, each, this.#withStack(each.tally.signature)), frame)
    for (const { signature, before } of observed.vanished)
      onRecord(goneRecord(tally, signature, before, observed.withIds, this.#withStack(signature)), frame)
    for (const [i, finding] of findings.entries()) onRecord(findingRecord(tally, i + 1, finding), frame)
  }

  #number(source: string): number {
    const number = this.#options.numbers.get(source) ?? 1
    this.#options.numbers.set(source, number + 1)
    return number
  }

  #withStack(signature: Signature): boolean {
    const { stacks, limits } = this.#options
    if (stacks !== 'first') return stacks === 'always'
    this.#seen ??= new Set()
    if (this.#seen.has(signature.id)) return false
    if (this.#seen.size >= limits.historySignatures) this.#seen.clear()
    this.#seen.add(signature.id)
    return true
  }
}

/** Built field by field: there may be a dump for every few lines of a log. */
function toTally(origin: Origin, finished: FinishedDump, dump: number, inputBytes: number): DumpTally {
  const { reason, ids, race, callers, opening, bytes } = finished
  const { time, timeFrom } = opening
  const tally: Writable<DumpTally> = {
    source: origin.source,
    dump,
    kind: finished.kind,
    format: finished.format,
    goroutines: finished.goroutines,
    signatures: finished.signatures,
    other: finished.other,
    bytes: [bytes[0], Math.min(bytes[1], inputBytes)],
    foreignLines: finished.foreignLines,
    damaged: finished.damaged,
    truncated: finished.truncated,
    limits: finished.limits,
    anyMinutes: finished.anyMinutes,
  }
  if (reason !== undefined) tally.reason = reason
  if (finished.reasonByLog) tally.reasonByLog = true
  if (finished.died !== undefined) tally.died = finished.died
  if (ids !== undefined) tally.ids = ids
  if (race !== undefined) tally.race = race
  if (callers !== undefined) tally.callers = callers
  if (time !== undefined) tally.time = time
  if (time !== undefined && timeFrom !== undefined) tally.timeFrom = timeFrom
  const { attributes } = origin
  if (attributes !== undefined) tally.attributes = attributes
  const process = attributes?.['process.pid']
  // A field named `pid` may hold something else.
  if (process !== undefined && /^\d+$/.test(process)) tally.process = process
  return tally
}
