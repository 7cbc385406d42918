/** What an engine knows, so that an engine in another process can continue, and where that one must start reading. */
import { DumpstreamError } from '../core/errors.ts'
import type { Similarity } from '../core/model.ts'
import type { HistorySnapshot } from '../leaks/snapshot.ts'
import { isCount } from '../leaks/snapshot-shape.ts'
import type { LinesBefore } from '../lines/recent-log.ts'

/** Increased when an older version could not read the snapshot. Patch releases read and write the same version. */
export const SNAPSHOT_VERSION = 1

/** A dump, identified by its source and its start. */
export type Reported = readonly [source: string, start: number]

/** Plain JSON: `JSON.stringify` and `JSON.parse` keep it whole. Only `v` and `resumeAt` are for the caller; the rest may change. */
export interface EngineSnapshot {
  readonly v: typeof SNAPSHOT_VERSION
  /**
   * Offset in what was pushed. Push the bytes from there on to an engine that is made with this snapshot: dumps before it are reported; dumps after
   * it are not, or are listed in `reported`.
   */
  readonly resumeAt: number
  readonly similarity: Similarity
  readonly history: HistorySnapshot
  /** The number of the next dump of each source. */
  readonly numbers: readonly (readonly [source: string, next: number])[]
  /** Dumps after `resumeAt` that are already reported; their starts are relative to it. */
  readonly reported: readonly Reported[]
  /** The last lines of log before `resumeAt`: they can show when the next dump was, and why. */
  readonly before: LinesBefore
}

/** @throws DumpstreamError `DS_OPTION` if an engine cannot continue from the snapshot */
export function checkSnapshot(snapshot: unknown, similarity: Similarity): void {
  if (snapshot === undefined) return
  if (typeof snapshot !== 'object' || snapshot === null || !('v' in snapshot))
    throw refusal('must be a result of engine.snapshot()')
  if (snapshot.v !== SNAPSHOT_VERSION && typeof snapshot.v === 'number')
    throw refusal(`has version ${snapshot.v}, but this dumpstream reads version ${SNAPSHOT_VERSION}; start without it`)
  if (!('similarity' in snapshot && snapshot.similarity === similarity))
    throw refusal(`was made with a similarity other than ${similarity}; start without it`)
  if (!isWhole(snapshot)) throw refusal('must be a result of engine.snapshot(); this one is not')
}

/** Except for the history, which is checked where it is read. */
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
