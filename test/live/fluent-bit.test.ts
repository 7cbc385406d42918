/** `dumpstream.lua` under the real LuaJIT, called as Fluent Bit's Lua filter calls it, with the built command as its bridge. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { dumpText, logText } from '../cli/dumps.ts'
import { CLI, environment, finish } from '../cli/spawn.ts'
import { until } from '../sinks/otel/receiver.ts'

const LIVE = process.env.DUMPSTREAM_LIVE === '1'
const SCRIPT = fileURLToPath(new URL('../../examples/fluent-bit/dumpstream.lua', import.meta.url))
const HARNESS = fileURLToPath(new URL('fluent-bit.lua', import.meta.url))
const BRIDGE = `${process.execPath} ${CLI} bridge --idle 300ms`
const folder = mkdtempSync(join(tmpdir(), 'dumpstream-lua-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(folder, 'journal-'))
})

interface Line {
  readonly n: number
  /** Seconds since the first line. */
  readonly time: number
  readonly mark: string
  readonly text: string
}

interface Event {
  readonly what: string
  readonly pod: string
  readonly time: number
  readonly identity: string
  readonly severity: string
  readonly text: string
}

interface Run {
  /** As they came out. */
  readonly lines: Line[]
  readonly numbers: number[]
  readonly events: Event[]
  readonly dumps: string[]
  readonly seconds: number
  readonly stderr: string
}

const FIRST = 1_795_496_400
const sinceFirst = (time: string | undefined): number => Math.round((Number(time) - FIRST) * 1000) / 1000

async function filter(
  text: string,
  words: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const log = join(folder, 'app.log')
  writeFileSync(log, text)
  const child = spawn('luajit', [HARNESS, SCRIPT, log, ...words], {
    env: environment({ DUMPSTREAM: BRIDGE, DUMPSTREAM_DIR: directory, ...env }),
  })
  const { code, stdout, stderr } = await finish(child)
  const isKilled = words.some((word) => word.startsWith('die:'))
  expect([code, stderr.includes('harness')]).toEqual([isKilled ? null : 0, false])
  const rows = stdout.split('\n').map((row) => row.split('\t'))
  const lines = rows.flatMap(([kind, n, time, , mark = '', line = '']) =>
    kind === 'L' ? [{ n: Number(n), time: sinceFirst(time), mark, text: line }] : [],
  )
  const events = rows.flatMap(([kind, type, count, pod = '', time, identity = '', severity = '', said = '']) =>
    kind === 'R' ? [{ what: `${type} ${count}`, pod, time: sinceFirst(time), identity, severity, text: said }] : [],
  )
  return {
    lines,
    numbers: lines.map(({ n }) => n).filter((n) => n > 0),
    events,
    dumps: events.flatMap(({ what }) => (what.startsWith('dump') ? [what] : [])),
    seconds: Number(rows.find(([kind]) => kind === 'T')?.[1]),
    stderr,
  }
}

const count = (text: string): number => text.split('\n').length - 1
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

/** Every line has the time that it came with. */
function expectOwnTimes({ lines }: Run): void {
  for (const { n, time } of lines) if (n > 0) expect(time).toBeCloseTo(n / 1000, 3)
}

const PANIC = `panic: boom

goroutine 7 [running]:
shop/mail.(*Queue).drain(0xc000014070)
	/app/mail/queue.go:57 +0x1d
created by shop/mail.New in goroutine 1
	/app/mail/queue.go:9 +0x2a

goroutine 1 [chan receive]:
main.main()
	/app/main.go:30 +0x1d
exit status 2
`

