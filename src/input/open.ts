/** Opens a FILE argument, and determines how it is best read. */
import { closeSync, constants, fstatSync, open, openSync, type Stats, statSync } from 'node:fs'
import { DumpstreamError } from '../core/errors.ts'
import { systemErrorText } from '../core/system-error.ts'
import { isTerminal } from './is-terminal.ts'

/**
 * `file`: has a size and never blocks; read in large synchronous pieces.
 * `stream`: a pipe or a socket; read when the event loop reports data.
 * `terminal`: someone types or pastes.
 */
export type InputKind = 'file' | 'stream' | 'terminal'

export interface OpenInput {
  /** What the records call it. */
  readonly name: string
  readonly kind: InputKind
  readonly fd: number
  /** Size in bytes, for a file that reports one (`/proc` files report 0). */
  readonly size: number | undefined
  /** Distinguishes a file from every other one: `--out` must not be one of the inputs. */
  readonly identity: string | undefined
  close(): void
}

export const STDIN = 'stdin'

/** For `-`, and if there is no FILE. */
export function openStdin(fd: number): OpenInput {
  try {
    return describe(STDIN, fd, () => {})
  } catch (error) {
    throw unreadable(STDIN, error)
  }
}

/**
 * If `path` is a named pipe, waits for a writer until `signal` is aborted. `steal`: also opens a pipe that is the stdout of another process.
 */
export async function openPath(path: string, signal?: AbortSignal, steal = false): Promise<OpenInput> {
  try {
    const stats = await look(path, steal)
    // Opening a named pipe without a writer blocks in open(2), which must not block the event loop.
    const fd = stats.isFIFO() ? await openFifo(path, signal) : openSync(path, constants.O_RDONLY)
    return describe(path, fd, () => closeSync(fd))
  } catch (error) {
    throw unreadable(path, error)
  }
}

async function look(path: string, steal: boolean): Promise<Stats> {
  try {
    const stats = statSync(path)
    if (!stats.isFile()) (await import('./descriptor.ts')).checkDescriptor(path, stats, steal)
    return stats
  } catch (error) {
    if (!path.startsWith('/proc/') || error instanceof DumpstreamError) throw error
    throw (await import('./descriptor.ts')).explainAbsence(path, error) ?? error
  }
}

function openFifo(path: string, signal: AbortSignal | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    // A waiting open(2) cannot be cancelled; but opening the pipe for writing ends the wait (fifo(7): O_RDWR does not block on Linux).
    const unblock = (): void => {
      try {
        closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK))
      } catch {
        // We may not write to it: the wait continues until a second signal.
      }
    }
    signal?.addEventListener('abort', unblock, { once: true })
    open(path, constants.O_RDONLY, (error, fd) => {
      signal?.removeEventListener('abort', unblock)
      if (error) reject(error)
      else resolve(fd)
    })
  })
}

function describe(name: string, fd: number, close: () => void): OpenInput {
  const stats = fstatSync(fd)
  const kind = kindOf(stats, fd)
  if (stats.isDirectory()) {
    close()
    throw new DumpstreamError('DS_INPUT', `${name}: is a directory; name the files in it`)
  }
  return {
    name,
    kind,
    fd,
    size: stats.isFile() && stats.size > 0 ? stats.size : undefined,
    identity: stats.isFile() ? identityOf(stats) : undefined,
    // The stream that reads a pipe or a terminal closes its descriptor.
    close: kind === 'file' ? close : () => {},
  }
}

function kindOf(stats: Stats, fd: number): InputKind {
  if (stats.isFIFO() || stats.isSocket()) return 'stream'
  return isTerminal(fd) ? 'terminal' : 'file'
}

export function identityOf(stats: Stats): string {
  return `${stats.dev}:${stats.ino}`
}

function unreadable(name: string, error: unknown): DumpstreamError {
  if (error instanceof DumpstreamError) return error
  return new DumpstreamError('DS_INPUT', `${name}: ${systemErrorText(error)}`, { cause: error })
}
