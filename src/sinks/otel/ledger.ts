/** The current state to report: the last dump of each source, and the counters. Plain numbers, without OpenTelemetry. */

import { RecentMap } from '../../core/lru.ts'
import type { DumpKind } from '../../core/model.ts'
import type { DumpstreamRecord } from '../../core/records.ts'
import { showsProcess } from '../process.ts'
import { type Attributes, signatureAttributes, sourceAttributes } from './attributes.ts'
import { DumpCollector, timeOf, type WholeDump } from './dumps.ts'
import { ATTRIBUTE, OTHER } from './names.ts'

/** Sources that are remembered; the one silent for longest is dropped, with all its series. */
const SOURCES = 256

export interface Series {
  readonly attributes: Attributes
  readonly value: number
}

export interface SourceAccount {
  /** On every point of this source. */
  attributes: Attributes
  /** Time of its first record, milliseconds since the epoch. */
  readonly since: number
  readonly dumps: Map<DumpKind, number>
  parsed: number
  damaged: number
  /** The last dump that showed the whole process. */
  last: LastDump | undefined
}

export interface LastDump {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly total: number
  readonly leaking: number
  /** They add up to `total`. */
  readonly series: readonly Series[]
}

export class Ledger {
  readonly since: number
  readonly #dumps: DumpCollector
  readonly #sources = new RecentMap<string, SourceAccount>(SOURCES)
  readonly #now: () => number
  /** Number of dumps received. */
  changes = 0
  exportFailures = 0

  /** `signatures`: how many get their own series, per dump. */
  constructor(signatures: number, now: () => number = Date.now) {
    this.#now = now
    this.since = now()
    this.#dumps = new DumpCollector(signatures, (whole) => this.#take(whole))
  }

  get sources(): Iterable<SourceAccount> {
    return this.#sources.values()
  }

  record(record: DumpstreamRecord): void {
    this.#dumps.record(record)
  }

  /** The records so far are complete dumps. */
  flush(): void {
    this.#dumps.flush()
  }

  #take({ dump, signatures, other, leaking }: WholeDump): void {
    this.changes++
    const account = this.#account(dump.source)
    account.attributes = sourceAttributes(dump)
    account.dumps.set(dump.kind, (account.dumps.get(dump.kind) ?? 0) + 1)
    account.parsed += dump.goroutines
    account.damaged += dump.damaged
    if (!showsProcess(dump)) return
    const series = signatures.map((each) => ({ attributes: signatureAttributes(each), value: each.count }))
    if (other > 0) series.push({ attributes: { [ATTRIBUTE.signature]: OTHER }, value: other })
    account.last = { time: timeOf(dump, this.#now()), total: dump.goroutines, leaking, series }
  }

  #account(source: string): SourceAccount {
    const account = this.#sources.get(source) ?? {
      attributes: {},
      since: this.#now(),
      dumps: new Map<DumpKind, number>(),
      parsed: 0,
      damaged: 0,
      last: undefined,
    }
    this.#sources.set(source, account)
    return account
  }
}
