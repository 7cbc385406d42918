/** What /proc shows about a process (proc_pid_stat(5)). */
import { readFileSync } from 'node:fs'

/** One process during its life, since pids are reused. */
export interface ProcessIdentity {
  readonly pid: number
  /** Has the process ended? The pid may belong to another process by now. */
  ended(): boolean
}

/** Undefined if there is no such process, or no /proc. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const started = startTime(pid)
  return started === undefined ? undefined : { pid, ended: () => startTime(pid) !== started }
}

/** Clock ticks since boot; undefined if the process has ended, even if it is still a zombie. */
function startTime(pid: number): string | undefined {
  // The name in parentheses can contain anything, including blanks and parentheses.
  const stat = readProc(`/proc/${pid}/stat`)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields === undefined || /^[ZXx]$/.test(fields[0] ?? '') ? undefined : fields[19]
}

export function nameOf(pid: number): string {
  return readProc(`/proc/${pid}/comm`)?.trim() ?? '?'
}

/** Reads a small file of /proc; undefined if it cannot be read. */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
