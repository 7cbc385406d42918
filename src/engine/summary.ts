/** The last record of an input: what it contained. */
import type { InputKind } from '../carriers/detect.ts'
import { pathOfNeedle } from '../carriers/learned.ts'
import { LF } from '../core/ascii.ts'
import { LIMITS, limitsOf } from '../core/limits.ts'
import { RecentMap } from '../core/lru.ts'
import type { FindingKind } from '../core/model.ts'
import type { DumpRecord, DumpstreamRecord, SummaryRecord } from '../core/records.ts'
import { lineStart } from '../text/needle.ts'
import { EngineAround } from './around.ts'
import type { Engine, InnerOptions, WholeEngine } from './contract.ts'
import { Memory } from './memory.ts'
import type { EngineSnapshot } from './snapshot.ts'

/** Lines of a longer input are counted only on request: counting takes as long as reading. */
const COUNTED_BYTES = 4 << 20
/** Longest line that is examined for a hint. */
const HINT_BYTES = 64 << 10

/** Longest remainder of a record or a line where an input breaks off: a dump that ends this close to the end may have been cut. */
const BREAK_BYTES = 4096

/** Shared, because most dumps of a log can be without findings. */
const NO_FINDINGS: ReadonlyMap<FindingKind, number> = new Map()

export class SummingEngine extends EngineAround implements WholeEngine {
  readonly #memory: Memory
  readonly #engine: Engine
  readonly #options: InnerOptions
  readonly #findings = new RecentMap<string, ReadonlyMap<FindingKind, number>>(LIMITS.sources)
  #bytes = 0
  #lines = 0
  #endsInLine = false
  #headers = 0
  #hint = ''
  #ended = false
  /** Set once the input has ended: was it cut? */
  #isCut: boolean | undefined

  constructor(options: InnerOptions, make: (options: InnerOptions) => Engine) {
    super()
    this.#options = options
    const { limits, similarity = 'functions', snapshot, kernels } = options
    this.#memory = Memory.make(limitsOf(limits), similarity, snapshot, kernels)
    this.#engine = make({
      ...options,
      onHeader: (buf, at) => this.#showHeader(buf, at),
      memory: this.#memory,
      ...(options.onRecord === undefined
        ? {}
        : {
            onRecord: (record, frame) => {
              this.#observe(record)
              options.onRecord?.(this.#isBroken(record) ? { ...record, truncated: true } : record, frame)
            },
          }),
    })
  }

  protected get inner(): Engine {
    return this.#engine
  }

  get summary(): SummaryRecord {
    const { bytes, dumps, goroutines } = this.#engine.stats
    const findings: Partial<Record<FindingKind, number>> = {}
    for (const kinds of this.#findings.values())
      for (const [kind, count] of kinds) findings[kind] = (findings[kind] ?? 0) + count
    const lines = this.#countsLines ? { lines: this.#lines + (this.#endsInLine ? 1 : 0) } : {}
    const unread = dumps === 0 && this.#headers > 0 ? { unread: { headers: this.#headers, hint: this.#hint } } : {}
    return {
      v: 1,
      type: 'summary',
      source: this.#options.source ?? 'stdin',
      bytes,
      ...lines,
      dumps,
      goroutines,
      findings,
      ...unread,
    }
  }

  push(chunk: Uint8Array): void {
    this.#engine.push(chunk)
    this.#bytes += chunk.length
    const buf = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    if (this.#countsLines) this.#count(buf)
  }

  tick(now: number): void {
    this.#engine.tick(now)
  }

  end(isCut = false): void {
    this.#isCut = isCut
    this.#engine.end()
    if (this.#ended) return
    this.#ended = true
    this.#options.onRecord?.(this.summary)
  }

  snapshot(): EngineSnapshot {
    const { resumeAt, open } = this.#engine
    return this.#memory.snapshot(resumeAt, open, this.#options.similarity ?? 'functions')
  }

  get #countsLines(): boolean {
    return this.#options.lines === true || this.#bytes <= COUNTED_BYTES
  }

  /** Was the dump open where the input broke off? */
  #isBroken(record: DumpstreamRecord): record is DumpRecord {
    if (record.type !== 'dump' || this.#isCut === undefined) return false
    return (this.#isCut || this.faults.length > 0) && record.bytes[1] > this.stats.bytes - BREAK_BYTES
  }

  #observe(record: DumpstreamRecord): void {
    if (record.type === 'dump') this.#findings.set(record.source, NO_FINDINGS)
    if (record.type !== 'finding') return
    const kinds = this.#findings.get(record.source)
    if (kinds === undefined) return
    this.#findings.set(record.source, new Map(kinds).set(record.finding, (kinds.get(record.finding) ?? 0) + 1))
  }

  #count(buf: Buffer): void {
    for (let at = buf.indexOf(LF); at >= 0; at = buf.indexOf(LF, at + 1)) this.#lines++
    if (buf.length > 0) this.#endsInLine = buf[buf.length - 1] !== LF
  }

  #showHeader(buf: Buffer, at: number): void {
    if (this.#headers++ > 0) return
    const start = Math.max(lineStart(buf, 0, at), at - HINT_BYTES)
    const end = buf.indexOf(LF, at)
    const line = buf.toString('utf8', start, end < 0 ? Math.min(buf.length, at + HINT_BYTES) : end)
    this.#hint = headerHint(line, this.#options.input)
  }
}

/** What a person can try if `line` looks like a goroutine header and was not read. */
function headerHint(line: string, input: InputKind | undefined): string {
  if (input !== undefined && input !== 'auto') return '--input auto'
  const path = line.startsWith('{') ? pathOfNeedle(line) : undefined
  if (path !== undefined) return `--text-key ${path}`
  return 'dumpstream anonymize FILE, and file an issue with it'
}
