/**
 * Known signatures: `--save` writes them, `--baseline` reads them back and lets through what exceeds them. The rule: a signature is
 * known up to the highest count that any record of the file has for its id, whatever its source; the same code has the same id in
 * every pod.
 */
import { randomUUID } from 'node:crypto'
import { closeSync, openSync, renameSync, rmSync } from 'node:fs'
import { LIMITS } from '../core/limits.ts'
import type { DumpstreamRecord, SignatureRecord } from '../core/records.ts'
import { writeErrorText } from '../core/system-error.ts'
import { Output } from './output.ts'
import type { RecordSink, SinkResult } from './sink.ts'

/** Signatures that are kept, as many as the engine remembers of a source; more are not known. */
const SIGNATURES_MAX = LIMITS.historySignatures

export class Baseline {
  readonly #counts = new Map<string, number>()

  /** Signatures that are known. */
  get size(): number {
    return this.#counts.size
  }

  add(record: SignatureRecord): void {
    const known = this.#counts.get(record.id)
    if (known === undefined && this.#counts.size >= SIGNATURES_MAX) return
    if (record.count > (known ?? 0)) this.#counts.set(record.id, record.count)
  }

  /** Never true for what has vanished. */
  isExceededBy(record: SignatureRecord): boolean {
    return record.count > (this.#counts.get(record.id) ?? 0)
  }
}

/** The record of each signature from the dump in which it had most goroutines. */
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
    // Only the first record of a signature need have the stack.
    const stack = record.stack ?? known?.stack
    this.#highest.set(record.id, stack === undefined ? record : { ...record, stack })
  }

  end(): SinkResult {
    if (this.#highest.size === 0) return this.#failed('there was no dump; the file is left as it was')
    // Beside the file: a rename stays within a file system.
    const temporary = `${this.#path}.${randomUUID()}.tmp`
    try {
      const fd = openSync(temporary, 'wx')
      const output = new Output(fd, { name: temporary })
      for (const record of this.#sorted()) output.writeLines(`${JSON.stringify(known(record))}\n`)
      output.flush()
      closeSync(fd)
      if (output.failure !== undefined) throw output.failure
      renameSync(temporary, this.#path)
    } catch (error) {
      rmSync(temporary, { force: true })
      return this.#failed(writeErrorText(error))
    }
    return { exportFailed: false }
  }

  #sorted(): SignatureRecord[] {
    return [...this.#highest.values()].sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1))
  }

  #failed(why: string): SinkResult {
    this.#complain(`can't save to ${this.#path}: ${why}`)
    return { exportFailed: true }
  }
}

/** What is known of a signature, without what only its dump knew. */
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
