/** `dumpstream watch` as a process. The services here are not Go's, so they are signalled with --i-know; test/live has a real one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, closeSync, existsSync, linkSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { childrenForEachTest } from '../children.ts'
import { folderForEachTest } from '../folder.ts'
import { goldenDump } from '../golden/dumps.ts'
import { until } from '../sinks/otel/receiver.ts'
import { dumpText, type Group } from './dumps.ts'
import { cli, finish, start } from './spawn.ts'

const folder = folderForEachTest()
const children = childrenForEachTest()

const worker = (count: number): Group => ({
  count,
  state: 'chan receive',
  function: 'app.worker',
  place: '/app/worker.go:7',
})

/** Goroutines of the dumps 1, 2, 3: those that were there stay. */
const GROWTH = [10, 40, 70]

function dumpFiles(): void {
  GROWTH.forEach((count, i) => {
    folder.write(`dump${i + 1}`, dumpText([worker(count)]))
  })
}

/** Prints dump1, dump2, … to its stdout at each SIGUSR2, some time after `ahead`; on a fourth one it exits. */
async function service(log: string, ahead = ''): Promise<ChildProcess> {
  dumpFiles()
  const fd = openSync(log, 'a')
  const script = `
    const { readFileSync, writeSync, writeFileSync } = require('node:fs')
    let n = 0
    process.on('SIGUSR2', () => {
      if (++n > 3) process.exit(0)
      const ahead = ${JSON.stringify(ahead)}
      writeSync(1, ahead)
      setTimeout(() => writeSync(1, readFileSync('dump' + n)), ahead === '' ? 0 : 600)
    })
    setInterval(() => {}, 1000)
    writeFileSync('ready', '')`
  const child = spawn(process.execPath, ['-e', script], { cwd: folder.path, stdio: ['ignore', fd, 'ignore'] })
  closeSync(fd)
  children.add(child)
  await until(() => existsSync(folder.at('ready')))
  return child
}

const quick = ['--every', '100ms', '--idle', '100ms']

