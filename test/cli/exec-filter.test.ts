/** `dumpstream exec-filter` under a parent that behaves as Fluentd does. */

import { describe, expect, it } from 'vitest'
import { until } from '../sinks/otel/receiver.ts'
import { dumpText, logText } from './dumps.ts'
import { type Event, Fluentd } from './fluentd.ts'
import { cli } from './spawn.ts'

const META = { kubernetes: { pod_name: 'web-1', labels: { app: 'web' } }, level: 3.5, 'é"': null }

/** Lines of a log as Fluentd hands them over: `tag_key tag`, `time_key time`. */
function chunkOf(text: string, tag = 'app.web', key = 'message'): string[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, i) => JSON.stringify({ [key]: line, ...META, tag, time: `1795496400.${100_000_000 + i}` }))
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

function isRecord(line: string): boolean {
  return line.includes('"dumpstream":{')
}

function eventsOf(lines: readonly string[]): Event[] {
  return lines.filter(isRecord).map((line) => JSON.parse(line))
}

const BEFORE = chunkOf(logText(20))
const DUMP = chunkOf(dumpText())
const AFTER = chunkOf(logText(20, 20))
const CRASH = chunkOf('panic: boom\n\ngoroutine 7 [running]:\nmain.f()\n\t/app/main.go:3 +0x1d\n')

