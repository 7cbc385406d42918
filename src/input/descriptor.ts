/**
 * `/proc/PID/fd/N`: a file that another process has open, mostly its stdout.
 *
 * | it is                    | reading it                                                                                  |
 * |--------------------------|---------------------------------------------------------------------------------------------|
 * | a file, also deleted     | reads the file                                                                              |
 * | a pipe                   | takes bytes away from its proper reader: refused, unless stealing them is intended          |
 * | a socket                 | is impossible (open(2): ENXIO); the journal has what goes to its socket                     |
 * | a terminal               | reads the keyboard, not what was printed                                                    |
 * | another device           | returns nothing for /dev/null and the like                                                  |
 */
import { existsSync, readdirSync, readlinkSync, type Stats, statSync } from 'node:fs'
import { DumpstreamError } from '../core/errors.ts'
import { systemErrorCode } from '../core/system-error.ts'
import { nameOf, readProc } from './process.ts'

/** Descriptors that are examined to find the reader of a pipe; a busy host has some 100 000, and each costs two microseconds. */
const LOOKUPS_MAX = 100_000
/** Links from a name to a descriptor: `app.log` → `/dev/stdout` → `/proc/self/fd/1`. */
const LINKS_MAX = 4

interface Descriptor {
  readonly pid: number
  readonly fd: number
}

/** Undefined for any other path, and for descriptors of this process. */
export function descriptorOf(path: string): Descriptor | undefined {
  const m = /^\/proc\/(\d{1,10})\/fd\/(\d{1,10})$/.exec(path)
  if (m === null || Number(m[1]) === process.pid) return undefined
  return { pid: Number(m[1]), fd: Number(m[2]) }
}

/** @throws DumpstreamError if `path` is a descriptor that cannot or should not be read. `steal` allows pipes. */
export function checkDescriptor(path: string, stats: Stats, steal: boolean): void {
  refuseOwnOutput(path)
  const descriptor = descriptorOf(path)
  if (descriptor === undefined || stats.isFile()) return
  if (stats.isFIFO()) {
    if (!steal) throw refusal(path, pipeText(descriptor, stats.ino))
  } else if (stats.isSocket()) {
    throw refusal(
      path,
      `is a socket, which can't be read from outside; ${logCommand(descriptor.pid) ?? journal(descriptor.pid)}`,
    )
  } else if (stats.isCharacterDevice()) {
    throw refusal(path, deviceText(descriptor))
  }
}

/** Why a descriptor cannot be opened; undefined if `path` is not a descriptor. */
export function explainAbsence(path: string, error: unknown): DumpstreamError | undefined {
  const descriptor = descriptorOf(path)
  if (descriptor === undefined) return undefined
  const { pid, fd } = descriptor
  if (!existsSync(`/proc/${pid}`)) return refusal(path, `no process has pid ${pid}; pgrep finds a pid by name`)
  const code = systemErrorCode(error)
  if (code === 'EACCES' || code === 'EPERM') {
    const owner = statSync(`/proc/${pid}`).uid
    return refusal(
      path,
      `no permission: process ${pid} (${nameOf(pid)}) is user ${owner}'s; run as that user or with sudo`,
    )
  }
  return code === 'ENOENT' ? refusal(path, `process ${pid} (${nameOf(pid)}) has no descriptor ${fd} open`) : undefined
}

/** `/dev/stdout` as FILE is this command's own stdout: usually the FILE is a link that was made for the service. */
function refuseOwnOutput(path: string): void {
  let target = path
  for (let links = 0; links < LINKS_MAX; links++) {
    if (/^\/(?:proc\/self|dev)\/fd\/[12]$|^\/dev\/std(?:out|err)$/.test(target)) {
      throw refusal(path, "is this command's own output; the service's is /proc/PID/fd/1")
    }
    try {
      target = readlinkSync(target)
    } catch {
      return
    }
  }
}

function pipeText({ pid, fd }: Descriptor, inode: number): string {
  const reader = readerOf(inode)
  const whose = reader === undefined ? 'its reader' : `its reader, process ${reader} (${nameOf(reader)})`
  const way = logCommand(pid) ?? 'read the file that its reader writes'
  return `is a pipe: reading it takes lines away from ${whose}; ${way}, or start the service with descriptor ${fd} in a file; --steal reads it anyway`
}

function deviceText({ pid, fd }: Descriptor): string {
  let device = 'a device'
  try {
    device = readlinkSync(`/proc/${pid}/fd/${fd}`)
  } catch {
    // It is gone by now.
  }
  const advice = 'start the service with its output in a file, or piped into: tee app.log'
  if (/^\/dev\/(?:pts\/\d+|tty|console)/.test(device)) {
    return `is the terminal ${device}: what was printed there can't be read back, only keyboard input; ${advice}`
  }
  return `is ${device}, which keeps nothing; ${advice}`
}

/** The command that shows the log of the container or unit that a process belongs to (cgroups(7)). */
function logCommand(pid: number): string | undefined {
  const cgroup = readProc(`/proc/${pid}/cgroup`) ?? ''
  const container = /(docker|libpod)[-/]([0-9a-f]{12})[0-9a-f]*/.exec(cgroup)
  if (cgroup.includes('kubepods')) return 'use: kubectl logs -f POD | dumpstream'
  if (container !== null)
    return `use: ${container[1] === 'docker' ? 'docker' : 'podman'} logs -f ${container[2]} | dumpstream`
  return /\/[^/\n]+\.service(?:\/|$)/m.test(cgroup) ? journal(pid) : undefined
}

function journal(pid: number): string {
  // The innermost unit: a user's service is below user@1000.service.
  const units = [...(readProc(`/proc/${pid}/cgroup`) ?? '').matchAll(/\/([^/\n]+\.service)(?=\/|$)/gm)].map(
    (m) => m[1] ?? '',
  )
  const unit = units.at(-1)
  if (unit === undefined) return `if it is the journal's, use: journalctl -f -a -o json _PID=${pid} | dumpstream`
  const user = units.length > 1 && units[0]?.startsWith('user@') === true ? '--user ' : ''
  return `use: journalctl ${user}-f -a -o json -u ${unit} | dumpstream`
}

/** A process that has the reading end of a pipe open, among those that we may see. */
function readerOf(inode: number): number | undefined {
  const wanted = `pipe:[${inode}]`
  let lookups = 0
  for (const entry of listed('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue
    for (const fd of listed(`/proc/${entry}/fd`)) {
      if (++lookups > LOOKUPS_MAX) return undefined
      if (linkOf(`/proc/${entry}/fd/${fd}`) !== wanted) continue
      // The access mode is in the last octal digit: 0 is O_RDONLY (proc_pid_fdinfo(5)).
      if (/^flags:\s*\d*[04]$/m.test(readProc(`/proc/${entry}/fdinfo/${fd}`) ?? '')) return Number(entry)
    }
  }
  return undefined
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

function refusal(path: string, text: string): DumpstreamError {
  return new DumpstreamError('DS_INPUT', `${path}: ${text}`)
}
