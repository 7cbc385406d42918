/** The last dump of each source that shows its process, with its wanted signatures: what profiles are made from. */
import { LIMITS } from '../core/limits.ts'
import { RecentMap } from '../core/lru.ts'
import type { DumpRecord, DumpstreamRecord, SignatureRecord } from '../core/records.ts'
import { isWanted, type Narrowing } from './narrow.ts'
import { replaces } from './process.ts'
import type { RecordSink, SinkResult } from './sink.ts'

export interface LastDump {
  readonly dump: DumpRecord
  /** Largest first, without vanished ones. Their records have stacks if the engine was asked for all stacks. */
  readonly signatures: readonly SignatureRecord[]
}

export interface LastDumpsOptions {
  readonly narrowing: Narrowing
  /** Gets one line about anything that is missing. */
  readonly complain: (line: string) => void
}

export class LastDumps {
  readonly #narrowing: Narrowing
  /** By source; that of the last dump is last. */
  readonly #sources = new RecentMap<string, { readonly dump: DumpRecord; readonly signatures: SignatureRecord[] }>(
    LIMITS.sources,
    () => this.#forgotten++,
  )
  /** Number of sources that were dropped to make room for others. */
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

  /** Called at the end of a run; complains about what is missing. */
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

/** A sink that writes once, at the end of the run, from the last dumps. */
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

  /** `dumps`: at least one. */
  protected abstract write(dumps: readonly LastDump[]): void
}

/** The frame for goroutines without a signature, so that a profile has as many goroutines as the dump. */
export const OTHER = '(other)'

/** Number of goroutines without a signature; 0 if a filter is active, since what it leaves out is not part of the sum. */
export function othersOf({ dump }: LastDump, narrowing: Narrowing): number {
  return Object.keys(narrowing).length > 0 ? 0 : (dump.other?.count ?? 0)
}

/** One frame of a record's stack: `function file:line`, or `...` for frames that the runtime left out. */
export interface StackFrame {
  readonly function: string
  readonly file: string
  readonly line: number
}

/** Function names have no spaces: the runtime prints type arguments as `[...]`. Paths may have some. */
export function readFrame(text: string): StackFrame {
  const m = /^(\S+) (.+):(\d+)$/.exec(text)
  return { function: m?.[1] ?? text, file: m?.[2] ?? '', line: Number(m?.[3] ?? 0) }
}