describe('dumpstream watch --pid', () => {
  it('signals, reads what the process writes from then on, prints each dump and judges', async () => {
    const log = folder.at('app.log')
    writeFileSync(log, dumpText([worker(500)]))
    const { pid } = await service(log)
    const args = ['watch', '--pid', `${pid}`, '--signal', 'USR2', '--i-know', '--count', '3', ...quick]
    const { code, stdout, stderr } = await cli([...args, '--fail-on', 'leaking', '--save', 'known.jsonl'], {
      cwd: folder.path,
    })
    const dumps = stdout.split('\n').filter((line) => line.includes('"type":"dump"'))
    expect(dumps.map((line) => JSON.parse(line).goroutines)).toEqual(GROWTH)
    expect(stderr).toMatch(
      new RegExp(`dumpstream: 3 dumps of /proc/${pid}/fd/1(?: over [\\d.]+s)?: 1 signature leaks\n`),
    )
    expect(stderr).toMatch(
      / {2}leaking app\.worker \([0-9a-f]{16}\): 70 goroutines wait in chan receive at worker\.go:7; 30 new/,
    )
    expect(code).toBe(1)
    expect(readFileSync(folder.at('known.jsonl'), 'utf8')).toContain('"count":70')
  })

  it('the stack of one goroutine, logged ahead of the dump, is not the answer', async () => {
    const single = `goroutine 7 [running]:\nmain.f()\n\t/app/main.go:1 +0x1d\n\nINFO request failed\n`
    const { pid } = await service(folder.at('app.log'), single)
    const args = ['watch', '--pid', `${pid}`, '--signal', 'USR2', '--i-know', '--count', '2', ...quick]
    const { code, stdout, stderr } = await cli([...args, '--fail-on', 'growing'], { cwd: folder.path })
    const dumps = stdout.split('\n').filter((line) => line.includes('"type":"dump"'))
    expect(dumps.map((line) => JSON.parse(line).goroutines)).toEqual([1, 10, 1, 40])
    expect(stderr).toContain(`dumpstream: 2 dumps of /proc/${pid}/fd/1`)
    expect(code).toBe(1)
  })

  it('--log, from its start when told; the table ends with the judgement', async () => {
    const log = folder.at('app.log')
    const { pid } = await service(log)
    appendFileSync(log, dumpText([worker(5)]))
    const args = ['watch', '--pid', `${pid}`, '--signal', 'USR2', '--i-know', '--count', '1', ...quick]
    const { code, stdout } = await cli([...args, '--log', log, '--from', 'start', '--format', 'text'])
    expect(stdout).toContain('dump 2')
    expect(stdout.trim().split('\n').at(-1)).toMatch(
      /^2 dumps of .*app\.log.*: nothing leaks|^ {2}(?:leaking|growing) app\.worker/,
    )
    expect(code).toBe(0)
  })

  it('the log it reads must not be written to', async () => {
    const log = folder.at('app.log')
    const { pid } = await service(log)
    linkSync(log, folder.at('link.log'))
    appendFileSync(log, 'a line\n')
    const args = ['watch', '--pid', `${pid}`, '--signal', 'USR2', '--i-know', '--count', '1', ...quick]
    for (const [read, out] of [
      [`/proc/${pid}/fd/1`, log],
      [log, folder.at('link.log')],
    ] as const) {
      expect(await cli([...args, ...(read === log ? ['--log', log] : []), '--out', out])).toMatchObject({
        code: 2,
        stdout: '',
        stderr: `dumpstream: ${read} is also the output; write the records to another file\n`,
      })
    }
    // Nothing was signalled either: there is no dump in it.
    expect(readFileSync(log, 'utf8')).toBe('a line\n')
  })

  it('ends with the process', async () => {
    const { pid } = await service(folder.at('app.log'))
    const { code, stdout, stderr } = await cli(['watch', '--pid', `${pid}`, '--signal', 'USR2', '--i-know', ...quick])
    expect(stdout.match(/"type":"dump"/g)?.length).toBe(3)
    expect(stderr).toMatch(/process(?: \d+)? has ended/)
    expect(stderr).toContain('1 signature leaks')
    expect(code).toBe(0)
  })

  it('Ctrl-C ends it with the judgement', async () => {
    const { pid } = await service(folder.at('app.log'))
    const watch = start(['watch', '--pid', `${pid}`, '--signal', 'USR2', '--i-know', '--idle', '100ms'])
    const result = finish(watch)
    if (watch.stdout !== null) await once(watch.stdout, 'data')
    watch.kill('SIGINT')
    expect(await result).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/1 dump of .*: leaks show from the second dump on\n$/),
    })
  })

  it('no dump comes: told, and exit code 3', async () => {
    const { pid } = await service(folder.at('app.log'))
    const other = folder.at('other.log')
    writeFileSync(other, '')
    const args = ['watch', '--pid', `${pid}`, '--signal', 'USR2', '--i-know', '--count', '1', '--timeout', '300ms']
    const { code, stderr } = await cli([...args, '--log', other])
    expect(stderr).toBe(
      `dumpstream: no dump in ${other} within 0.3s of SIGUSR2; does the handler write elsewhere? --log FILE names it\ndumpstream: no dump was seen\n`,
    )
    expect(code).toBe(3)
  })

  it('what it writes can not be read: nothing is signalled', async () => {
    const child = spawn('sh', ['-c', 'trap "exit 9" USR2; while :; do sleep 0.1; done'], { stdio: 'ignore' })
    children.add(child)
    await delay(200)
    const { code, stderr } = await cli(['watch', '--pid', `${child.pid}`, '--signal', 'USR2', '--i-know'])
    expect(stderr).toContain('is /dev/null, which keeps nothing')
    expect(stderr).toContain('nothing was signalled; --log FILE names the file that the dumps go to')
    expect([code, child.exitCode]).toEqual([3, null])
  })
})

