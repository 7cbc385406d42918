import { DumpstreamError } from '../core/errors.ts'
import type { DumpstreamRecord } from '../core/records.ts'
import { createEngine, type EngineOptions } from '../engine/engine.ts'

export type ParseOptions = Omit<EngineOptions, 'onRecord' | 'onLog' | 'idle'>

/** All records of a log that is in memory. Text is taken as UTF-8. */
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
