/** The command in this process, on descriptors of its own: quick, and seen by the coverage. */
import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, closeSync, linkSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { COMMANDS, flagsOf } from '../../src/cli/commands.ts'
import { spelling } from '../../src/cli/flag.ts'
import { FLAGS } from '../../src/cli/flags.ts'
import { commandHelpText, helpText } from '../../src/cli/help.ts'
import { main } from '../../src/cli/main.ts'
import { openTerminal, type Terminal } from '../../src/cli/terminal.ts'
import { makePaint } from '../../src/sinks/style.ts'
import { displayWidth } from '../../src/sinks/width.ts'
import { folderForEachTest } from '../folder.ts'
import { dumpText, logText } from './dumps.ts'
import { recordsIn, shell } from './spawn.ts'

const folder = folderForEachTest()

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function run(
  argv: readonly string[],
  stdin: Uint8Array | string = '',
  more: Partial<Terminal> = {},
): Promise<Outcome> {
  const paths = ['stdin', 'stdout', 'stderr'].map((name) => folder.at(`.${name}`))
  const [input = '', output = '', errors = ''] = paths
  writeFileSync(input, stdin)
  const fds = [openSync(input, 'r'), openSync(output, 'w'), openSync(errors, 'w')] as const
  try {
    const code = await main(argv, { ...openTerminal(...fds, {}), ...more })
    return { code, stdout: readFileSync(output, 'utf8'), stderr: readFileSync(errors, 'utf8') }
  } finally {
    for (const fd of fds) closeSync(fd)
  }
}

const LOG = logText(5) + dumpText() + logText(5)

describe('inputs', () => {
  it('stdin is read when no FILE is named, and for -', async () => {
    for (const argv of [[], ['-']]) {
      const { code, stdout, stderr } = await run(argv, LOG)
      expect([code, stderr]).toEqual([0, ''])
      expect(recordsIn(stdout)).toMatchObject([
        { source: 'stdin', goroutines: 55 },
        { count: 41 },
        { count: 12 },
        { count: 2 },
      ])
    }
  })

  it('each FILE is a source of its own, and its dumps count from 1', async () => {
    const [a, b] = [folder.write('a.log', LOG), folder.write('b.log', gzipSync(dumpText()))]
    const { stdout } = await run([a, b, a])
    expect(recordsIn(stdout).filter(({ type }) => type === 'dump')).toMatchObject([
      { source: a, dump: 1 },
      { source: b, dump: 1 },
      { source: a, dump: 1 },
    ])
  })

  it('what can not be read is one line each, the others are processed, and the exit code is 3', async () => {
    const good = folder.write('good.log', LOG)
    const cut = folder.write('cut.gz', gzipSync(Buffer.from(LOG + logText(5000))).subarray(0, -9))
    const missing = folder.at('missing.log')
    const { code, stdout, stderr } = await run([missing, folder.path, cut, good])
    expect(code).toBe(3)
    expect(stderr.split('\n')).toEqual([
      `dumpstream: ${missing}: no such file`,
      `dumpstream: ${folder.path}: is a directory; name the files in it`,
      `dumpstream: ${cut}: the gzip stream is cut short; the data before that was read`,
      '',
    ])
    expect(recordsIn(stdout).filter(({ type }) => type === 'dump')).toMatchObject([{ source: cut }, { source: good }])
  })

  it('a file that is read must not be written to', async () => {
    const log = folder.write('app.log', LOG)
    linkSync(log, folder.at('link.log'))
    for (const out of [log, folder.at('link.log')]) {
      expect(await run(['--out', out, log])).toMatchObject({
        code: 2,
        stderr: `dumpstream: ${log} is also the output; write the records to another file\n`,
      })
    }
    expect(readFileSync(log, 'utf8')).toBe(LOG)
  })

  it('--follow on stdin that is a file says what to write', async () => {
    expect(await run(['--follow'], LOG)).toMatchObject({
      code: 2,
      stderr: 'dumpstream: --follow needs the name of a file: dumpstream --follow FILE\n',
    })
  })

  it('--follow on stdin that is /dev/null ends, and waits for no file of the name `-`', async () => {
    const { code, stderr } = await shell('dumpstream --follow --format none </dev/null', { cwd: folder.path })
    expect([code, stderr]).toEqual([0, ''])
  })

  it('--follow on what can not be followed ends with 3', async () => {
    expect(await run(['--follow', folder.path])).toMatchObject({
      code: 3,
      stderr: `dumpstream: ${folder.path}: is a directory; name the files in it\n`,
    })
  })
})

