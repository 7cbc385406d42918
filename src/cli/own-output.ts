/** No output may be an input of the same run. */
import { fstatSync, type Stats, statSync } from 'node:fs'
import { identityOf } from '../input/open.ts'
import { usageError } from './args.ts'
import type { RunOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

/** Writing into the file that is read would empty it, or never end. */
export function refuseOwnOutput(options: Pick<RunOptions, 'files' | 'out'>, terminal: Terminal): void {
  const inputs = new Map<string, string>()
  for (const file of options.files) {
    const stats = statsOf(file === '-' ? terminal.stdin : file)
    if (stats?.isFile() === true) inputs.set(identityOf(stats), file === '-' ? 'stdin' : file)
  }
  const out = statsOf(options.out ?? terminal.stdout)
  const same = out?.isFile() === true ? inputs.get(identityOf(out)) : undefined
  if (same !== undefined) throw usageError(`${same} is also the output; write the records to another file`)
}

export function statsOf(file: string | number): Stats | undefined {
  try {
    return typeof file === 'number' ? fstatSync(file) : statSync(file)
  } catch {
    // Whoever opens it says why it can't be.
    return undefined
  }
}
