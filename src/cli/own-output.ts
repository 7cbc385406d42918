/** Ensures that no output is an input of the same run, and that no log is overwritten. */
import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { identityOf } from '../input/open.ts'
import { targetOf } from '../sinks/path-target.ts'
import { usageError } from './args.ts'
import type { RunOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

/** The beginning of each record. */
const RECORD = /^\s*\{"v":\d/
const RECORD_BYTES = 64

/** Writing to the file that is being read would empty it, or never end; saving would replace a log by signatures. */
export function refuseOwnOutput(
  options: Pick<RunOptions, 'files' | 'out' | 'save' | 'baseline' | 'state'>,
  terminal: Terminal,
): void {
  const { files, out, save, baseline, state } = options
  const inputs = new Map<string, string>()
  for (const file of files) {
    const place = placeOf(file === '-' ? terminal.stdin : file)
    if (place !== undefined) inputs.set(place, file === '-' ? 'stdin' : file)
  }
  const saved = save === undefined ? undefined : placeOf(save)
  const savedInput = inputs.get(saved ?? '')
  if (savedInput !== undefined) throw usageError(`${savedInput} is also what --save would write; save to another file`)
  // Known signatures may be saved to the file that they came from.
  const known = baseline === undefined ? undefined : placeOf(baseline)
  if (baseline !== undefined && known !== undefined) inputs.set(known, baseline)
  const written = placeOf(out ?? terminal.stdout)
  const input = inputs.get(written ?? '')
  if (input !== undefined) throw usageError(`${input} is also the output; write the records to another file`)
  if (written !== undefined && written === saved) throw usageError(`${save} is also the output; save to another file`)
  const kept = state === undefined ? undefined : placeOf(state)
  if (kept !== undefined && (inputs.has(kept) || kept === saved || kept === written))
    throw usageError(`${state} is also another file of this run; name another --state-file`)
  if (save !== undefined && !mayBeSavedTo(save))
    throw usageError(`${save} is not a file of saved signatures, and --save would replace it; save to another file`)
}

export function statsOf(file: string | number): Stats | undefined {
  try {
    return typeof file === 'number' ? fstatSync(file) : statSync(file)
  } catch {
    // The code that opens it reports the error.
    return undefined
  }
}

/** The same for all names of a file, even one that does not exist yet; undefined if it is not a file. */
export function placeOf(file: string | number): string | undefined {
  const stats = statsOf(file)
  if (stats !== undefined) return stats.isFile() ? identityOf(stats) : undefined
  return typeof file === 'string' ? targetOf(resolve(file)) : undefined
}

/** Is there nothing, or what an earlier run has saved? */
function mayBeSavedTo(path: string): boolean {
  const stats = statsOf(path)
  if (stats?.isFile() !== true || stats.size === 0) return true
  try {
    const fd = openSync(path, 'r')
    try {
      const head = Buffer.alloc(RECORD_BYTES)
      return RECORD.test(head.toString('latin1', 0, readSync(fd, head)))
    } finally {
      closeSync(fd)
    }
  } catch {
    // The code that writes it reports the error.
    return true
  }
}
