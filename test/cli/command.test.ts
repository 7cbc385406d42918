/** The built command, as a process: what no test inside one process can show. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { appendFileSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { folderForEachTest } from '../folder.ts'
import { dumpText, logText } from './dumps.ts'
import { COMMAND, cli, environment, finish, recordsIn, shell, start } from './spawn.ts'

const folder = folderForEachTest()

/** Collects stdout and lets a test wait for something in it. */
class Talk {
  text = ''
  readonly child: ChildProcess

  constructor(child: ChildProcess) {
    this.child = child
    child.stdout?.on('data', (chunk: Buffer) => {
      this.text += chunk
    })
  }

  async until(words: string, milliseconds = 10_000): Promise<number> {
    const from = performance.now()
    while (!this.text.includes(words)) {
      if (performance.now() - from > milliseconds) throw new Error(`no ${words} in ${JSON.stringify(this.text)}`)
      await delay(5)
    }
    return performance.now() - from
  }
}

describe('through pipes', () => {
  it('finds the dump between the log lines of its stdin', async () => {
    const result = await cli([], { input: logText(50) + dumpText() + logText(50) })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(recordsIn(result.stdout)).toMatchObject([
      { type: 'dump', source: 'stdin', goroutines: 55, signatures: 3 },
      { type: 'signature', count: 41, function: 'content_svr/cron/hashtag_suggestion.(*Cron).step2.func1', line: 14 },
      { type: 'signature', count: 12 },
      { type: 'signature', count: 2 },
    ])
  })

  it('passes the log through byte for byte, invalid UTF-8, NUL bytes and a missing line end included', async () => {
    const before = Buffer.concat([
      Buffer.from(logText(5)),
      Buffer.from([0xff, 0xfe, 0, 0, 0xc3, 0x28, 13, 10]),
      Buffer.from('x\n'),
    ])
    const after = Buffer.from(`${logText(5)}no line end`)
    const input = Buffer.concat([before, Buffer.from(dumpText()), after])
    const { bytes, code } = await cli(['--logs', 'pass', '--format', 'none'], { input })
    expect(code).toBe(0)
    expect(bytes.equals(Buffer.concat([before, after]))).toBe(true)
  })

  it('a reader that has seen enough is no error', async () => {
    const log = folder.write(
      'app.log',
      logText(20_000) +
        Array.from({ length: 30 }, (_, i) => dumpText(undefined, 1 + i * 1000) + logText(2000)).join(''),
    )
    for (const line of [
      `dumpstream ${log} | head -1 >&2; echo \${PIPESTATUS[0]}`,
      `dumpstream --logs pass ${log} | head -1 >&2; echo \${PIPESTATUS[0]}`,
      `cat ${log} | dumpstream --logs pass | true; echo \${PIPESTATUS[1]}`,
      `dumpstream --help | true; echo \${PIPESTATUS[0]}`,
    ]) {
      const result = await shell(line)
      expect(result.stdout, line).toBe('0\n')
      expect(result.stderr.split('\n').length, result.stderr).toBeLessThanOrEqual(2)
      expect(result.stderr).not.toMatch(/EPIPE|dumpstream:/)
    }
  })

  it('ends a dump when the pipe falls silent, while it stays open', async () => {
    const talk = new Talk(start(['--idle', '200ms']))
    talk.child.stdin?.write(dumpText())
    const waited = await talk.until('"count":2,')
    expect(waited).toBeGreaterThan(150)
    expect(waited).toBeLessThan(5000)
    talk.child.stdin?.write(logText(1) + dumpText(undefined, 1))
    await talk.until('"dump":2,')
    const ended = finish(talk.child)
    talk.child.stdin?.end()
    expect((await ended).code).toBe(0)
  })

  it('does not take a slow reader of its output for silence of its input', async () => {
    // The dump is open, and a tick has seen it, when the log in its middle fills the pipe to a reader that sleeps.
    const first = folder.write('first', dumpText(undefined, 1) + logText(1))
    const second = folder.write('second', logText(4000) + dumpText(undefined, 1000))
    const input = `(cat ${first}; sleep 0.5; cat ${second})`
    const result = await shell(`${input} | dumpstream --logs pass --idle 600ms | (sleep 2; cat) | grep '^{'`)
    expect(recordsIn(result.stdout)).toMatchObject([{ type: 'dump', dump: 1, goroutines: 110 }, {}, {}, {}])
  })

  it('reads what is compressed, from a file and from a pipe', async () => {
    const path = folder.write('app.log.1', gzipSync(logText(10) + dumpText()))
    const piped = await shell(`cat ${path} | dumpstream`)
    const named = await cli([path])
    expect(recordsIn(piped.stdout)).toMatchObject([{ goroutines: 55, source: 'stdin' }, {}, {}, {}])
    expect(recordsIn(named.stdout)).toMatchObject([{ goroutines: 55, source: path }, {}, {}, {}])
  })
})