describe('dumpstream watch --exec and --url', () => {
  it('a command, its exit status told', async () => {
    dumpFiles()
    const command = 'n=$(cat n 2>/dev/null || echo 0); n=$((n+1)); echo $n >n; cat dump$n; [ $n != 3 ] || exit 7'
    const args = ['watch', '--exec', command, '--every', '10ms', '--count', '3']
    const { code, stdout, stderr } = await cli(args, { cwd: folder.path })
    expect(stdout.match(/"type":"dump"/g)?.length).toBe(3)
    expect(stderr).toContain(`the command ended with exit code 7: ${command}`)
    expect(stderr).toContain('1 signature leaks')
    // The last one failed: what it said may not be all.
    expect(code).toBe(3)
  })

  it('a command that hangs is killed, with all that it started', async () => {
    const args = ['watch', '--exec', 'sleep 61 | cat', '--count', '1', '--timeout', '300ms']
    const begun = performance.now()
    const { code, stderr } = await cli(args)
    expect(performance.now() - begun).toBeLessThan(20_000)
    expect(stderr).toContain('the command was killed after 0.3s; --timeout allows more: sleep 61 | cat')
    expect(code).toBe(3)
  })

  it('a command without a dump, and one without a last line end', async () => {
    folder.write('dump', dumpText([worker(3)]).trimEnd())
    const none = await cli(['watch', '--exec', 'echo hello', '--count', '1'])
    expect(none).toMatchObject({ code: 3, stderr: expect.stringContaining('no goroutine dump in the answer') })
    const one = await cli(['watch', '--exec', 'cat dump', '--count', '1', '--baseline', 'dump'], { cwd: folder.path })
    expect(one.stdout).toContain('"goroutines":3')
    expect(one.stdout).not.toContain('app.worker')
  })

  it('a URL, without its password in what is printed', async () => {
    let dump = 0
    const server = createServer((_request, response) => response.end(dumpText([worker(GROWTH[dump++] ?? 0)])))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const at = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/dump`
    const { code, stdout, stderr } = await cli([
      ...['watch', '--url', `http://me:secret@${at}`, '--every', '10ms', '--count', '3', '--format', 'text'],
    ])
    server.close()
    expect(stdout).toContain(`http://${at} · dump 3`)
    expect(stdout).toContain(`3 dumps of http://${at}`)
    expect(`${stdout}${stderr}`).not.toContain('secret')
    expect(code).toBe(0)
  })
})

describe('dumpstream watch --url of a goroutineleak profile', () => {
  it.each(['zoo-1.27-leak1.txt', 'zoo-1.27-leak2.txt'])('%s: all that the runtime found are leaking', async (name) => {
    const answer = goldenDump(name)
    const server = createServer((_request, response) => response.end(answer))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const url = `http://127.0.0.1:${port}/debug/pprof/goroutineleak?debug=1`
    const { code, stdout } = await cli(['watch', '--url', url, '--count', '1', '--fail-on', 'leaking'])
    server.close()
    const [dump, ...signatures] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(dump).toMatchObject({ type: 'dump', kind: 'leak', source: url })
    expect(signatures.filter(({ verdict }) => verdict === 'leaking').length).toBeGreaterThan(0)
    expect(code).toBe(1)
  })
})

describe('what is typed wrong', () => {
  it.each([
    [[], 'watch needs one of --pid PID --signal NAME, --url URL, --exec COMMAND'],
    [['--pid', '1', '--url', 'http://a'], '--pid and --url exclude each other'],
    [['--pid', '1'], '--pid needs --signal NAME, the one the service dumps on, such as USR2; QUIT ends a Go process'],
    [['--pid', '1', '--signal', 'QUIT'], 'SIGQUIT ends a Go program after its dump'],
    [['--pid', '1', '--signal', 'FOO'], '--signal takes a name such as USR2, not "FOO"'],
    [['--url', 'http://a', '--signal', 'USR2'], '--signal goes with --pid'],
    [['--exec', 'true', '--user', 'a:b'], '--user goes with --url'],
    [['--exec', 'true', '--count', '0'], '--count takes a number of 1 or more'],
    [['--exec', 'true', 'app.log'], 'watch takes no FILE; --log FILE names what the process writes'],
    [['--url', 'localhost:6060'], '--url takes a URL that begins with http:// or https://'],
  ])('%j', async (args, says) => {
    const { code, stderr } = await cli(['watch', ...args])
    expect([code, stderr]).toEqual([2, expect.stringContaining(says)])
  })
})
