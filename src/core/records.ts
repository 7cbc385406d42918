/**
 * The records that go out, version 1: one JSON object a line. `schema/record.v1.json` says the same in JSON Schema and the
 * tests hold the two together. Absent means unknown, never `null`; times are RFC 3339 UTC.
 */
import type { DumpFormat, DumpKind, FindingKind, RaceAccess, Severity, TimeFrom, Verdict } from './model.ts'

export interface DumpRecord {
  readonly v: 1
  readonly type: 'dump'
  /** Counts from 1 per source. */
  readonly dump: number
  /** File path, `stdin`, or the stream key that the carrier gave. */
  readonly source: string
  /** Of a dump in a partition: `topic/partition/offset` of its first byte, the same whenever it is read. */
  readonly dump_id?: string
  readonly kind: DumpKind
  readonly format: DumpFormat
  readonly goroutines: number
  /** Distinct signatures in this dump. */
  readonly signatures: number
  /** Goroutines that stand in no signature record; absent when there are none. */
  readonly other?: { readonly count: number }
  /** Offsets in the input, or in the followed file that it begins in: first byte of the dump, first byte after it. */
  readonly bytes: readonly [number, number]
  readonly foreign_lines: number
  readonly damaged: number
  readonly truncated: boolean
  /** Names of the limits that were hit; absent when none was. */
  readonly limits?: readonly string[]
  /** Panic value, fatal error or signal. */
  readonly reason?: string
  readonly time?: string
  /** Where `time` was found: the carrier's, a log line close ahead, or the arrival. */
  readonly time_from?: TimeFrom
  readonly process?: string
  readonly attributes?: Readonly<Record<string, string>>
  /** Seconds since the earlier dump of this source. */
  readonly duration_s?: number
  /** The accesses of a race report, which counts no goroutines. */
  readonly race?: readonly RaceAccess[]
  /** The log was written newest line first; absent where it was not. */
  readonly order?: 'newest_first'
}

export interface SignatureRecord {
  readonly v: 1
  readonly type: 'signature'
  readonly dump: number
  readonly source: string
  /** Of a dump in a partition: `topic/partition/offset` of its first byte, the same whenever it is read. */
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
  /** Where the go statement stands, `base.go:27`. */
  readonly created_at?: string
  /** Counts in the last dumps of the source, this one last. */
  readonly counts?: readonly number[]
  /** Time of the first dump that had this signature, RFC 3339 UTC. */
  readonly first_seen?: string
  readonly parents?: Parents
  /** True for goroutines that wait by design: accept loops, signal loops, workers of the runtime. */
  readonly idle?: boolean
  /** Innermost first, `function file:line` each. Always there where the verdict is `leaking` or `stuck`. */
  readonly stack?: readonly string[]
  /** Label key → value → goroutines. */
  readonly labels?: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** The goroutines that started those of a signature (`created by … in goroutine N`, Go 1.21 and later). */
export interface Parents {
  readonly distinct: number
  /** How many of them are in the same dump. */
  readonly alive: number
  /** Of findings: the signatures that the living ones are in, the one with most of them first, three at most. */
  readonly signatures?: readonly string[]
}

/** A goroutine that may hold what others wait for: a conjecture from pointers in its frames. */
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
  /** An address, which means something within its dump only. */
  readonly object: string
  readonly waiters: number
  readonly may_hold?: readonly MayHold[]
}

/** When a process has as many goroutines as it may have. */
export interface ReachedBound {
  /** So many goroutines. */
  readonly goroutines: number
  /** Bytes, where memory is what is bound: so many goroutines fit in at most, so that it is reached no later. */
  readonly memory?: number
  /** From the dump on. */
  readonly hours: number
  /** RFC 3339 UTC; absent where the dump has no time, or it takes a century. */
  readonly at?: string
}

