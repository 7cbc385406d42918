/** What an engine knows, for an engine of another process, and where that one has to go on reading. */
import { DumpstreamError } from '../core/errors.ts'
import type { Similarity } from '../core/model.ts'
import type { HistorySnapshot } from '../leaks/snapshot.ts'
import { isCount } from '../leaks/snapshot-shape.ts'
import type { LinesBefore } from '../lines/recent-log.ts'

/** Goes up with what an older version could not read. Patches read and write the same. */
export const SNAPSHOT_VERSION = 1

/** A dump by its source and where it began. */
export type Reported = readonly [source: string, start: number]

/** Plain JSON: `JSON.stringify` and `JSON.parse` keep it whole. Only `v` and `resumeAt` are for the caller; the rest may change. */
export interface EngineSnapshot {
  readonly v: typeof SNAPSHOT_VERSION
  /**
   * Offset in what was pushed. An engine that is made with this snapshot has to be pushed the bytes from there on: what came before is
   * reported, what comes after is not, or is known to be.
   */
  readonly resumeAt: number
  readonly similarity: Similarity
  readonly history: HistorySnapshot
  /** The number of the next dump of each source. */
  readonly numbers: readonly (readonly [source: string, next: number])[]
  /** Dumps behind `resumeAt` that are reported, counted from there. */
  readonly reported: readonly Reported[]
  /** The last lines of the log before `resumeAt`: they may say when the next dump was, and why. */
  readonly before: LinesBefore
}

/** @throws DumpstreamError `DS_OPTION` when the snapshot can't be gone on with */
export function checkSnapshot(snapshot: unknown, similarity: Similarity): void {
  if (snapshot === undefined) return
  if (typeof snapshot !== 'object' || snapshot === null || !('v' in snapshot))
    throw refusal('takes what engine.snapshot() made')
  if (snapshot.v !== SNAPSHOT_VERSION && typeof snapshot.v === 'number')
    throw refusal(`is of version ${snapshot.v}, and this dumpstream reads ${SNAPSHOT_VERSION}; start without it`)
  if (!('similarity' in snapshot && snapshot.similarity === similarity))
    throw refusal(`was made with another similarity than ${similarity}; start without it`)
  if (!isWhole(snapshot)) throw refusal('takes what engine.snapshot() made; this is not one')
}

/** But for the history, which is checked where it is read. */
function isWhole(snapshot: object): boolean {
  if (!('v' in snapshot && snapshot.v === SNAPSHOT_VERSION)) return false
  if (!('resumeAt' in snapshot && 'numbers' in snapshot && 'reported' in snapshot && 'before' in snapshot)) return false
  const { resumeAt, numbers, reported, before } = snapshot
  return isCount(resumeAt) && isCounts(numbers) && isCounts(reported) && isBefore(before)
}

function isCounts(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((entry: unknown) => Array.isArray(entry) && typeof entry[0] === 'string' && isCount(entry[1]))
  )
}

function isBefore(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('recent' in value && 'sinceDump' in value)) return false
  return typeof value.recent === 'string' && typeof value.sinceDump === 'string'
}

function refusal(text: string): DumpstreamError {
  return new DumpstreamError('DS_OPTION', `snapshot ${text}`)
}
