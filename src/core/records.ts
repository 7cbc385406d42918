/**
 * The records that go out, version 1: one JSON object a line. `schema/record.v1.json` says the same in JSON Schema and the
 * tests hold the two together. Absent means unknown, never `null`; times are RFC 3339 UTC.
 */
import type { DumpFormat, DumpKind, RaceAccess, TimeFrom, Verdict } from './model.ts'

export interface DumpRecord {
  readonly v: 1
  readonly type: 'dump'
  /** Counts from 1 per source. */
  readonly dump: number
  /** File path, `stdin`, or the stream key that the carrier gave. */
  readonly source: string
  readonly kind: DumpKind
  readonly format: DumpFormat
  readonly goroutines: number
  /** Distinct signatures in this dump. */
  readonly signatures: number
  /** Goroutines that stand in no signature record; absent when there are none. */
  readonly other?: { readonly count: number }
  /** Offsets in the input: first byte of the dump, first byte after it. */
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
}

export interface SignatureRecord {
  readonly v: 1
  readonly type: 'signature'
  readonly dump: number
  readonly source: string
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
  /** Innermost first, `function file:line` each. */
  readonly stack?: readonly string[]
  /** Label key → value → goroutines. */
  readonly labels?: Readonly<Record<string, Readonly<Record<string, number>>>>
}

export interface GoroutineRecord {
  readonly v: 1
  readonly type: 'goroutine'
  readonly dump: number
  readonly source: string
  readonly goroutine: number
  readonly state: string
  readonly wait_minutes?: number
  /** Absent when the goroutine was damaged beyond recognition. */
  readonly signature?: string
  readonly labels?: Readonly<Record<string, string>>
}

export type DumpstreamRecord = DumpRecord | SignatureRecord | GoroutineRecord