describe('following', () => {
  it('reads files as they grow and pipes to their end, and finishes what is open when it is told to stop', async () => {
    const [log, late] = [folder.write('app.log', logText(2) + dumpText()), folder.at('late.log')]
    const fifo = folder.at('fifo')
    execFileSync('mkfifo', [fifo])
    const writer = spawn('sh', ['-c', `cat ${log} > ${fifo}`])
    const running = run(['--follow', '--idle', '40ms', '--logs', 'pass', log, late, fifo])
    const printed = (): string => readFileSync(folder.at('.stdout'), 'utf8')
    while (!printed().includes('"count":2,')) await delay(10)
    writeFileSync(late, dumpText())
    while (!printed().includes(late)) await delay(10)
    appendFileSync(log, dumpText(undefined, 1000))
    await delay(150)
    appendFileSync(log, 'the last line\n')
    process.emit('SIGTERM', 'SIGTERM')
    const { code, stdout, stderr } = await running
    writer.kill()
    expect([code, stderr]).toEqual([0, `dumpstream: ${late}: does not exist yet; waiting for it\n`])
    expect(stdout.split('\n').filter((line) => !line.startsWith('{'))).toContain('the last line')
    const dumps = recordsIn(stdout.replace(/^[^{].*\n/gm, '')).filter(({ type }) => type === 'dump')
    expect(dumps.filter(({ source }) => source === log)).toMatchObject([{ dump: 1 }, { dump: 2 }])
    expect(dumps.filter(({ source }) => source !== log)).toHaveLength(2)
  })

  it('a pipe is idle by its own clock', async () => {
    const fifo = folder.at('fifo')
    execFileSync('mkfifo', [fifo])
    const log = folder.write('app.log', dumpText())
    const writer = spawn('sh', ['-c', `(cat ${log}; sleep 0.4; cat ${log}) > ${fifo}`])
    const { stdout, code } = await run(['--idle', '100ms', fifo])
    writer.kill()
    expect(code).toBe(0)
    expect(recordsIn(stdout).filter(({ type }) => type === 'dump')).toMatchObject([{ dump: 1 }, { dump: 2 }])
  })
})

describe('outputs', () => {
  it('--logs pass puts the records where the dump ends: at the next one, or at the end', async () => {
    const { stdout } = await run(['--logs', 'pass'], LOG + dumpText())
    const lines = stdout.split('\n').slice(0, -1)
    expect(lines.map((line) => line.startsWith('{"v":1,'))).toEqual([...Array(10).fill(false), ...Array(8).fill(true)])
    expect(`${lines.slice(0, 10).join('\n')}\n`).toBe(logText(5) + logText(5))
  })

  it('--logs pass with text puts the table there', async () => {
    const { stdout } = await run(['--logs', 'pass', '--format', 'text'], LOG)
    expect(stdout.startsWith(logText(5) + logText(5))).toBe(true)
    expect(stdout.split('\n')[10]).toMatch(/^stdin · dump 1 · .*55 goroutines · 3 signatures$/)
  })

  it('--logs pass gives the records lines of their own when the log ends within one', async () => {
    const { stdout } = await run(['--logs', 'pass'], `${dumpText()}no line end`)
    expect(stdout.startsWith('no line end\n{"v":1,')).toBe(true)
  })

  it('--out takes the records, stdout keeps the log', async () => {
    const out = folder.at('dumps.jsonl')
    const { stdout, code } = await run(['--logs', 'pass', '-o', out], LOG)
    expect([code, stdout]).toEqual([0, logText(5) + logText(5)])
    expect(recordsIn(readFileSync(out, 'utf8'))).toHaveLength(4)
  })

  it('--format none prints no record', async () => {
    expect(await run(['--format', 'none'], LOG)).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('an output that can not be written is one line and exit code 4', async () => {
    const nowhere = folder.at('no', 'dumps.jsonl')
    expect(await run(['--out', nowhere], LOG)).toMatchObject({
      code: 4,
      stderr: `dumpstream: can't write to ${nowhere}: no such folder\n`,
    })
    expect(await run(['--out', '/dev/full'], LOG)).toMatchObject({
      code: 4,
      stderr: "dumpstream: can't write to /dev/full: no space left on the device\n",
    })
  })

  it('--match prints what matches and counts everything', async () => {
    const { stdout } = await run(['--match', 'cron/hashtag_suggestion'], LOG)
    expect(recordsIn(stdout)).toMatchObject([{ goroutines: 55, signatures: 3 }, { count: 41 }])
    const text = await run(['--format', 'text', '--match', 'cron/hashtag_suggestion'], LOG)
    expect(text.stdout).toContain('55 goroutines · 3 signatures')
    expect(text.stdout.trimEnd().split('\n').at(-1)).toBe(
      '  matching cron/hashtag_suggestion: 41 goroutines in 1 signature',
    )
  })

  it('--match with a pattern that takes other engines years ends at once', async () => {
    const log = folder.write('a.log', `goroutine 1 [running]:\nmain.${'a'.repeat(900)}()\n\t/a.go:3 +0x1\n`)
    const { code, stdout } = await run(['--match', '(a+)+$x', log])
    expect(code).toBe(0)
    expect(recordsIn(stdout)).toMatchObject([{ type: 'dump', goroutines: 1 }])
  })

  it('--emit goroutines writes each goroutine before its dump', async () => {
    const { stdout } = await run(['--emit', 'goroutines', '--state', 'select'], LOG)
    expect(recordsIn(stdout)).toMatchObject([
      { type: 'goroutine', goroutine: 153, state: 'select' },
      { type: 'goroutine', goroutine: 154, state: 'select' },
      { type: 'dump' },
      { type: 'signature', count: 2 },
    ])
  })

  it('--stacks and --similarity reach the records', async () => {
    const twice = dumpText() + logText(1) + dumpText()
    const stacks = async (when: string): Promise<boolean[]> =>
      recordsIn((await run(['--stacks', when, '--top', '1'], twice)).stdout)
        .filter(({ type }) => type === 'signature')
        .map((record) => 'stack' in record)
    expect(await stacks('first')).toEqual([true, false])
    expect(await stacks('always')).toEqual([true, true])
    expect(await stacks('never')).toEqual([false, false])
    const ids = async (level: string): Promise<unknown[]> =>
      recordsIn((await run(['--similarity', level], LOG)).stdout).map(({ id }) => id)
    expect(await ids('functions')).not.toEqual(await ids('lines'))
    expect(await ids('lines')).not.toEqual(await ids('exact'))
  })
})

describe('help', () => {
  it.each([['-h'], ['--help'], ['help']])('%s is one screen of 80 columns with what is used most', async (...argv) => {
    const { code, stdout, stderr } = await run(argv)
    expect([code, stderr]).toEqual([0, ''])
    const lines = stdout.split('\n')
    expect(lines.length).toBeLessThanOrEqual(50)
    for (const line of lines) expect(displayWidth(line), line).toBeLessThanOrEqual(80)
    for (const flag of FLAGS.filter(({ essential }) => essential)) expect(stdout).toContain(`  ${spelling(flag)}`)
    for (const { name } of COMMANDS) expect(stdout).toMatch(new RegExp(`^ +dumpstream .*\\b${name}\\b`, 'm'))
  })

  it('names topics that have every flag between them, each in one screen', async () => {
    const { stdout } = await run(['help'])
    const topics = /help TOPIC: (.*),\n/.exec(stdout)?.[1]?.split(', ') ?? []
    expect(topics.length).toBeGreaterThan(5)
    let all = ''
    for (const topic of topics) {
      const { code, stdout: text } = await run(['help', topic])
      expect([topic, code]).toEqual([topic, 0])
      expect(text.split('\n').length).toBeLessThanOrEqual(50)
      for (const line of text.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(80)
      all += text
    }
    for (const flag of FLAGS) expect(all).toContain(`  ${spelling(flag)}`)
  })

  it('on a flag says more than its line, whatever its dashes', async () => {
    const { stdout } = await run(['help', '--match'])
    expect(stdout).toContain('A regular expression in Go syntax')
    for (const line of stdout.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(80)
    expect((await run(['help', 'match'])).stdout).toBe(stdout)
    expect((await run(['help', '-m'])).stdout).toBe(stdout)
    expect((await run(['help', 'pid'])).stdout).toContain('/proc')
  })

  it('on a command is that of --help', async () => {
    for (const { name } of COMMANDS)
      expect((await run(['help', name])).stdout).toBe((await run([name, '--help'])).stdout)
  })

  it('on a command is one screen, and names every flag of it', async () => {
    for (const command of COMMANDS) {
      const { stdout } = await run(['help', command.name])
      expect(stdout.split('\n').length, command.name).toBeLessThanOrEqual(50)
      for (const line of stdout.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(80)
      for (const { name } of flagsOf(command)) expect(stdout).toContain(`--${name}`)
    }
  })

  it('on what is no topic says which one is meant', async () => {
    expect(await run(['help', 'outptu'])).toMatchObject({
      code: 2,
      stderr: 'dumpstream: no help on outptu; did you mean output?\n',
    })
    expect((await run(['help', 'constructor'])).code).toBe(2)
  })

  it('has colour when it is asked for', async () => {
    expect((await run(['--help', '--color', 'always'])).stdout).toContain('\u001b[1mExamples:')
    expect((await run(['--help'])).stdout).not.toContain('\u001b')
  })

  it('names every command, and each has its own', () => {
    const command = {
      name: 'diff',
      operands: 'BEFORE AFTER',
      summary: 'compare two dumps',
      flags: FLAGS.slice(0, 1),
      examples: ['dumpstream diff a.log b.log'],
      load: () => Promise.reject(new Error('not in this test')),
    }
    const plain = makePaint(false)
    expect(helpText({ flags: FLAGS, commands: [command], paint: plain })).toContain(
      '       dumpstream diff BEFORE AFTER  compare two dumps\n',
    )
    expect(commandHelpText(command, plain)).toBe(
      [
        'Compare two dumps.',
        '',
        'Usage: dumpstream diff [options] BEFORE AFTER',
        '',
        'Output:',
        '      --format FORMAT     text (on a terminal) or jsonl; see help formats',
        '      --color WHEN        auto (default), always, never',
        '',
        'Other:',
        '  -h, --help              print help; see also: dumpstream help TOPIC',
        '',
        'Examples:',
        '  dumpstream diff a.log b.log',
        '',
      ].join('\n'),
    )
  })
})

describe('the commands', () => {
  it('are found by the first argument, load, and understand --help', async () => {
    for (const { name, summary, load } of COMMANDS) {
      expect(summary.length, name).toBeLessThanOrEqual(54)
      expect((await load()).run, name).toBeTypeOf('function')
      expect(await run([name, '--help'])).toMatchObject({ code: 0, stderr: '' })
    }
  })
})

describe('the rest', () => {
  it('--completion prints a script, --version the version, in all spellings', async () => {
    for (const argv of [['--completion', 'bash'], ['--completion=bash']]) {
      expect((await run(argv)).stdout).toContain('complete -F _dumpstream dumpstream')
    }
    for (const flag of ['-V', '--version']) expect((await run([flag])).stdout).toMatch(/^dumpstream \d+\.\d+\.\d+/)
  })

  it('wrong usage is exit code 2 and nothing is read', async () => {
    expect(await run(['--top', 'ten'], LOG)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'dumpstream: --top takes a whole number such as 20, not "ten"\n',
    })
  })

  it('a bug is not dressed up as bad input', async () => {
    const broken = openTerminal(0, 1, 2, {})
    Object.defineProperty(broken, 'stdoutIsTerminal', {
      get: () => {
        throw new TypeError('a bug')
      },
    })
    await expect(main([], broken)).rejects.toThrow('a bug')
  })
})