describe.runIf(LIVE)('dumpstream.lua under LuaJIT', () => {
  const before = logText(50)
  const dump = dumpText()
  const text = before + dump + logText(50, 50)
  const ordinary = [...range(1, 50), ...range(count(before + dump) + 1, count(text))]
  const BEATS = ['beats:100', 'events:4']

  it('takes a dump out, and puts findings in with its time and the metadata of its stream', async () => {
    const run = await filter(text, BEATS)
    expect(run.stderr).toBe('')
    expect(run.numbers).toEqual(ordinary)
    expectOwnTimes(run)
    expect(run.events.slice(0, 4).map(({ what }) => what)).toEqual([
      'dump 55',
      'signature 41',
      'signature 12',
      'signature 2',
    ])
    for (const { pod, time, identity } of run.events)
      expect([pod, time, identity]).toEqual(['web-1', 0.051, run.events[0]?.identity])
  })

  it('passes 200 000 lines with 200 dumps, every ordinary one once and in order', async () => {
    const round = logText(800) + dump
    const many = round.repeat(Math.ceil(200_000 / count(round)))
    const run = await filter(many, ['beats:600', `events:${180 * 4}`])
    const expected = range(1, count(many)).filter((n) => (n - 1) % count(round) < 800)
    const wanted = new Set(expected)
    expect([run.stderr, run.numbers.filter((n) => !wanted.has(n))]).toEqual(['', []])
    expect(run.numbers.length).toBe(expected.length)
    expectOwnTimes(run)
    expect(run.dumps.length).toBeGreaterThan(170)
  })

  it('keeps the text of a crash that is the last thing a stream says, marked, and finds it', async () => {
    const run = await filter(logText(20) + PANIC, ['beats:100', 'events:4'])
    expect(run.numbers).toEqual(range(1, count(logText(20) + PANIC)))
    expectOwnTimes(run)
    const [found] = run.events.filter(({ what }) => what.startsWith('finding'))
    expect(found?.text).toMatch(/^panic: boom in shop\/mail\.\(\*Queue\)\.drain queue\.go:57/)
    expect(found?.severity).toBe('ERROR')
    const marks = new Set(run.lines.filter(({ mark }) => mark !== '-').map(({ mark }) => mark))
    expect([...marks]).toEqual([found?.identity])
    expect(run.lines.filter(({ mark }) => mark !== '-')).toHaveLength(9)
  })

  it('hands findings on beside a record of another stream when no heartbeat comes', async () => {
    const run = await filter(logText(20) + PANIC, ['others:150', 'events:4'])
    expect(run.dumps).toEqual(['dump 2'])
    const others = run.lines.filter(({ n }) => n < 0)
    expect(others.map(({ n }) => n)).toEqual(range(1, others.length).map((n) => -n))
  })

  it('goes on with a dump that a stop cut in two, and loses no line', async () => {
    const middle = count(before) + 150
    const first = await filter(text, [`to:${middle}`])
    expect(first.dumps).toEqual([])
    const second = await filter(text, [`from:${middle + 1}`, 'beats:150', 'events:4'])
    expect([...first.numbers, ...second.numbers]).toEqual(ordinary)
    expect(second.dumps).toEqual(['dump 55'])
  })

  it('goes on with a dump in the middle of which it was killed, and loses no line', async () => {
    const middle = count(before) + 150
    const first = await filter(text, [`die:${middle + 1}`])
    const second = await filter(text, [`from:${middle + 1}`, 'beats:150', 'events:4'])
    expect([...first.numbers, ...second.numbers]).toEqual(ordinary)
    expect(second.dumps).toEqual(['dump 55'])
  })

  it('hands on what was found after the last record when it starts the next time', async () => {
    await filter(logText(20) + dump, [])
    const handed = await filter(logText(20), ['beats:150', 'events:4'])
    expect(handed.dumps).toEqual(['dump 55'])
    expect(handed.events[0]?.time).toBe(0.021)
    const again = await filter(logText(20), ['beats:20'])
    expect(again.events).toEqual([])
    await until(() => readdirSync(directory).filter((name) => name.endsWith('.pid')).length === 0)
  })

  it('counts a dump once that a multiline filter sends through again', async () => {
    const run = await filter(text, ['again', 'beats:30'])
    expect(run.dumps).toEqual(['dump 55'])
    expect(run.lines.filter(({ n }) => ordinary.includes(n))).toHaveLength(ordinary.length * 2)
  })

  it('tells two dumps of one stream apart that begin with one header, where each record ends with a line feed', async () => {
    const twice = before + dump + logText(200, 50) + dump + logText(50, 250)
    const run = await filter(twice, ['feed', 'beats:60', 'events:8'])
    expect(run.dumps).toEqual(['dump 55', 'dump 55'])
    expect(new Set(run.events.map(({ identity }) => identity)).size).toBe(2)
    expect(run.lines.filter(({ mark }) => mark !== '-')).toEqual([])
  })

  it('holds no line behind an empty one, nor behind a preamble that is none', async () => {
    const noise = 'panic: recovered\n\nfatal error: not a Go one\ngoroutine pool exhausted\n'
    const log = `${dump}\n${logText(200)}${noise}`
    const run = await filter(log)
    expect(run.numbers).toEqual(range(count(dump) + 2, count(log)))
    expectOwnTimes(run)
  })

  it.each([
    ['all', true],
    ['none', false],
  ])('DUMPSTREAM_KEEP=%s', async (keep, isKept) => {
    const run = await filter(logText(20) + PANIC + dump + logText(5), ['beats:100', 'events:9'], {
      DUMPSTREAM_KEEP: keep,
    })
    expect(run.lines.some(({ text: line }) => line.includes('queue.go'))).toBe(isKept)
    expect(run.lines.some(({ text: line }) => line.includes('cron.go'))).toBe(isKept)
    expect(run.dumps).toEqual(['dump 57'])
  })

  it('takes its text from the field that DUMPSTREAM_KEY names, and says when no record has it', async () => {
    const nested = await filter(text, ['key:payload.text', ...BEATS], { DUMPSTREAM_KEY: 'payload.text' })
    expect(nested.dumps).toEqual(['dump 55'])
    const wrong = await filter(logText(150), [], { DUMPSTREAM_KEY: 'msg' })
    expect(wrong.stderr).toMatch(
      /none of 100 records has a text in msg \(they have .*log.*\): DUMPSTREAM_KEY names the field/,
    )
    expect((await filter(text, ['key:message', ...BEATS])).dumps).toEqual(['dump 55'])
  })

  it('serves a Fluent Bit that calls with three arguments', async () => {
    const run = await filter(text, ['old', ...BEATS])
    expect(run.numbers).toEqual(ordinary)
    expect(run.dumps).toEqual(['dump 55'])
  })

  it('loses nothing when its bridge is killed in the middle of a dump', async () => {
    const run = await filter(text, ['kill:150', 'beats:150', 'events:4'])
    expect(run.numbers.filter((n) => ordinary.includes(n))).toEqual(ordinary)
    expectOwnTimes(run)
    expect(run.dumps).toEqual(['dump 55'])
  })

  it('never waits for a bridge that hangs', async () => {
    const run = await filter(text, ['stop:150'])
    expect(run.seconds).toBeLessThan(5)
    expect(run.numbers.filter((n) => ordinary.includes(n))).toEqual(ordinary)
  })

  it('does not take its bridge for hung because no record came for a minute', async () => {
    const run = await filter(text, ['leap:150', ...BEATS])
    expect(run.stderr).toBe('')
    expect(run.dumps).toEqual(['dump 55'])
  })

  it.each([
    ['false', /`false` did not start; records go on as they are/],
    ['no-such-command', /no-such-command is not on the PATH; records go on as they are/],
    ['yes garbage', /did not start/],
  ])('lets every record go behind %s, and says what is wrong', async (bridge, says) => {
    const run = await filter(text, [], { DUMPSTREAM: bridge })
    expect(run.stderr).toMatch(says)
    expect(run.numbers).toEqual(range(1, count(text)))
    expectOwnTimes(run)
  })

  it('lets every record go when it has nowhere to write', async () => {
    const run = await filter(text, [], { DUMPSTREAM_DIR: '/proc/no-such-place' })
    expect(run.stderr).toMatch(/no directory to write to: set DUMPSTREAM_DIR/)
    expect(run.numbers).toEqual(range(1, count(text)))
  })

  it('leaves no files of journals that were read', async () => {
    await filter(text, BEATS)
    await filter(text, ['beats:20'])
    const ins = readdirSync(directory).filter((name) => name.endsWith('.in'))
    expect(ins.length).toBeLessThanOrEqual(2)
    for (const name of readdirSync(directory)) {
      expect(existsSync(join(directory, name))).toBe(true)
      if (name.endsWith('.state'))
        expect(readFileSync(join(directory, name), 'utf8')).toMatch(/^dumpstream 1 \d+ \d+\n/)
    }
  })
})
