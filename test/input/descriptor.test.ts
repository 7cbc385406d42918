/** `/proc/PID/fd/N` of real processes, one for each kind of thing a stdout can be. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { openPath } from '../../src/input/open.ts'
import { identifyProcess } from '../../src/input/process.ts'
import { childrenForEachTest } from '../children.ts'
import { dumpText } from '../cli/dumps.ts'
import { CLI, cli, environment, finish, start, terminal } from '../cli/spawn.ts'
import { folderForEachTest } from '../folder.ts'
import { opened } from '../proc.ts'

const folder = folderForEachTest()
const children = childrenForEachTest()

/** A process whose stdout is a file, with a dump in it. */
function logger(): { child: ChildProcess; path: string; log: string } {
  const log = folder.at('app.log')
  const fd = openSync(log, 'a')
  const child = spawn('sh', ['-c', 'cat; exec sleep 60'], { stdio: ['pipe', fd, 'ignore'] })
  children.add(child)
  closeSync(fd)
  return { child, path: `/proc/${child.pid}/fd/1`, log }
}

async function holds(path: string, words: string): Promise<void> {
  while (!readFileSync(path, 'utf8').includes(words)) await delay(5)
}

describe('another process’s stdout', () => {
  it('a file: read like any other, also when it has been deleted', async () => {
    const { child, path, log } = logger()
    child.stdin?.end(dumpText())
    await holds(log, 'FetchMessage')
    expect((await cli([path])).stdout).toContain('"goroutines":55')
    unlinkSync(log)
    const { stdout, stderr } = await cli([path])
    expect([stdout.split('\n')[0], stderr]).toEqual([expect.stringContaining('"goroutines":55'), ''])
  })

  it('a pipe: refused with its reader and the ways that work; --steal reads it', async () => {
    const [dump, pidFile, go] = ['dump', 'pid', 'go'].map((name) => folder.at(name))
    writeFileSync(dump ?? '', dumpText())
    writeFileSync(pidFile ?? '', '')
    // The reader never reads: what is stolen is all there is.
    const service = 'echo $$ >"$1"; until [ -e "$2" ]; do sleep 0.05; done; cat "$0"; exec sleep 60'
    const script = `sh -c '${service}' "$0" "$1" "$2" | sleep 61 & wait`
    const child = spawn('bash', ['-c', script, dump ?? '', pidFile ?? '', go ?? ''], {
      stdio: 'ignore',
      detached: true,
    })
    children.add(child)
    try {
      await holds(pidFile ?? '', '\n')
      const path = `/proc/${readFileSync(pidFile ?? '', 'utf8').trim()}/fd/1`
      const refused = await cli([path])
      expect(refused).toMatchObject({ code: 3, stdout: '' })
      expect(refused.stderr).toMatch(/is a pipe: reading it takes lines away from its reader, process \d+ \(sleep\); /)
      expect(refused.stderr).toMatch(/--steal reads it anyway\n$/)
      expect(refused.stderr.trim().split('\n').length).toBe(1)
      const thief = start(['--steal', '--idle', '200ms', path])
      const result = finish(thief)
      writeFileSync(go ?? '', '')
      if (thief.stdout !== null) await once(thief.stdout, 'data')
      thief.kill('SIGTERM')
      expect((await result).stdout).toContain('"goroutines":55')
    } finally {
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    }
  })

  it('a socket: which journalctl command to use', async () => {
    const path = folder.at('socket')
    const server = createServer().listen(path)
    const socket = connect(path)
    await new Promise((resolve) => socket.once('connect', resolve))
    // A child gets the socket itself, as systemd hands the journal's to a service.
    const child = spawn('sleep', ['60'], { stdio: ['ignore', socket, 'ignore'] })
    children.add(child)
    const { code, stderr } = await cli([`/proc/${child.pid}/fd/1`, '--steal'])
    socket.destroy()
    server.close()
    expect(code).toBe(3)
    expect(stderr).toMatch(/is a socket, which can't be read from outside; .*(?:journalctl .*-f -a -o json|logs -f)/)
  })

  it('a terminal: why not', async () => {
    const { stdout } = await terminal('sleep 20 & sleep 0.1; dumpstream /proc/$!/fd/1; kill $!', 200)
    expect(stdout).toMatch(/is the terminal \/dev\/pts\/\d+: what was printed there can't be read back/)
  })

  it('/dev/null keeps nothing', async () => {
    expect((await cli([`/proc/${children.sleeper().pid}/fd/1`])).stderr).toContain('is /dev/null, which keeps nothing')
  })

  it('no such process, no such descriptor', async () => {
    const child = children.sleeper()
    expect(await cli(['/proc/4194305/fd/1'])).toMatchObject({
      code: 3,
      stderr: 'dumpstream: /proc/4194305/fd/1: no process has pid 4194305; pgrep finds a pid by name\n',
    })
    expect((await cli(['--follow', '/proc/4194305/fd/1'])).code).toBe(3)
    expect((await cli([`/proc/${child.pid}/fd/77`])).stderr).toBe(
      `dumpstream: /proc/${child.pid}/fd/77: process ${child.pid} (sleep) has no descriptor 77 open\n`,
    )
  })

  it('no permission: whose process it is', async () => {
    const root = process.getuid?.() === 0
    const victim = root ? (children.sleeper().pid ?? 0) : 1
    const as = root ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
    const [command = process.execPath, ...args] = [...as, process.execPath, CLI, `/proc/${victim}/fd/1`]
    const result = await finish(spawn(command, args, { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] }))
    expect(result.stderr).toMatch(
      new RegExp(
        `/proc/${victim}/fd/1: no permission: process ${victim} \\(.+\\) is user \\d+'s; run as that user or with sudo`,
      ),
    )
    expect(result.code).toBe(3)
  })

  it('a link to /dev/stdout, as images make of a log file, is the command’s own', async () => {
    symlinkSync('/dev/stdout', folder.at('access.log'))
    const { code, stderr } = await cli([folder.at('access.log')])
    expect(stderr).toContain("is this command's own output; the service's is /proc/PID/fd/1")
    expect(code).toBe(3)
  })

  it('followed: from the end when told, over a rotation, until the process ends', async () => {
    const log = folder.at('app.log')
    writeFileSync(log, dumpText())
    const service = spawn(
      'bash',
      ['-c', 'exec 1>>"$0"; read go; cat "$1"; read go; exec 1>>"$0"; cat "$1"; read go', log, folder.at('dump')],
      { stdio: ['pipe', 'ignore', 'ignore'] },
    )
    children.add(service)
    folder.write('dump', dumpText([{ count: 7, state: 'select', function: 'a.b', place: '/c.go:1' }]))
    await opened(service.pid, log)
    const path = `/proc/${service.pid}/fd/1`
    const follower = start(['--follow', '--from', 'end', '--idle', '200ms', path])
    const result = finish(follower)
    await opened(follower.pid, log)
    await delay(300)
    service.stdin?.write('go\n')
    await delay(800)
    renameSync(log, `${log}.1`)
    service.stdin?.write('go\n')
    await delay(800)
    service.stdin?.write('go\n')
    const { code, stdout } = await result
    const dumps = stdout.split('\n').filter((line) => line.includes('"type":"dump"'))
    expect(dumps.map((line) => JSON.parse(line).goroutines)).toEqual([7, 7])
    expect(code).toBe(0)
  })
})

describe('openPath', () => {
  it('reads a pipe of its own process: <(command) of a shell', async () => {
    folder.write('dump', dumpText())
    const { stdout } = await finish(
      spawn('bash', ['-c', `"$0" "$1" <(cat "$2")`, process.execPath, CLI, folder.at('dump')], {
        env: environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    )
    expect(stdout).toContain('"goroutines":55')
  })

  it('refuses the same in this process', async () => {
    const child = children.sleeper()
    await expect(openPath(`/proc/${child.pid}/fd/1`)).rejects.toMatchObject({
      code: 'DS_INPUT',
      message: expect.stringContaining('is /dev/null'),
    })
    await expect(openPath('/proc/4194305/fd/1')).rejects.toMatchObject({ code: 'DS_INPUT' })
  })
})

describe('identifyProcess', () => {
  it('knows when a process has ended, waited for or not', async () => {
    const child = children.sleeper()
    const identity = identifyProcess(child.pid ?? 0)
    expect(identity?.ended()).toBe(false)
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await exited
    expect(identity?.ended()).toBe(true)
    expect(identifyProcess(4194305)).toBeUndefined()
  })
})
