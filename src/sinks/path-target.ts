/** What a path to write to refers to: a file, over any links, or a descriptor that this process already has open. */
import { readlinkSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { systemErrorCode } from '../core/system-error.ts'

/** The same limit as the system's (path_resolution(7)). */
const LINKS_MAX = 40
const STANDARD: Readonly<Record<string, number>> = { '/dev/stdin': 0, '/dev/stdout': 1, '/dev/stderr': 2 }

/** `/dev/stdout`, `/dev/fd/3`, `/proc/self/fd/1`, and links to them: opening these again would truncate a file, and fail for a socket. */
export function descriptorAt(path: string): number | undefined {
  for (const step of steps(path)) {
    const standard = STANDARD[step]
    if (standard !== undefined) return standard
    const m = /^\/(?:dev\/fd|proc\/(?:self|thread-self|(\d+))\/fd)\/(\d{1,9})$/.exec(step)
    if (m !== null && (m[1] === undefined || Number(m[1]) === process.pid)) return Number(m[2])
  }
  return undefined
}

/** The file itself, after resolving all links; it need not exist. */
export function targetOf(path: string): string {
  return [...steps(path)].at(-1) ?? path
}

/** The path, and each link on the way. */
function* steps(path: string): Generator<string> {
  let at = path
  for (let links = 0; links <= LINKS_MAX; links++) {
    yield at
    try {
      // What /proc shows for a descriptor is a name, not a path: `pipe:[4711]`.
      if (/^\/proc\/[^/]+\/fd\//.test(at)) return
      at = resolve(realpathSync(dirname(at)), readlinkSync(at))
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error
      return
    }
  }
}
