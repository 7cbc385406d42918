/** Faults of what is written to and of who reads it, each brought about for real. Those that need root are in test/live/faults.test.ts. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { childrenForEachTest } from '../children.ts'
import { folderForEachTest } from '../folder.ts'
import { dumpText } from './dumps.ts'
import { CLI, cli, environment, finish, recordsIn, shell, start } from './spawn.ts'

const folder = folderForEachTest()
const children = childrenForEachTest()

/** Pieces that are written to a command whose reader stops. */
const CHUNKS = 100

/** Waits until it holds; the time-out of the test ends it otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(5)
}

function killGroup({ pid = 0 }: ChildProcess): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // All of them have ended.
  }
}

describe('what is not a regular file is written in place', () => {
  it.each(['--save', '--out'])('%s: a pipe stays one, and its reader gets the records', async (flag) => {
    folder.write('app.log', dumpText())
    const fifo = folder.at('fifo')
    execFileSync('mkfifo', [fifo])
    const reader = finish(children.add(spawn('cat', [fifo], { stdio: ['ignore', 'pipe', 'ignore'] })))
    const result = await cli([flag, fifo, folder.at('app.log')])
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(recordsIn((await reader).stdout).map(({ type }) => type)).toContain('signature')
    expect(lstatSync(fifo).isFIFO()).toBe(true)
  })

  it('--out waits for the reader of a pipe, and SIGTERM ends the wait', async () => {
    folder.write('app.log', dumpText())
    const fifo = folder.at('fifo')
    execFileSync('mkfifo', [fifo])
    const child = children.add(start(['--out', fifo, folder.at('app.log')]))
    const result = finish(child)
    // Nothing of it shows; Node itself catches the signal from its first moment.
    await delay(3000)
    expect(child.exitCode).toBeNull()
    child.kill('SIGTERM')
    expect(await result).toMatchObject({ code: 4, signal: null })
  })

  it('--save to a pipe that nobody reads: said, not waited for', async () => {
    folder.write('app.log', dumpText())
    execFileSync('mkfifo', [folder.at('fifo')])
    const { code, stderr } = await cli(['--format', 'none', '--save', folder.at('fifo'), folder.at('app.log')])
    expect([code, stderr.trim().split('\n').length]).toEqual([4, 1])
    expect(stderr).toContain("can't write to ")
  })

  it.each(['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1', 'link'])('--save %s is stdout', async (path) => {
    folder.write('app.log', dumpText())
    symlinkSync('/proc/self/fd/1', folder.at('link'))
    const { code, stdout } = await cli(['--format', 'none', '--save', path, 'app.log'], { cwd: folder.path })
    expect([code, recordsIn(stdout).map(({ type }) => type)]).toEqual([0, ['signature', 'signature', 'signature']])
    expect(lstatSync(folder.at('link')).isSymbolicLink()).toBe(true)
    const html = await cli(['--format', 'html', '--out', path, 'app.log'], { cwd: folder.path })
    expect(html.stdout).toMatch(/^<!doctype html>/i)
  })
})

describe('a file that is replaced', () => {
  it('is that behind the link, of the same mode', async () => {
    folder.write('app.log', dumpText())
    await cli(['--format', 'none', '--save', folder.at('known.jsonl'), folder.at('app.log')])
    execFileSync('chmod', ['640', folder.at('known.jsonl')])
    symlinkSync('known.jsonl', folder.at('link'))
    folder.write('more.log', dumpText([{ count: 99, state: 'select', function: 'a.b', place: '/c.go:1' }]))
    const { code } = await cli(['--format', 'none', '--save', folder.at('link'), folder.at('more.log')])
    expect(code).toBe(0)
    expect(lstatSync(folder.at('link')).isSymbolicLink()).toBe(true)
    expect(readFileSync(folder.at('known.jsonl'), 'utf8')).toContain('"count":99')
    expect(statSync(folder.at('known.jsonl')).mode & 0o777).toBe(0o640)
    expect(readdirSync(folder.path).sort()).toEqual(['app.log', 'known.jsonl', 'link', 'more.log'])
  })

  it('is made behind a link that leads nowhere yet', async () => {
    folder.write('app.log', dumpText())
    symlinkSync('later.jsonl', folder.at('link'))
    await cli(['--format', 'none', '--save', folder.at('link'), folder.at('app.log')])
    expect(readFileSync(folder.at('later.jsonl'), 'utf8')).toContain('"signature"')
  })

  it('a loop of links is one line', async () => {
    folder.write('app.log', dumpText())
    symlinkSync('b', folder.at('a'))
    symlinkSync('a', folder.at('b'))
    for (const flag of ['--save', '--out']) {
      const { code, stderr } = await cli([flag, folder.at('a'), folder.at('app.log')])
      expect([code, stderr]).toEqual([4, `dumpstream: can't write to ${folder.at('a')}: too many symbolic links\n`])
    }
  })
})

describe('a log is not written over', () => {
  it('by --save, and --baseline does not advise it', async () => {
    folder.write('app.log', dumpText())
    writeFileSync(folder.at('other.log'), 'an ordinary log\n')
    const log = readFileSync(folder.at('app.log'))
    const run = async (...args: string[]): Promise<[number | null, string]> => {
      const { code, stderr } = await cli(args, { cwd: folder.path })
      return [code, stderr]
    }
    const [code, stderr] = await run('--baseline', 'other.log', 'app.log')
    expect(code).toBe(3)
    expect(stderr).not.toContain('--save other.log')
    for (const args of [
      ['--save', 'other.log', 'app.log'],
      ['--save', 'app.log', 'other.log'],
      ['--baseline', 'app.log', '--save', 'app.log', 'other.log'],
      ['--baseline', 'app.log', '--out', 'app.log', 'other.log'],
      ['diff', '--out', 'app.log', 'app.log', 'other.log'],
    ]) {
      const [refused, why] = await run(...args)
      expect([refused, why.trim().split('\n').length], args.join(' ')).toEqual([2, 1])
    }
    expect(readFileSync(folder.at('app.log'))).toEqual(log)
    expect(readFileSync(folder.at('other.log'), 'utf8')).toBe('an ordinary log\n')
  })

  it('by what follows it: an output among the files of a pattern is not read', async () => {
    folder.write('app.log', dumpText())
    const child = children.add(
      start(['--follow', '--idle', '50ms', '--out', 'dumps.log', '*.log'], { cwd: folder.path }),
    )
    const result = finish(child)
    const size = (): number => (existsSync(folder.at('dumps.log')) ? statSync(folder.at('dumps.log')).size : 0)
    await until(() => size() > 0)
    // The pattern is looked at again every two seconds.
    await delay(2_500)
    child.kill('SIGTERM')
    const { code, stderr } = await result
    expect([code, stderr]).toEqual([0, ''])
    const records = recordsIn(readFileSync(folder.at('dumps.log'), 'utf8'))
    expect(records.filter(({ type }) => type === 'dump').map(({ source }) => source)).toEqual(['app.log'])
  })
})

describe('a disk that fails', () => {
  it('is one line, and the next file is read', async () => {
    const log = folder.write('app.log', dumpText())
    // Where nothing is mapped, a read of it is EIO.
    const { code, stdout, stderr } = await cli(['/proc/self/mem', log])
    expect([code, stderr]).toEqual([3, 'dumpstream: /proc/self/mem: the disk or terminal failed (EIO)\n'])
    expect(recordsIn(stdout).filter(({ type }) => type === 'dump')).toMatchObject([{ goroutines: 55 }])
  })
})

describe('a device that is full', () => {
  const FULL = "can't write to stdout: no space left on the device"

  it.each([
    ['the command', '"$DS" app.log'],
    ['--logs pass', '"$DS" --logs pass app.log'],
    ['exec-filter', '"$DS" exec-filter < app.log'],
    ['mmexternal', '"$DS" mmexternal < app.log'],
    ['bridge', 'echo \'{"s":"a","l":"b"}\' | "$DS" bridge'],
    ['diff', '"$DS" diff two.log'],
    ['anonymize', '"$DS" anonymize app.log'],
    ['--help', '"$DS" --help'],
  ])('stdout of %s: one line, exit code 4', async (_, line) => {
    folder.write('app.log', dumpText())
    folder.write('two.log', dumpText() + dumpText([{ count: 9, state: 'select', function: 'a.b', place: '/c.go:1' }]))
    const { code, stderr } = await shell(`${line.replace('"$DS"', 'dumpstream')} > /dev/full`, { cwd: folder.path })
    expect([code, stderr.trim().split('\n')]).toEqual([4, [`dumpstream: ${FULL}`]])
  })

  it.each(['jsonl', 'html', 'folded'])('--out of --format %s', async (format) => {
    folder.write('app.log', dumpText())
    const { code, stderr } = await cli(['--format', format, '--out', '/dev/full', folder.at('app.log')])
    expect([code, stderr]).toEqual([4, "dumpstream: can't write to /dev/full: no space left on the device\n"])
    expect(lstatSync('/dev/full').isCharacterDevice()).toBe(true)
  })

  it('stderr: the exit code says it all the same', async () => {
    folder.write('app.log', dumpText())
    expect((await shell('dumpstream missing.log 2>/dev/full', { cwd: folder.path })).code).toBe(3)
    expect((await shell('dumpstream --fail-on count\\>1 app.log 2>/dev/full', { cwd: folder.path })).code).toBe(1)
  })
})

describe('a reader', () => {
  it('that goes away ends the command without a word', async () => {
    folder.write('big.log', 'an ordinary line of a log\n'.repeat(200_000))
    const { code, stdout, stderr } = await shell('dumpstream --logs pass big.log | head -1; echo $PIPESTATUS', {
      cwd: folder.path,
    })
    expect([code, stdout, stderr]).toEqual([0, 'an ordinary line of a log\n0\n', ''])
  })

  it('that stops leaves the process stoppable, and its memory as it is', async () => {
    const line = 'an ordinary line of a log\n'
    const pipe = folder.at('pipe')
    execFileSync('mkfifo', [pipe])
    // Opened for both, as a reader that never reads.
    const unread = openSync(pipe, 'r+')
    const child = children.add(
      spawn('bash', ['-c', `yes '${line.trim()}' | head -c 200000000 | "$0" "$1" --logs pass`, process.execPath, CLI], {
        env: environment(),
        stdio: ['ignore', unread, 'ignore'],
        detached: true,
      }),
    )
    try {
      const pid = (): number =>
        Number(execFileSync('sh', ['-c', `pgrep -P ${child.pid} -f cli.c?js || true`]).toString())
      await until(() => pid() > 0)
      const own = pid()
      const status = (name: string): string =>
        new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(readFileSync(`/proc/${own}/status`, 'utf8'))?.[1] ?? ''
      // Its handlers are gone: bit 14 is SIGTERM.
      await until(() => (Number(BigInt(`0x${status('SigCgt') || 'ffffffff'}`) >> 14n) & 1) === 0)
      expect(Number.parseInt(status('VmRSS'), 10)).toBeLessThan(150_000)
      process.kill(own, 'SIGTERM')
      await until(() => !existsSync(`/proc/${own}`) || status('State').startsWith('Z'))
    } finally {
      killGroup(child)
      closeSync(unread)
    }
  })

  it('that goes on after a stop gets every byte', async () => {
    folder.write('big.log', 'an ordinary line of a log\n'.repeat(100_000))
    const { stdout } = await shell('dumpstream --logs pass big.log | (sleep 1; md5sum); md5sum < big.log', {
      cwd: folder.path,
    })
    const [through, whole] = stdout.trim().split('\n')
    expect(through).toBe(whole)
  })
})

describe('a reader of a line protocol', () => {
  it.each([
    ['bridge', '{"s":"web","l":"an ordinary line of a log"}\n', 'k\n'],
    ['mmexternal', '{"msg":"an ordinary line of a log"}\n', '{}\n'],
    ['exec-filter', '{"message":"an ordinary line of a log"}\n', '{"message":"an ordinary line of a log"}\n'],
  ])(
    'of %s that stops leaves its memory as it is, and gets every answer when it goes on',
    async (command, line, answer) => {
      const child = children.add(start([command]))
      child.stdin?.on('error', () => {})
      const lines = Math.ceil((64 << 10) / line.length)
      const chunk = Buffer.from(line.repeat(lines))
      let taken = 0
      for (let i = 0; i < CHUNKS; i++) child.stdin?.write(chunk, () => taken++)
      await delay(1_000)
      expect(taken).toBeLessThan(CHUNKS)
      const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024
      expect(peak).toBeLessThan(150)
      child.stdin?.end()
      const { code, stdout, stderr } = await finish(child)
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout === answer.repeat(lines * CHUNKS)).toBe(true)
    },
  )
})

describe('the end of stdin', () => {
  it.each(['exec-filter', 'mmexternal', 'bridge'])('ends %s when it is a file', async (command) => {
    folder.write('in', '{"message":"a","s":"x","l":"y"}\n')
    const { code, stdout, stderr } = await shell(`dumpstream ${command} < in`, { cwd: folder.path })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).not.toBe('')
  })

  it.each(['exec-filter', 'mmexternal', 'bridge'])('that can not be read is one line of %s', async (command) => {
    const { code, stderr } = await shell(`dumpstream ${command} < .`, { cwd: folder.path })
    expect([code, stderr]).toEqual([3, 'dumpstream: stdin: is a directory; name the files in it\n'])
  })
})

describe('hostile input of the line protocols', () => {
  const GARBAGE = Buffer.concat([
    Buffer.from('{"message":\n\0\0\0\n[1,2\n"text"\nnull\n{"message":{"a":1}}\n'),
    Buffer.from([0xff, 0xfe, 0x0a]),
    Buffer.from(`{"message":"goroutine 1 [running]:"}\n{"message":"${'x'.repeat(100_000)}"}\n`),
    Buffer.alloc((8 << 20) + 5, 0x61),
    Buffer.from('\n{"message":"cut of in the mid'),
  ])

  it.each(['exec-filter', 'mmexternal', 'bridge'])('%s ends with it, with exit code 0', async (command) => {
    const { code, signal } = await cli([command], { input: GARBAGE })
    expect([code, signal]).toEqual([0, null])
  })

  it('mmexternal answers each line once', async () => {
    const { stdout } = await cli(['mmexternal'], { input: GARBAGE })
    const lines = GARBAGE.toString('latin1').split('\n').length
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => typeof JSON.parse(line)),
    ).toEqual(Array(lines).fill('object'))
  })

  it('exec-filter passes on what it can not read', async () => {
    const { bytes } = await cli(['exec-filter'], { input: GARBAGE })
    // What is not UTF-8 would stop Fluentd's parser for good.
    expect(bytes.toString().replace(/\n$/, '')).toBe(GARBAGE.toString())
  })

  it('exec-filter ends after SIGTERM, also when what writes to it goes on', async () => {
    const child = children.add(
      spawn('bash', ['-c', 'yes \'{"message":"a"}\' | "$0" "$1" exec-filter > /dev/null', process.execPath, CLI], {
        env: environment(),
        stdio: 'ignore',
        detached: true,
      }),
    )
    try {
      let own = 0
      await until(() => {
        own = Number(execFileSync('sh', ['-c', `pgrep -P ${child.pid} -f cli.c?js || true`]).toString())
        return own > 0
      })
      await until(
        () =>
          (Number(BigInt(`0x${/^SigCgt:\s*(\w+)/m.exec(readFileSync(`/proc/${own}/status`, 'utf8'))?.[1]}`) >> 14n) &
            1) ===
          1,
      )
      process.kill(own, 'SIGTERM')
      await until(() => child.exitCode !== null)
    } finally {
      killGroup(child)
    }
  })
})