describe('signals', () => {
  it.each(['SIGINT', 'SIGQUIT'] as const)(
    '%s does not end it while it is piped to: the dump is still to come',
    async (signal) => {
      const talk = new Talk(start(['--logs', 'pass', '--format', 'jsonl']))
      const ended = finish(talk.child)
      talk.child.stdin?.write(logText(1))
      await talk.until('id=0')
      talk.child.kill(signal)
      talk.child.kill(signal)
      await delay(50)
      talk.child.stdin?.end(dumpText())
      const result = await ended
      expect(result).toMatchObject({ code: 0, signal: null, stderr: '' })
      expect(result.stdout).toContain('"goroutines":55')
    },
  )

  it.each([
    ['SIGTERM', ['SIGTERM']],
    ['a terminal that is gone, which the kernel and the shell both say,', ['SIGHUP', 'SIGHUP']],
  ] as const)('%s finishes the dump that is open, on a pipe', async (_, signals) => {
    const talk = new Talk(start(['--logs', 'pass', '--idle', '1h']))
    const ended = finish(talk.child)
    talk.child.stdin?.write(logText(1) + dumpText())
    await talk.until('id=0')
    await delay(100)
    for (const signal of signals) {
      talk.child.kill(signal)
      // Those that come while the process does not run are one.
      await delay(1)
    }
    const result = await ended
    expect(result.stderr).toBe('')
    // The second of two may come when all is written, and Node has put the default back on its way out.
    expect(result.signal ?? result.code).toBeOneOf(signals.length > 1 ? [0, 'SIGHUP'] : [0])
    expect(result.stdout).toContain('"goroutines":55')
  })

  it.each([
    ['SIGTERM', 0],
    ['SIGINT', 0],
    ['SIGHUP', 0],
  ] as const)('%s finishes the dump that is open in a followed file, exit code %i', async (signal, code) => {
    const log = folder.write('app.log', logText(1) + dumpText())
    const talk = new Talk(start(['--follow', '--logs', 'pass', '--idle', '1h', log]))
    const ended = finish(talk.child)
    await talk.until('id=0')
    talk.child.kill(signal)
    const result = await ended
    expect(result).toMatchObject({ code, signal: null, stderr: '' })
    expect(result.stdout).toContain('"goroutines":55')
  })

  it('SIGTERM ends it while it waits for the writer of a named pipe', async () => {
    const fifo = folder.at('fifo')
    execFileSync('mkfifo', [fifo])
    for (const argv of [[fifo], ['-f', folder.write('app.log', logText(1)), fifo]]) {
      const child = start(argv)
      const ended = finish(child)
      // Nothing shows from outside that it waits.
      await delay(2_000)
      child.kill('SIGTERM')
      expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' })
    }
  })

  it('Ctrl-C while a long file is read ends with the code that shells know', async () => {
    const small = folder.write('small.log', dumpText())
    const long = folder.write('long.log', '')
    truncateSync(long, 1024 ** 3)
    const child = spawn(COMMAND[0], [...COMMAND.slice(1), small, ...Array(50).fill(long)], {
      env: environment(),
      stdio: ['inherit', 'pipe', 'pipe'],
    })
    const talk = new Talk(child)
    const ended = finish(child)
    await talk.until('"dump":1,')
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 130, signal: null, stderr: '' })
  })
})

describe('following', () => {
  it('reads on over a rename, a truncation and a re-creation, and prints each dump as it ends', async () => {
    const log = folder.write('app.log', logText(3) + dumpText())
    const talk = new Talk(start(['-f', '--idle', '150ms', '--logs', 'pass', log]))
    const ended = finish(talk.child)
    await talk.until('"dump":1,')
    renameSync(log, `${log}.1`)
    appendFileSync(`${log}.1`, 'last words\n')
    writeFileSync(log, logText(1, 10) + dumpText(undefined, 1000))
    await talk.until('"dump":2,')
    writeFileSync(log, '')
    await delay(250)
    appendFileSync(log, logText(1, 20) + dumpText(undefined, 2000))
    await talk.until('"dump":3,')
    talk.child.kill('SIGTERM')
    const result = await ended
    expect(result.code).toBe(0)
    expect(result.stderr).toBe(`dumpstream: ${log}: was truncated; reading from the start\n`)
    const lines = result.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('{'))
    const expected = [logText(3), 'last words\n', logText(1, 10), logText(1, 20)].join('')
    expect(lines).toEqual(expected.split('\n').slice(0, -1))
  })

  it('several files at once, one of which is not there yet', async () => {
    const one = folder.write('one.log', dumpText())
    const two = folder.at('two.log')
    const talk = new Talk(start(['-f', '--idle', '100ms', one, two]))
    const ended = finish(talk.child)
    await talk.until('one.log')
    writeFileSync(two, dumpText())
    await talk.until('two.log')
    talk.child.kill('SIGTERM')
    const result = await ended
    expect(result).toMatchObject({ code: 0, stderr: `dumpstream: ${two}: does not exist yet; waiting for it\n` })
    expect(recordsIn(result.stdout).filter((record) => record.type === 'dump')).toMatchObject([
      { source: one, dump: 1 },
      { source: two, dump: 1 },
    ])
  })

  it('reads a pipe that it is given by name to its end', async () => {
    const log = folder.write('app.log', dumpText())
    const result = await shell(`dumpstream -f <(cat ${log})`)
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(recordsIn(result.stdout)).toHaveLength(4)
  })
})

describe('the process', () => {
  it('writes nothing after its reader and leaves nothing running', async () => {
    const result = await shell(`dumpstream --logs pass < ${folder.write('x.log', logText(3))}`)
    expect(result.stdout).toBe(logText(3))
  })

  it('is executable, and its version is that of the package', async () => {
    const path = new URL('../../dist/cli.cjs', import.meta.url).pathname
    expect(statSync(path).mode & 0o111).not.toBe(0)
    expect(readFileSync(path, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    for (const flag of ['-V', '--version']) expect((await cli([flag])).stdout).toBe(`dumpstream ${version}\n`)
  })

  it('exits with 2 and one line when the flags are wrong', async () => {
    expect(await cli(['--formt'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'dumpstream: unknown flag --formt; did you mean --format?\n',
    })
  })

  it('says nothing and still exits with its code when stderr is closed', async () => {
    const result = await shell('dumpstream /nonexistent 2>&-; echo $?')
    expect(result).toMatchObject({ stdout: '3\n' })
  })
})
