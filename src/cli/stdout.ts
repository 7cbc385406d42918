/** stdout, in a form in which a reader that stops does not make the process deaf to signals. */
import { constants, fstatSync, openSync } from 'node:fs'
import { Output, type OutputOptions } from '../sinks/output.ts'
import { STALL } from './signals.ts'

export function openStdout(fd: number, options: Pick<OutputOptions, 'beforeWrite'> = {}): Output {
  return new Output(nonBlocking(fd), { name: 'stdout', ...options, ...STALL })
}

/**
 * A pipe, opened a second time: the flag is this opening's alone, where the first may be shared with other processes. What can't be
 * opened again (a socket, a pipe of another user's) blocks in write(2).
 */
function nonBlocking(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    return fd
  }
}
