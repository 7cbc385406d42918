/**
 * The output records, version 1: one JSON object a line. `schema/record.v1.json` is the same in JSON Schema; tests compare the two. Absent means
 * unknown, never `null`; times are RFC 3339 UTC.
 */
import type { DumpFormat, DumpKind, FindingKind, RaceAccess, Severity, TimeFrom, Verdict } from './model.ts'

export interface DumpRecord {
  readonly v: 1
  readonly type: 'dump'
  /** Counts from 1 per source. */
  readonly dump: number
  /** File path, `stdin`, or the stream key that the carrier gave. */
  readonly source: string
  /** For a dump in a partition: `topic/partition/offset` of its first byte, the same each time it is read. */
  readonly dump_id?: string
  readonly kind: DumpKind
  readonly format: DumpFormat
  readonly goroutines: number
  /** Distinct signatures in this dump. */
  readonly signatures: number
  /** Goroutines that have no signature record; absent if there are none. */
  readonly other?: { readonly count: number }
  /** Offsets of the first byte of the dump and the first byte after it: in the input, or in the followed file in which it begins. */
  readonly bytes: readonly [number, number]
  readonly foreign_lines: number
  readonly damaged: number
  readonly truncated: boolean
  /** Names of the limits that were hit; absent if none was. */
  readonly limits?: readonly string[]
  /** Panic value, fatal error or signal. */
  readonly reason?: string
  readonly time?: string
  /** Where `time` comes from: the carrier, a log line just before the dump, or the time of arrival. */
  readonly time_from?: TimeFrom
  /** The pid, if the carrier gives it. */
  readonly process?: string
  readonly attributes?: Readonly<Record<string, string>>
  /** Seconds since the previous dump of this source. */
  readonly duration_s?: number
  /** The accesses of a race report. Such a dump counts no goroutines. */
  readonly race?: readonly RaceAccess[]
  /** Present if the newest line of the log comes first. */
  readonly order?: 'newest_first'
}