describe('exec-filter', () => {
  it('passes every other record on as it is, and puts records in the place of a dump', async () => {
    const fluentd = new Fluentd()
    await fluentd.write(joined([...BEFORE, ...DUMP.slice(0, 100)]))
    await fluentd.write(joined([...DUMP.slice(100), ...AFTER]))
    const { lines, code, stderr } = await fluentd.shutdown()
    expect([code, stderr]).toEqual([0, ''])
    expect(lines.filter((line) => !isRecord(line))).toEqual([...BEFORE, ...AFTER])
    const [dump, ...signatures] = eventsOf(lines)
    const { message: _, ...first } = JSON.parse(DUMP[0] ?? '')
    expect(dump).toMatchObject({
      ...first,
      message: 'goroutine dump 1: 55 goroutines in 3 signatures',
      dumpstream: { type: 'dump', goroutines: 55, damaged: 0, time: '2026-11-24T05:00:00.100Z' },
    })
    expect(signatures).toHaveLength(3)
    for (const signature of signatures) {
      expect(signature).toMatchObject({ ...first, dumpstream: { type: 'signature', dump: 1 } })
    }
  })

  it('tells streams apart by tag, and gives each its own metadata back', async () => {
    const fluentd = new Fluentd()
    const [one, two] = ['app.one', 'app.two'].map((tag) => chunkOf(logText(5) + dumpText() + logText(5, 5), tag))
    await fluentd.write(joined((one ?? []).flatMap((line, i) => [line, two?.[i] ?? ''])))
    const { lines } = await fluentd.shutdown()
    expect(lines.filter((line) => !isRecord(line))).toHaveLength(20)
    const dumps = eventsOf(lines).filter(({ dumpstream }) => (dumpstream as Event).type === 'dump')
    expect(
      dumps.map(({ tag, dumpstream }) => [tag, (dumpstream as Event).goroutines, (dumpstream as Event).dump]),
    ).toEqual([
      ['app.one', 55, 1],
      ['app.two', 55, 1],
    ])
  })

  it.each([
    ['log', []],
    ['MESSAGE', []],
    ['body_of_it', ['--text-key', 'body_of_it']],
  ])('finds the text in %s', async (key, args) => {
    const fluentd = new Fluentd(args)
    await fluentd.write(joined(chunkOf(`before\n${dumpText()}after\n`, 'app.web', key)))
    const { lines } = await fluentd.shutdown()
    expect(lines.filter((line) => !isRecord(line)).map((line) => JSON.parse(line)[key])).toEqual(['before', 'after'])
    expect(eventsOf(lines)[0]?.[key]).toBe('goroutine dump 1: 55 goroutines in 3 signatures')
  })

  it('takes other names of tag and time', async () => {
    const renamed = (lines: readonly string[]): string[] =>
      lines.map((line) => line.replace('"tag":', '"fluentd_tag":').replace('"time":', '"fluentd_time":'))
    const fluentd = new Fluentd(['--tag-key', 'fluentd_tag', '--time-key', 'fluentd_time'])
    await fluentd.write(joined(renamed(DUMP)))
    const { lines } = await fluentd.shutdown()
    expect(eventsOf(lines)[0]).toMatchObject({
      fluentd_tag: 'app.web',
      fluentd_time: '1795496400.100000000',
      dumpstream: { time: '2026-11-24T05:00:00.100Z' },
    })
  })

  it('fills blocks, which Fluentd waits for', async () => {
    const fluentd = new Fluentd(['--pad', '8192', '--idle', '200ms'])
    await fluentd.write(joined([...BEFORE, ...DUMP]))
    await until(() => fluentd.lines().filter((line) => line !== '').length === BEFORE.length + 4)
    const { lines } = await fluentd.shutdown()
    expect(Buffer.byteLength(joined(lines)) % 8192).toBe(0)
    expect(lines.filter((line) => line !== '' && !isRecord(line))).toEqual(BEFORE)
  })

  it('says what a dump says after a while of silence, by itself', async () => {
    const fluentd = new Fluentd(['--idle', '200ms'])
    await fluentd.write(joined(DUMP))
    await until(() => fluentd.lines().length === 4)
    expect((await fluentd.shutdown()).lines).toHaveLength(4)
  })

  it.each([
    [[], true, false],
    [['--keep', 'all'], true, true],
    [['--keep', 'none'], false, false],
  ])('%s: leaves the text of crashes, of all dumps, or of none in the log', async (args, isCrashKept, isOtherKept) => {
    const fluentd = new Fluentd(args)
    await fluentd.write(joined([...BEFORE, ...DUMP, ...AFTER, ...CRASH]))
    const { lines } = await fluentd.shutdown()
    expect(lines.filter((line) => !isRecord(line))).toEqual([
      ...[...BEFORE, ...(isOtherKept ? DUMP : []), ...AFTER],
      ...(isCrashKept ? CRASH : []),
    ])
    const dumps = eventsOf(lines).filter(({ dumpstream }) => (dumpstream as Event).type === 'dump')
    expect(dumps.map(({ dumpstream }) => (dumpstream as Event).goroutines)).toEqual([55, 1])
  })

  it('holds no line of a crash: a kill loses none', async () => {
    const fluentd = new Fluentd(['--idle', '1m'])
    await fluentd.write(joined([...BEFORE, ...CRASH]))
    await until(() => fluentd.lines().length === BEFORE.length + CRASH.length)
    fluentd.kill('SIGKILL')
    expect((await fluentd.shutdown()).lines).toEqual([...BEFORE, ...CRASH])
  })

  it('finds a dump in an event that a multiline parser has joined', async () => {
    const fluentd = new Fluentd()
    const text = 'panic: boom\n\ngoroutine 7 [running]:\nmain.f()\n\t/app/main.go:3 +0x1d'
    const event = JSON.stringify({ message: text, ...META, tag: 'app.web', time: 1 })
    await fluentd.write(joined([...BEFORE, event, ...AFTER]))
    const { lines } = await fluentd.shutdown()
    expect(lines.filter((line) => !isRecord(line))).toEqual([...BEFORE, event, ...AFTER])
    expect(eventsOf(lines)[0]?.dumpstream).toMatchObject({ kind: 'panic', reason: 'boom', goroutines: 1 })
  })

  it('reads what is still in the pipe when TERM comes, and ends with what was open', async () => {
    const many = chunkOf(logText(60_000))
    const fluentd = new Fluentd()
    await fluentd.ready()
    const ended = fluentd.write(joined([...many, ...DUMP])).then(() => fluentd.shutdown())
    const { lines, code } = await ended
    expect(code).toBe(0)
    expect(lines.filter((line) => !isRecord(line))).toEqual(many)
    expect(eventsOf(lines)).toHaveLength(4)
  })

  it('flushes and ends at TERM alone', async () => {
    const fluentd = new Fluentd()
    await fluentd.write(joined([...BEFORE, ...DUMP]))
    await until(() => fluentd.lines().length >= BEFORE.length)
    fluentd.kill('SIGTERM')
    await until(() => fluentd.lines().length === BEFORE.length + 4)
    expect((await fluentd.shutdown()).code).toBe(0)
  })

  it('lets lines through that are no records, and repairs what is no UTF-8', async () => {
    const odd = ['{"message":"cut', '[1,2]', '', 'goroutine 1 [running]:', '"text"', '{"message":7}', '{}', 'null']
    const { bytes } = await cli(['exec-filter'], {
      input: Buffer.concat([
        Buffer.from(joined(odd)),
        Buffer.from('{"message":"a\xffb"}\n', 'latin1'),
        Buffer.from('{"message":"no end"}'),
      ]),
    })
    // Fluentd's parser would give up the child, and all that it says from then on.
    expect(bytes.toString()).toBe(`${joined(odd)}{"message":"a\uFFFDb"}\n{"message":"no end"}\n`)
  })

  describe('--to fluent-bit', () => {
    const run = async (input: string): Promise<unknown[]> => {
      const { code, stdout, stderr } = await cli(['exec-filter', '--to', 'fluent-bit'], { input })
      expect([code, stderr]).toEqual([0, ''])
      for (const line of stdout.split('\n')) expect(Buffer.byteLength(line)).toBeLessThan(16_000)
      return stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line))
    }
    const now = [[expect.any(Number), {}]]

    it('makes an event of every line, with a time, and of the last one too', async () => {
      const events = ['[[1795496400.5,{"a":1}],{"log":"x"}]', '[1795496400.5,{"log":"y"}]']
      expect(
        await run(`${[...events, 'plain', '{"message":"z","time":"2026-11-25T05:00:00.25Z"}', '[1]'].join('\n')}\nend`),
      ).toEqual([
        ...events.map((event) => JSON.parse(event)),
        [...now, { log: 'plain' }],
        [[1795582800.25, {}], { message: 'z', time: '2026-11-25T05:00:00.25Z' }],
        [...now, { log: '[1]' }],
        [...now, { log: 'end' }],
      ])
    })

    it('gives records the time and the metadata of the event in which their dump began', async () => {
      const event = (log: string): string => JSON.stringify([[1795496400.5, { a: 1 }], { log, pod: 'web-1' }])
      const log = logText(20).split('\n').slice(0, -1)
      const dump = dumpText().split('\n').slice(0, -1)
      const out = await run(joined([...log, ...dump].map(event)))
      expect(out.slice(0, 20)).toEqual(log.map((line) => JSON.parse(event(line))))
      expect(out.slice(20)).toHaveLength(4)
      for (const found of out.slice(20)) {
        expect(found).toMatchObject([[1795496400.5, { a: 1 }], { pod: 'web-1', dumpstream: { source: 'stdin' } }])
      }
    })

    it('divides the text of a line that is too long for Fluent Bit, and loses none of it', async () => {
      const text = `é"${'😀\u0001x'.repeat(10_000)}`
      const texts = (events: unknown[]): string =>
        events.map((each) => (Array.isArray(each) ? each[1].log : undefined)).join('')
      expect(texts(await run(`${text}\n`))).toBe(text)
      const wide = JSON.stringify({ log: 'short', other: text })
      expect(texts(await run(`${wide}\n`))).toContain('😀')
      const parts = await run(`${JSON.stringify([1795496400, { log: text, pod: 'web-1' }])}\n`)
      expect(texts(parts)).toBe(text)
      for (const part of parts) expect(part).toMatchObject([1795496400, { pod: 'web-1' }])
    })

    it('leaves fields out of a record that would be too long', async () => {
      const event = (log: string): string => JSON.stringify([1795496400, { log, pod: 'p'.repeat(12_000) }])
      const out = await run(joined(dumpText().split('\n').slice(0, -1).map(event)))
      expect(out).toHaveLength(4)
      for (const found of out)
        expect(found).toEqual([
          1795496400,
          {
            log: expect.any(String),
            severity: expect.any(String),
            attributes: expect.anything(),
            dumpstream: expect.anything(),
          },
        ])
    })
  })
})
