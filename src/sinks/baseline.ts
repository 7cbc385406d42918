/**
 * Known signatures: `--save` writes them, `--baseline` reads them back and lets through what exceeds them. A signature is known up to the
 * highest count that any record of the file has for its id, whatever its source: the same code has the same id in every pod.
 */
import { DumpstreamError } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { DumpstreamRecord, SignatureRecord } from '../core/records.ts'
import { ReplacingFile } from './replacing-file.ts'
import type { RecordSink, SinkResult } from './sink.ts'

/** Most signatures that are kept: as many as the engine remembers per source. Others count as unknown. */
const SIGNATURES_MAX = LIMITS.historySignatures

export class Baseline {
  readonly #counts = new Map<string, number>()

  /** Number of known signatures. */
  get size(): number {
    return this.#counts.size
  }

  add(record: SignatureRecord): void {
    const known = this.#counts.get(record.id)
    if (known === undefined && this.#counts.size >= SIGNATURES_MAX) return
    if (record.count > (known ?? 0)) this.#counts.set(record.id, record.count)
  }

  /** Never true for a vanished signature. */
  isExceededBy(record: SignatureRecord): boolean {
    return record.count > (this.#counts.get(record.id) ?? 0)
  }
}

/** Keeps, for each signature, the record of the dump in which it had most goroutines. */
export class SaveSink implements RecordSink {
  readonly #path: string
  readonly #complain: (line: string) => void
  /** By id. */
  readonly #highest = new Map<string, SignatureRecord>()

  constructor(path: string, complain: (line: string) => void) {
    this.#path = path
    this.#complain = complain
  }

  record(record: DumpstreamRecord): void {
    if (record.type !== 'signature' || record.count === 0) return
    const known = this.#highest.get(record.id)
    if (known === undefined ? this.#highest.size >= SIGNATURES_MAX : known.count >= record.count) return
    // Only the first record of a signature has to have the stack.
    const stack = record.stack ?? known?.stack
    this.#highest.set(record.id, stack === undefined ? record : { ...record, stack })
  }

  end(): SinkResult {
    if (this.#highest.size === 0) {
      this.#complain(`can't save to ${this.#path}: no dump was found; the file is unchanged`)
      return { exportFailed: true }
    }
    let file: ReplacingFile | undefined
    try {
      file = new ReplacingFile(this.#path)
      for (const record of this.#sorted()) file.output.writeLines(`${JSON.stringify(known(record))}\n`)
      file.commit()
    } catch (error) {
      file?.discard()
      if (!(error instanceof DumpstreamError)) throw error
      this.#complain(error.message)
      return { exportFailed: true }
    }
    return { exportFailed: false }
  }

  #sorted(): SignatureRecord[] {
    return [...this.#highest.values()].sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1))
  }
}

/** The record without what is only true of its dump. */
function known(record: SignatureRecord): SignatureRecord {
  const {
    delta: _delta,
    verdict: _verdict,
    because: _because,
    survivors: _survivors,
    new: _new,
    wait_minutes: _wait,
    ...rest
  } = record
  return rest
}
