/**
 * What a run has seen, source by source: the dumps, the goroutines of each signature in them, the findings. Reports that show more than one
 * dump are made from it (markdown, html, the live page). Bounded whatever the input: the oldest dumps are dropped first.
 */
import { LIMITS } from '../../core/limits.ts'
import { RecentMap } from '../../core/lru.ts'
import type {
  DumpRecord,
  DumpstreamRecord,
  FindingRecord,
  GoroutineRecord,
  SignatureRecord,
  SummaryRecord,
} from '../../core/records.ts'
import { showsProcess } from '../process.ts'

/** Dumps kept per source. */
const DUMPS_MAX = 240
/** Counts kept over all sources and dumps; one takes about 50 bytes. */
const COUNTS_MAX = 500_000
/** Signatures kept per dump, largest first; the rest is summed in `others`. */
const SIGNATURES_MAX = 1_000
/** Stacks shared between sources; beyond this the collection starts over. */
const STACKS_MAX = 50_000
/** Goroutines kept per signature of the last dump, as examples. */
const EXAMPLES_MAX = 5

/** One dump of the history. */
export interface DumpPoint {
  readonly dump: DumpRecord
  /** Signature id → goroutines, largest first. */
  readonly counts: ReadonlyMap<string, number>
  /** Goroutines in no signature, or in one that is not kept. */
  readonly others: number
  /** Signatures that are not kept. */
  readonly otherSignatures: number
  /** State → goroutines, as far as the dump says. */
  readonly states: ReadonlyMap<string, number>
  readonly findings: readonly FindingRecord[]
  /** Nothing connects it with the previous dump: it is from another process, or the first of all. */
  readonly fresh: boolean
  /** It shows all goroutines of its process, not only those of a panic. */
  readonly whole: boolean
}

export interface SignatureHistory {
  /** The record of the last dump with this signature, with the stack, which only an earlier record may have had. */
  readonly record: SignatureRecord
  /** Goroutines in each of `dumps`; 0 if it was not there. */
  readonly counts: readonly number[]
  /** Some of its goroutines in the last dump; empty unless goroutine records were requested. */
  readonly examples: readonly GoroutineRecord[]
}

export interface SourceReport {
  readonly source: string
  /** Oldest first. Never empty. */
  readonly dumps: readonly DumpPoint[]
  /** Older dumps that are not kept. */
  readonly dropped: number
  /** The dump that represents the state of the process: the last one that shows all of it, or else the last. */
  readonly last: DumpPoint
  /** Signatures of `last`, largest first; then those that only earlier dumps have. */
  readonly signatures: readonly SignatureHistory[]
}

/** The record of the first signature that a finding is about. */
export function recordOf(
  { signatures: [id] }: FindingRecord,
  { signatures }: SourceReport,
): SignatureRecord | undefined {
  return signatures.find(({ record }) => record.id === id)?.record
}

export interface Report {
  /** The source of the newest dump is last. */
  readonly sources: readonly SourceReport[]
  readonly summaries: readonly SummaryRecord[]
  /** Sources that are not kept. */
  readonly dropped: number
}

interface OpenPoint extends DumpPoint {
  readonly counts: Map<string, number>
  others: number
  otherSignatures: number
  readonly states: Map<string, number>
  readonly findings: FindingRecord[]
  fresh: boolean
}

interface OpenSource {
  readonly dumps: OpenPoint[]
  dropped: number
  readonly records: Map<string, SignatureRecord>
  /** Signature id → goroutines of the dump that is coming in, or came last. */
  examples: Map<string, GoroutineRecord[]>
  /** The dump that the examples are from. */
  exampleDump: number
}

