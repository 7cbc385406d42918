/** The last dump of each source that shows its process, with the signatures that are wanted of it: what a profile is made of. */
import { LIMITS } from '../core/limits.ts'
import { RecentMap } from '../core/lru.ts'
import type { DumpRecord, DumpstreamRecord, SignatureRecord } from '../core/records.ts'
import { isWanted, type Narrowing } from './narrow.ts'
import { replaces } from './process.ts'
import type { RecordSink, SinkResult } from './sink.ts'

export interface LastDump {
  readonly dump: DumpRecord
  /** Largest first; vanished ones are not among them. Their records have stacks when the engine was asked for all. */
  readonly signatures: readonly SignatureRecord[]
}

export interface LastDumpsOptions {
  readonly narrowing: Narrowing
  /** Gets one line for what is missing. */
  readonly complain: (line: string) => void
}

export class LastDumps {
  readonly #narrowing: Narrowing
  /** By source, the one of the last dump last. */
  readonly #sources = new RecentMap<string, { readonly dump: DumpRecord; readonly signatures: SignatureRecord[] }>(
    LIMITS.sources,
    () => this.#forgotten++,
  )
  /** Sources whose dump had to go for those of others. */
  #forgotten = 0
  readonly #complain: (line: string) => void

  constructor({ narrowing, complain }: LastDumpsOptions) {
    this.#narrowing = narrowing
    this.#complain = complain
  }

  record(record: DumpstreamRecord): void {
    if (record.type === 'dump') this.#open(record)
    else if (record.type === 'signature') this.#take(record)
  }

  /** At the end of a run: tells what a reader would miss. */
  all(): LastDump[] {
    const dumps = [...this.#sources.values()].filter(({ dump }) => dump.goroutines > 0)
    if (dumps.length === 0) this.#complain('there was no dump; nothing was written')
    if (this.#forgotten > 0)
      this.#complain(`${this.#forgotten} sources are left out: only the newest ${LIMITS.sources} are kept`)
    return dumps
  }

  #open(dump: DumpRecord): void {
    if (!replaces(dump, this.#sources.get(dump.source)?.dump)) return
    this.#sources.set(dump.source, { dump, signatures: [] })
  }

  #take(record: SignatureRecord): void {
    const last = this.#sources.get(record.source)
    if (last === undefined || last.dump.dump !== record.dump || record.count === 0) return
    const { top } = this.#narrowing
    if (top !== undefined && top > 0 && last.signatures.length >= top) return
    if (isWanted(record, this.#narrowing)) last.signatures.push(record)
  }
}

/** What is written once, at the end of the run, of the last dumps. */
export abstract class LastDumpsSink implements RecordSink {
  protected readonly narrowing: Narrowing
  readonly #last: LastDumps

  constructor(options: LastDumpsOptions) {
    this.narrowing = options.narrowing
    this.#last = new LastDumps(options)
  }

  record(record: DumpstreamRecord): void {
    this.#last.record(record)
  }

  end(): SinkResult {
    const dumps = this.#last.all()
    if (dumps.length > 0) this.write(dumps)
    return { exportFailed: false }
  }

  /** `dumps`: one at least. */
  protected abstract write(dumps: readonly LastDump[]): void
}

/** Goroutines that stand in no signature are a frame of their own, so that a profile has as many as the dump. */
export const OTHER = '(other)'

/** Is everything shown that was counted? What was left out on purpose is no part of the sum. */
export function othersOf({ dump }: LastDump, narrowing: Narrowing): number {
  return Object.keys(narrowing).length > 0 ? 0 : (dump.other?.count ?? 0)
}

/** One frame of a record's stack: `function file:line`, or `...` for those that the runtime left out. */
export interface StackFrame {
  readonly function: string
  readonly file: string
  readonly line: number
}

/** Names of functions have no spaces: the runtime prints type arguments as `[...]`. Paths may have. */
export function readFrame(text: string): StackFrame {
  const m = /^(\S+) (.+):(\d+)$/.exec(text)
  return { function: m?.[1] ?? text, file: m?.[2] ?? '', line: Number(m?.[3] ?? 0) }
}
