/** Turns a counted dump into records. */

import type { DumpTally, Signature, SignatureTally } from '../core/model.ts'
import type { DumpRecord, FindingRecord, GoroutineRecord, SignatureRecord, Writable } from '../core/records.ts'
import { countsOf } from '../findings/about.ts'
import type { Finding, Seen } from '../findings/finding.ts'
import { addCreator, stackText } from '../findings/stack-text.ts'
import { judgeGone } from '../leaks/judge.ts'
import type { HeaderInfo } from '../text/header.ts'

export function dumpRecord(
  tally: DumpTally,
  limits: readonly string[],
  durationSeconds: number | undefined,
): DumpRecord {
  const record: Writable<DumpRecord> = {
    v: 1,
    type: 'dump',
    dump: tally.dump,
    source: tally.source,
    kind: tally.kind,
    format: tally.format,
    goroutines: tally.goroutines,
    signatures: tally.signatures.length,
    bytes: tally.bytes,
    foreign_lines: tally.foreignLines,
    damaged: tally.damaged,
    truncated: tally.truncated,
  }
  if (tally.other > 0) record.other = { count: tally.other }
  if (limits.length > 0) record.limits = limits
  if (tally.reason !== undefined) record.reason = tally.reason
  if (tally.time !== undefined) record.time = new Date(tally.time).toISOString()
  if (tally.timeFrom !== undefined) record.time_from = tally.timeFrom
  if (tally.process !== undefined) record.process = tally.process
  if (tally.attributes !== undefined) record.attributes = tally.attributes
  if (tally.race !== undefined) record.race = tally.race
  if (durationSeconds !== undefined) record.duration_s = durationSeconds
  return record
}

interface Place {
  readonly dump: number
  readonly source: string
}

/** `withStack`: include the stack even if the verdict does not require it. */
export function signatureRecord({ dump, source }: Place, seen: Seen, withStack: boolean): SignatureRecord {
  const { tally, assessment, track } = seen
  const { signature } = tally
  const { verdict } = assessment
  const record = emptyRecord({ dump, source }, signature, tally)
  if (assessment.delta !== undefined) record.delta = assessment.delta
  if (verdict !== undefined) record.verdict = verdict
  if (assessment.because !== undefined) record.because = assessment.because
  if (tally.waitMin !== undefined && tally.waitMax !== undefined)
    record.wait_minutes = { min: tally.waitMin, max: tally.waitMax }
  if (assessment.survivors !== undefined) record.survivors = assessment.survivors
  if (assessment.new !== undefined) record.new = assessment.new
  addCreator(record, signature)
  if (track !== undefined) record.counts = countsOf([seen])
  if (track?.since !== undefined) record.first_seen = isoTime(track.since)
  const { parents } = tally
  if (parents !== undefined) record.parents = { distinct: parents.distinct, alive: parents.alive }
  if (seen.idle) record.idle = true
  if (withStack || verdict === 'leaking' || verdict === 'stuck') record.stack = stackText(signature.stack)
  if (tally.labels.size > 0)
    record.labels = Object.fromEntries([...tally.labels].map(([key, values]) => [key, byCount(values)]))
  return record
}

/** The record of a signature that the previous dump had `before` times, and this one does not. */
export function goneRecord(
  { dump, source }: Place,
  signature: Signature,
  before: number,
  withIds: boolean,
  withStack: boolean,
): SignatureRecord {
  const record = Object.assign(emptyRecord({ dump, source }, signature, undefined), judgeGone(before, withIds))
  addCreator(record, signature)
  if (withStack) record.stack = stackText(signature.stack)
  return record
}

function emptyRecord(
  { dump, source }: Place,
  signature: Signature,
  tally: SignatureTally | undefined,
): Writable<SignatureRecord> {
  const { function: name, file, line } = signature.title
  const record: Writable<SignatureRecord> = {
    v: 1,
    type: 'signature',
    dump,
    source,
    id: signature.id,
    count: tally?.count ?? 0,
    states: tally === undefined ? {} : byCount(tally.states),
    function: name,
  }
  if (file !== undefined) record.file = file
  if (line !== undefined) record.line = line
  return record
}

export function findingRecord({ dump, source }: Place, rank: number, finding: Finding): FindingRecord {
  return { v: 1, type: 'finding', dump, source, rank, ...finding }
}

let latest = 0
let latestText = new Date(0).toISOString()

/** Caches the last text: the signatures of a dump were first seen at only a few different times. */
function isoTime(time: number): string {
  if (time !== latest) {
    latest = time
    latestText = new Date(time).toISOString()
  }
  return latestText
}

function byCount(counts: ReadonlyMap<string, number>): Record<string, number> {
  if (counts.size === 1) for (const [only, count] of counts) return { [only]: count }
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]))
}

export function goroutineRecord(
  dump: { readonly dump: number; readonly source: string },
  id: number,
  info: HeaderInfo,
  signature: Signature | undefined,
): GoroutineRecord {
  const record: Writable<GoroutineRecord> = {
    v: 1,
    type: 'goroutine',
    dump: dump.dump,
    source: dump.source,
    goroutine: id,
    state: info.state,
  }
  if (info.minutes !== undefined) record.wait_minutes = info.minutes
  if (signature !== undefined) record.signature = signature.id
  if (info.labels !== undefined) record.labels = Object.fromEntries(info.labels)
  return record
}
