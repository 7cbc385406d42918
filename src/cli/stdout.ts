/** stdout, opened so that signals still work if its reader stops. */
import { constants, fstatSync, openSync } from 'node:fs'
import { Output, type OutputOptions } from '../sinks/output.ts'
import { STALL } from './signals.ts'

export function openStdout(fd: number, options: Pick<OutputOptions, 'beforeWrite'> = {}): Output {
  return new Output(nonBlocking(fd), { name: 'stdout', ...options, ...STALL })
}

/**
 * Reopens a pipe as non-blocking: the flag applies only to the new description, since other processes may share the old one. What cannot be
 * reopened (a socket, another user's pipe) blocks in write(2).
 */
function nonBlocking(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch {
    return fd
  }
}