export interface SignatureRecord {
  readonly v: 1
  readonly type: 'signature'
  readonly dump: number
  readonly source: string
  /** For a dump in a partition: `topic/partition/offset` of its first byte, the same each time it is read. */
  readonly dump_id?: string
  readonly id: string
  readonly count: number
  readonly delta?: number
  readonly verdict?: Verdict
  /** One plain sentence with the numbers behind the verdict. */
  readonly because?: string
  readonly states: Readonly<Record<string, number>>
  readonly wait_minutes?: { readonly min: number; readonly max: number }
  readonly survivors?: number
  readonly new?: number
  readonly function: string
  readonly file?: string
  readonly line?: number
  readonly created_by?: string
  /** Place of the `go` statement, `base.go:27`. */
  readonly created_at?: string
  /** Counts in the latest dumps of the source, this one last. */
  readonly counts?: readonly number[]
  /** Time of the first dump that had this signature, RFC 3339 UTC. */
  readonly first_seen?: string
  readonly parents?: Parents
  /** True for goroutines that wait by design: accept loops, signal loops, runtime workers. */
  readonly idle?: boolean
  /** Innermost frame first, each `function file:line`. Always present if the verdict is `leaking` or `stuck`. */
  readonly stack?: readonly string[]
  /** Label key → value → goroutines. */
  readonly labels?: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** The goroutines that started those of a signature (`created by … in goroutine N`, since Go 1.21). */
export interface Parents {
  readonly distinct: number
  /** How many of them are still in the same dump. */
  readonly alive: number
  /** In findings: the signatures of those that are alive, the most frequent first, at most three. */
  readonly signatures?: readonly string[]
}

/** A goroutine that may hold what others wait for: a guess from the pointers in its frames. */
export interface MayHold {
  readonly goroutine: number
  readonly state: string
  readonly function: string
  readonly file?: string
  readonly line?: number
}

/** One object that goroutines of a dump wait for. */
export interface WaitsOn {
  readonly kind: 'mutex' | 'rwmutex' | 'waitgroup' | 'cond' | 'channel' | 'semaphore'
  /** An address. It means something only within its dump. */
  readonly object: string
  readonly waiters: number
  readonly may_hold?: readonly MayHold[]
}

/** When a process will reach its bound (`--bound`). */
export interface ReachedBound {
  /** The number of goroutines at which it is reached. */
  readonly goroutines: number
  /** Bytes, if the bound is one of memory: `goroutines` is how many fit into it at most. */
  readonly memory?: number
  /** Hours from this dump. */
  readonly hours: number
  /** RFC 3339 UTC; absent if the dump has no time, or if it takes more than a century. */
  readonly at?: string
}

/** What a person should know about a dump. The findings of a dump follow its signature records, most urgent first. */
export interface FindingRecord {
  readonly v: 1
  readonly type: 'finding'
  readonly dump: number
  readonly source: string
  /** For a dump in a partition: `topic/partition/offset` of its first byte, the same each time it is read. */
  readonly dump_id?: string
  /** Counts from 1 per dump. */
  readonly rank: number
  readonly finding: FindingKind
  readonly severity: Severity
  /** Goroutines that the finding is about. */
  readonly goroutines: number
  /** `292 goroutines leak in chan send at producer.go:40`. */
  readonly title: string
  /** One plain sentence with the numbers behind it. */
  readonly because: string
  /** Ids of the signatures that it is about, worst first. */
  readonly signatures: readonly string[]
  readonly function?: string
  readonly file?: string
  readonly line?: number
  readonly created_by?: string
  readonly created_at?: string
  readonly parents?: Parents
  /** Goroutines in the latest dumps of the source, this one last. */
  readonly counts?: readonly number[]
  /** Number of steps between dumps that it is based on; absent if it needs one dump only. */
  readonly steps?: number
  /** If other goroutines of the dump are in the same function: the first frame further out that differs, `main.report main.go:33`. */
  readonly caller?: string
  readonly per_hour?: number
  /** For a leak, if a bound was given: when it will be reached at this rate. */
  readonly bound?: ReachedBound
  /** Time of the first dump that had it, RFC 3339 UTC. */
  readonly since?: string
  /** What is wrong, only if the stacks prove it: `send_without_receiver`. */
  readonly fault?: string
  readonly hint?: string
  /** What goroutines that wait for each other are waiting for: only locks, locks and something else, no lock. */
  readonly class?: 'resource_deadlock' | 'lock_over_channel' | 'communication'
  /** Stack of the worst signature: innermost frame first, each `function file:line`. */
  readonly stack?: readonly string[]
  readonly waits_on?: readonly WaitsOn[]
}

/** The last record of an input. */
export interface SummaryRecord {
  readonly v: 1
  readonly type: 'summary'
  readonly source: string
  readonly bytes: number
  /** Absent if lines were not counted: past 4 MiB of input they are counted only on request. */
  readonly lines?: number
  readonly dumps: number
  /** Goroutines of all dumps together. */
  readonly goroutines: number
  /** Findings of the last dump of each source, by kind. */
  readonly findings: Readonly<Partial<Record<FindingKind, number>>>
  /** Lines that look like headers but were not read as part of a dump. */
  readonly unread?: { readonly headers: number; readonly hint: string }
}

/** One signature over all sources of a run (`--by signature`), or one value of a label (`--by label:KEY`). */
export interface FleetRecord {
  readonly v: 1
  readonly type: 'fleet'
  /** With `--by label:KEY`: the value of the label; `id`, `function` and `stack` are those of its largest signature. */
  readonly label?: { readonly key: string; readonly value: string }
  readonly id: string
  readonly goroutines: number
  /** How many sources have the signature in their last dump, and how many sources there are. */
  readonly sources: number
  readonly of: number
  /** The source with the most goroutines of it. */
  readonly worst: { readonly source: string; readonly count: number }
  readonly function: string
  readonly file?: string
  readonly line?: number
  readonly first_seen?: string
  /** Verdict → number of sources. */
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>
  readonly stack?: readonly string[]
}

export interface GoroutineRecord {
  readonly v: 1
  readonly type: 'goroutine'
  readonly dump: number
  readonly source: string
  /** For a dump in a partition: `topic/partition/offset` of its first byte, the same each time it is read. */
  readonly dump_id?: string
  readonly goroutine: number
  readonly state: string
  readonly wait_minutes?: number
  /** Absent if the goroutine was damaged beyond recognition. */
  readonly signature?: string
  readonly labels?: Readonly<Record<string, string>>
}

/** What the engine emits. A sink derives fleet records from these. */
export type DumpstreamRecord = DumpRecord | SignatureRecord | GoroutineRecord | FindingRecord | SummaryRecord

/** A record under construction. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Moves a dump record: `place` maps the range in which the dump was read to its bytes in the input. */
export function placeRecord(
  record: DumpstreamRecord,
  place: (start: number, end: number) => readonly [number, number],
): DumpstreamRecord {
  return record.type === 'dump' ? { ...record, bytes: place(...record.bytes) } : record
}

/** The record for an input in which the same bytes start `by` bytes later. */
export function shiftRecord(record: DumpstreamRecord, by: number): DumpstreamRecord {
  return by === 0 ? record : placeRecord(record, (start, end) => [start + by, end + by])
}
