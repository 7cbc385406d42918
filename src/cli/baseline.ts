/** `--baseline FILE`, read before the run. */
import { DumpstreamError } from '../core/errors.ts'
import { readRecords } from '../input/recorded.ts'
import { Baseline } from '../sinks/baseline.ts'
import type { RunOptions } from './options.ts'

/** Adds the baseline to the options. FILE can also be a log: its dumps are counted as they are read. */
export async function withBaseline(options: RunOptions, complain: (line: string) => void): Promise<RunOptions> {
  const path = options.baseline
  if (path === undefined) return options
  const baseline = new Baseline()
  const { similarity } = options.engine
  const { badLines } = await readRecords(path, similarity === undefined ? {} : { similarity }, (record) => {
    if (record.type === 'signature') baseline.add(record)
  })
  if (baseline.size === 0) {
    throw new DumpstreamError('DS_INPUT', `${path} has no signatures; --save FILE writes one that has`)
  }
  if (badLines > 0) complain(`${path}: skipped ${badLines} lines that are not records`)
  return { ...options, narrowing: { ...options.narrowing, baseline } }
}
