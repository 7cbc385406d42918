/** `--out FILE`, opened according to how it will be written. */
import { closeSync, constants, openSync, statSync } from 'node:fs'
import { pause } from '../core/clock.ts'
import { DumpstreamError } from '../core/errors.ts'
import { systemErrorCode, writeErrorText } from '../core/system-error.ts'
import { Output } from '../sinks/output.ts'
import { descriptorAt } from '../sinks/path-target.ts'
import { ReplacingFile } from '../sinks/replacing-file.ts'
import { STALL } from './signals.ts'

/** How often to check whether a named pipe has a reader. */
const LOOK_MS = 50

/**
 * `whole`: at the end of the run, replacing the old file. `over`: line by line, after the old content was removed. `append`: line by line, after the
 * old content.
 */
type Writing = 'whole' | 'over' | 'append'

export interface OutFile {
  readonly output: Output
  /** Moves what was written into place. @throws DumpstreamError `DS_OUTPUT` */
  finish(): void
  close(): void
}

/**
 * Waits for the reader of a named pipe, until `signal` is aborted.
 * @throws DumpstreamError `DS_OUTPUT`
 */
export async function openOutFile(path: string, writing: Writing, signal?: AbortSignal): Promise<OutFile> {
  if (writing === 'whole') {
    const file = new ReplacingFile(path)
    return { output: file.output, finish: () => file.commit(), close: () => file.discard() }
  }
  try {
    const descriptor = descriptorAt(path)
    const fd = descriptor ?? (await open(path, writing, signal))
    return {
      output: new Output(fd, { name: path, ...STALL }),
      finish: () => {},
      close: () => {
        if (descriptor === undefined) closeSync(fd)
      },
    }
  } catch (error) {
    throw new DumpstreamError('DS_OUTPUT', `can't write to ${path}: ${writeErrorText(error)}`, { cause: error })
  }
}

async function open(path: string, writing: 'over' | 'append', signal: AbortSignal | undefined): Promise<number> {
  if (!isPipe(path)) return openSync(path, writing === 'over' ? 'w' : 'a')
  // A blocking open(2) would wait for a reader without reacting to signals.
  const waiting = signal ?? new AbortController().signal
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch (error) {
      if (systemErrorCode(error) !== 'ENXIO' || waiting.aborted) throw error
      await pause(LOOK_MS, waiting)
    }
  }
}

function isPipe(path: string): boolean {
  try {
    return statSync(path).isFIFO()
  } catch {
    return false
  }
}
