import { DumpstreamError } from '../core/errors.ts'
import type { DumpstreamRecord } from '../core/records.ts'
import { createEngine, type EngineOptions } from '../engine/engine.ts'

export type ParseOptions = Omit<EngineOptions, 'onRecord' | 'onLog' | 'idle'>

/**
 * Reads a whole log that is in memory, and returns its records. A string is encoded as UTF-8.
 *
 * @throws DumpstreamError with code `DS_OPTION` for an option, or an input, that is not valid.
 */
export function parseDumps(input: Uint8Array | string, options: ParseOptions = {}): DumpstreamRecord[] {
  if (typeof input !== 'string' && !(input instanceof Uint8Array)) {
    throw new DumpstreamError('DS_OPTION', `parseDumps takes a Uint8Array or a string, not ${typeof input}`)
  }
  const records: DumpstreamRecord[] = []
  const engine = createEngine({ ...options, onRecord: (record) => records.push(record) })
  engine.push(typeof input === 'string' ? Buffer.from(input) : input)
  engine.end()
  return records
}
