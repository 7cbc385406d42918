/** What /proc says of a process (proc_pid_stat(5)). */
import { readFileSync } from 'node:fs'

/** One process over its life: a pid comes again. */
export interface ProcessIdentity {
  readonly pid: number
  /** It has ended, or the pid is another process's by now. */
  ended(): boolean
}

/** Undefined when there is no such process, or no /proc. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const started = startTime(pid)
  return started === undefined ? undefined : { pid, ended: () => startTime(pid) !== started }
}

/** Clock ticks since boot; undefined when the process has ended, also when nobody has waited for it yet. */
function startTime(pid: number): string | undefined {
  // The name in brackets may hold anything, blanks and brackets too.
  const stat = readProc(`/proc/${pid}/stat`)
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields === undefined || /^[ZXx]$/.test(fields[0] ?? '') ? undefined : fields[19]
}

export function nameOf(pid: number): string {
  return readProc(`/proc/${pid}/comm`)?.trim() ?? '?'
}

/** A small file of /proc; undefined when it can't be read. */
export function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