export class ReportBuilder {
  readonly #sources = new RecentMap<string, OpenSource>(LIMITS.sources, (_, gone) => {
    this.#dropped++
    for (const { counts } of gone.dumps) this.#counts -= counts.size
  })
  readonly #summaries: SummaryRecord[] = []
  /** By signature. */
  readonly #stacks = new Map<string, readonly string[]>()
  #dropped = 0
  #counts = 0
  #version = 0

  /** Changes whenever the report does. */
  get version(): number {
    return this.#version
  }

  record(record: DumpstreamRecord): void {
    switch (record.type) {
      case 'goroutine':
        this.#addExample(record)
        return
      case 'dump':
        this.#open(record)
        break
      case 'signature':
        this.#addSignature(record)
        break
      case 'finding':
        this.#pointOf(record)?.findings.push(record)
        break
      case 'summary':
        if (this.#summaries.length < LIMITS.sources) this.#summaries.push(record)
        break
    }
    this.#version++
  }

  report(): Report {
    const sources = [...this.#sources].flatMap(([source, open]) => sourceReport(source, open) ?? [])
    return { sources, summaries: this.#summaries, dropped: this.#dropped }
  }

  #source(name: string): OpenSource {
    const known = this.#sources.get(name)
    if (known !== undefined) return known
    const source: OpenSource = { dumps: [], dropped: 0, records: new Map(), examples: new Map(), exampleDump: 0 }
    this.#sources.set(name, source)
    return source
  }

  #open(dump: DumpRecord): void {
    const source = this.#source(dump.source)
    this.#sources.set(dump.source, source)
    source.dumps.push({
      dump,
      counts: new Map(),
      others: dump.other?.count ?? 0,
      otherSignatures: 0,
      states: new Map(),
      findings: [],
      fresh: true,
      whole: showsProcess(dump),
    })
    if (source.dumps.length > DUMPS_MAX) this.#dropOldest(source)
  }

  /** The dump that a record belongs to: the records of a dump follow it directly. */
  #pointOf(record: { readonly source: string; readonly dump: number }): OpenPoint | undefined {
    const last = this.#sources.get(record.source)?.dumps.at(-1)
    return last?.dump.dump === record.dump ? last : undefined
  }

  #addSignature(record: SignatureRecord): void {
    const point = this.#pointOf(record)
    if (point === undefined) return
    if (record.delta !== undefined) point.fresh = false
    if (record.count === 0) return
    for (const [state, count] of Object.entries(record.states))
      point.states.set(state, (point.states.get(state) ?? 0) + count)
    if (point.counts.size >= SIGNATURES_MAX) {
      point.others += record.count
      point.otherSignatures++
      return
    }
    point.counts.set(record.id, record.count)
    this.#counts++
    const { records } = this.#source(record.source)
    // The stack of a single goroutine does not represent the process.
    if (!point.whole && records.has(record.id)) return
    const stack = this.#stackOf(record)
    records.set(record.id, stack === undefined ? record : { ...record, stack })
    while (this.#counts > COUNTS_MAX && this.#dropOldestOfAll());
  }

  /** Only the first record of a signature has to have the stack; signatures with equal stacks share it. */
  #stackOf({ id, stack }: SignatureRecord): readonly string[] | undefined {
    const known = this.#stacks.get(id)
    if (known !== undefined) {
      const isSame =
        stack === undefined || (stack.length === known.length && stack.every((frame, i) => frame === known[i]))
      return isSame ? known : stack
    }
    if (stack !== undefined) {
      if (this.#stacks.size >= STACKS_MAX) this.#stacks.clear()
      this.#stacks.set(id, stack)
    }
    return stack
  }

  #addExample(record: GoroutineRecord): void {
    if (record.signature === undefined) return
    const source = this.#source(record.source)
    if (source.exampleDump !== record.dump) {
      source.exampleDump = record.dump
      source.examples = new Map()
    }
    const known = source.examples.get(record.signature)
    if (known === undefined) {
      if (source.examples.size < SIGNATURES_MAX) source.examples.set(record.signature, [record])
    } else if (known.length < EXAMPLES_MAX) known.push(record)
  }

  #dropOldest(source: OpenSource): void {
    const [oldest] = source.dumps.splice(0, 1)
    if (oldest === undefined) return
    source.dropped++
    this.#counts -= oldest.counts.size
    for (const id of oldest.counts.keys())
      if (!source.dumps.some(({ counts }) => counts.has(id))) source.records.delete(id)
  }

  /** Drops the oldest dump of the source with most dumps; false if each has only one. */
  #dropOldestOfAll(): boolean {
    let longest: OpenSource | undefined
    for (const source of this.#sources.values())
      if (source.dumps.length > (longest?.dumps.length ?? 1)) longest = source
    if (longest === undefined) return false
    this.#dropOldest(longest)
    return true
  }
}

function sourceReport(source: string, open: OpenSource): SourceReport | undefined {
  const last = open.dumps.findLast(({ whole }) => whole) ?? open.dumps.at(-1)
  if (last === undefined) return undefined
  const history = (record: SignatureRecord): SignatureHistory => ({
    record,
    counts: open.dumps.map(({ counts }) => counts.get(record.id) ?? 0),
    examples: open.exampleDump === last.dump.dump ? (open.examples.get(record.id) ?? []) : [],
  })
  const of = (ids: Iterable<string>): SignatureHistory[] =>
    [...ids].flatMap((id) => {
      const record = open.records.get(id)
      return record === undefined ? [] : [history(record)]
    })
  const earlier = [...open.records.keys()].filter((id) => !last.counts.has(id))
  return {
    source,
    dumps: open.dumps,
    dropped: open.dropped,
    last,
    signatures: [...of(last.counts.keys()), ...of(earlier)],
  }
}
