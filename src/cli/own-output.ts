/** No output may be an input of the same run. */
import { fstatSync, type Stats, statSync } from 'node:fs'
import { identityOf } from '../input/open.ts'
import { usageError } from './args.ts'
import type { RunOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

/** Writing into the file that is read would empty it, or never end; saving would put what is known in the place of a log. */
export function refuseOwnOutput(options: Pick<RunOptions, 'files' | 'out' | 'save'>, terminal: Terminal): void {
  const inputs = new Map<string, string>()
  for (const file of options.files) {
    const stats = statsOf(file === '-' ? terminal.stdin : file)
    if (stats?.isFile() === true) inputs.set(identityOf(stats), file === '-' ? 'stdin' : file)
  }
  const inputAt = (file: string | number): string | undefined => {
    const stats = statsOf(file)
    return stats?.isFile() === true ? inputs.get(identityOf(stats)) : undefined
  }
  const out = inputAt(options.out ?? terminal.stdout)
  if (out !== undefined) throw usageError(`${out} is also the output; write the records to another file`)
  const saved = options.save === undefined ? undefined : inputAt(options.save)
  if (saved !== undefined) throw usageError(`${saved} is also what --save would write; save to another file`)
}

export function statsOf(file: string | number): Stats | undefined {
  try {
    return typeof file === 'number' ? fstatSync(file) : statSync(file)
  } catch {
    // Whoever opens it says why it can't be.
    return undefined
  }
}