/** What a person should know of a dump. The findings of a dump follow its signature records, most urgent first. */
export interface FindingRecord {
  readonly v: 1
  readonly type: 'finding'
  readonly dump: number
  readonly source: string
  /** Of a dump in a partition: `topic/partition/offset` of its first byte, the same whenever it is read. */
  readonly dump_id?: string
  /** From 1 per dump. */
  readonly rank: number
  readonly finding: FindingKind
  readonly severity: Severity
  /** Goroutines that the finding is about. */
  readonly goroutines: number
  /** `292 goroutines leak in chan send at producer.go:40`. */
  readonly title: string
  /** The numbers behind it, one plain sentence. */
  readonly because: string
  /** Ids of the signatures that it is about, the worst first. */
  readonly signatures: readonly string[]
  readonly function?: string
  readonly file?: string
  readonly line?: number
  readonly created_by?: string
  readonly created_at?: string
  readonly parents?: Parents
  /** Goroutines in the last dumps of the source, this one last. */
  readonly counts?: readonly number[]
  /** Steps from dump to dump that are behind it; absent where it is of one dump. */
  readonly steps?: number
  /** The first frame that differs, further out, where other goroutines of the dump are in the same function: `main.report main.go:33`. */
  readonly caller?: string
  readonly per_hour?: number
  /** Of a leak, when a bound was given: when it is reached at this rate. */
  readonly bound?: ReachedBound
  /** Time of the first dump that had it, RFC 3339 UTC. */
  readonly since?: string
  /** Class of the fault, only where the stacks prove it: `send_without_receiver`. */
  readonly fault?: string
  readonly hint?: string
  /** What those who wait for each other wait for: locks alone, locks and others, no lock. */
  readonly class?: 'resource_deadlock' | 'lock_over_channel' | 'communication'
  /** Of the worst signature: innermost first, `function file:line` each. */
  readonly stack?: readonly string[]
  readonly waits_on?: readonly WaitsOn[]
}

/** The last record of an input. */
export interface SummaryRecord {
  readonly v: 1
  readonly type: 'summary'
  readonly source: string
  readonly bytes: number
  /** Absent when they were not counted: of an input of more than 4 MiB they are only where they were asked for. */
  readonly lines?: number
  readonly dumps: number
  /** In all dumps together. */
  readonly goroutines: number
  /** Findings of the last dump of each source, by kind. */
  readonly findings: Readonly<Partial<Record<FindingKind, number>>>
  /** Lines that look like headers and were not read as part of a dump. */
  readonly unread?: { readonly headers: number; readonly hint: string }
}

/** One signature over all sources of a run (`--by signature`), or one value of a label (`--by label:KEY`). */
export interface FleetRecord {
  readonly v: 1
  readonly type: 'fleet'
  /** Of `--by label:KEY`: the value that the goroutines have; `id`, `function` and `stack` are those of its largest signature. */
  readonly label?: { readonly key: string; readonly value: string }
  readonly id: string
  readonly goroutines: number
  /** Sources whose last dump has the signature, and sources in all. */
  readonly sources: number
  readonly of: number
  /** The source with most of it. */
  readonly worst: { readonly source: string; readonly count: number }
  readonly function: string
  readonly file?: string
  readonly line?: number
  readonly first_seen?: string
  /** Verdict → sources. */
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>
  readonly stack?: readonly string[]
}

export interface GoroutineRecord {
  readonly v: 1
  readonly type: 'goroutine'
  readonly dump: number
  readonly source: string
  /** Of a dump in a partition: `topic/partition/offset` of its first byte, the same whenever it is read. */
  readonly dump_id?: string
  readonly goroutine: number
  readonly state: string
  readonly wait_minutes?: number
  /** Absent when the goroutine was damaged beyond recognition. */
  readonly signature?: string
  readonly labels?: Readonly<Record<string, string>>
}

/** What the engine hands out. Fleet records are made of these by a sink. */
export type DumpstreamRecord = DumpRecord | SignatureRecord | GoroutineRecord | FindingRecord | SummaryRecord

/** A record that is being made. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] }
