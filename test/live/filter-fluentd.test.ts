/**
 * The configuration of examples/fluentd at a real Fluentd, which Debian does not have: `FLUENTD=path npm run test:live`. Run with
 * 1.14.6. Without it nothing here runs, and that is said; test/cli/exec-filter.test.ts plays its part in every run.
 */
import { appendFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CLI } from '../cli/spawn.ts'
import { until } from '../sinks/otel/receiver.ts'
import { temporaryFolder } from './go.ts'
import { adapted, linesOf, Pipeline } from './pipeline.ts'
import { CRASH, cutInTwo, pause, textOf, workload } from './workload.ts'

const { FLUENTD } = process.env
const example = readFileSync(new URL('../../examples/fluentd/fluent.conf', import.meta.url), 'utf8')

if (FLUENTD === undefined) console.warn('FLUENTD is not set: examples/fluentd was not run with a real Fluentd')

interface Place {
  readonly log: string
  daemon: Pipeline
  start(): void
  events(): Record<string, unknown>[]
}

async function place(changes: Readonly<Record<string, string>> = {}): Promise<Place> {
  const folder = temporaryFolder()
  const config = join(folder, 'fluent.conf')
  // A file that comes later is looked for once a minute.
  writeFileSync(join(folder, 'app.log'), '')
  const text = adapted(example, {
    'command dumpstream': `command ${process.execPath} ${CLI}`,
    '/var/log/fluentd': folder,
    '/var/log': folder,
    'exec-filter ': 'exec-filter --idle 200ms ',
  })
  writeFileSync(config, adapted(text, changes))
  const begin = (): Pipeline => {
    return new Pipeline(FLUENTD ?? '', ['-c', config], { HOME: folder })
  }
  const made: Place = {
    log: join(folder, 'app.log'),
    daemon: begin(),
    start: () => {
      made.daemon = begin()
    },
    events: () =>
      readdirSync(folder)
        .filter((name) => /^app\.\d+\.log$/.test(name))
        .sort()
        .flatMap((name) => linesOf(join(folder, name)))
        .map((line) => JSON.parse(line)),
  }
  return made
}

/** The log that came out. */
function messages(here: Place): unknown[] {
  return here
    .events()
    .filter((event) => event.dumpstream === undefined)
    .map(({ message }) => message)
}

/** In the workload. */
function numberOf(line: unknown): number {
  return Number(/ id=(\d+) /.exec(String(line))?.[1])
}

describe.skipIf(FLUENTD === undefined)('Fluentd', () => {
  it('gives every other record back with tag and time, in order, and records for each dump', async () => {
    const input = workload(20_000, 40)
    const here = await place()
    writeFileSync(here.log, textOf(input.lines))
    await until(() => here.events().length >= input.log.length + 120)
    expect(messages(here)).toEqual(input.log)
    const dumps = here.events().filter(({ dumpstream }) => dumpstream !== undefined)
    expect(dumps).toHaveLength(120)
    for (const event of here.events()) {
      expect(event).toMatchObject({ tag: 'app.web', time: expect.stringMatching(/^\d{4}-.*\.\d{9}\+0000$/) })
    }
    expect(await here.daemon.stop()).toBeLessThan(15_000)
  })

  it('keeps a crash that is the last thing a stream says, and says it without a next line', async () => {
    const here = await place()
    const log = workload(20, 0).lines
    writeFileSync(here.log, textOf([...log, ...CRASH]))
    const found = (): Record<string, unknown>[] => here.events().filter(({ dumpstream }) => dumpstream !== undefined)
    await until(() =>
      found().some(({ severity, message }) => severity === 'ERROR' && /^panic: boom/.test(`${message}`)),
    )
    expect(messages(here)).toEqual([...log, ...CRASH])
  })

  it.each([
    ['a restart', (here: Place) => here.daemon.stop().then(() => here.start())],
    ['a reload', (here: Place) => Promise.resolve(here.daemon.signal('SIGUSR2'))],
  ])('loses no line of the log by %s in the middle of a dump', async (_, happen) => {
    const { before, after, log } = cutInTwo()
    const here = await place({ '--idle 200ms': '--idle 1m' })
    const lines = (): unknown[] => messages(here).filter((line) => String(line).startsWith('app '))
    const isThere = (count: number): boolean => lines().length >= count
    writeFileSync(here.log, textOf(before))
    await until(() => isThere(before.filter((line) => line.startsWith('app ')).length - 1))
    await happen(here)
    appendFileSync(here.log, textOf([...after, ...CRASH]))
    await until(() => isThere(log.length))
    expect(lines()).toEqual(log)
  })

  it('gives every event of a backlog its own time', async () => {
    const parse = '@type regexp\n    expression /^(?<time>\\S+) (?<message>.*)$/\n    time_format %Y-%m-%dT%H:%M:%S.%NZ'
    const here = await place({ '@type none': parse })
    const input = workload(5_000, 5)
    const time = (i: number): string => new Date(Date.parse('2026-11-25T05:00:00Z') + i).toISOString()
    appendFileSync(here.log, textOf(input.lines.map((line, i) => `${time(i)} ${line}`)))
    await until(() => messages(here).length >= input.log.length)
    const times = new Map(input.lines.map((line, i) => [line, time(i).slice(0, -1)]))
    for (const event of here.events()) {
      if (event.dumpstream === undefined) expect(event.time).toContain(times.get(String(event.message)))
    }
  })

  it('gets the last dump when it is stopped', async () => {
    const input = workload(1_000, 1)
    const here = await place({ '--idle 200ms': '--idle 1m' })
    writeFileSync(here.log, textOf(input.lines))
    // Lines behind a dump may be the rest of one of its lines: some wait for its end.
    await until(() => messages(here).length >= input.log.length / 2)
    await pause(2_000)
    expect(here.events().length).toBeLessThan(input.log.length)
    await here.daemon.stop()
    expect(messages(here)).toEqual(input.log)
    expect(here.events()).toHaveLength(input.log.length + 3)
  })

  it('goes on after its dumpstream was killed', async () => {
    const [one, two, three] = [workload(500, 1, 'one'), workload(500, 1, 'two'), workload(500, 1, 'three')]
    const here = await place()
    writeFileSync(here.log, textOf(one.lines))
    await until(() => here.events().length >= one.log.length + 3)
    const pid = await here.daemon.filter()
    process.kill(pid, 'SIGKILL')
    appendFileSync(here.log, textOf(two.lines))
    await pause(6_000)
    appendFileSync(here.log, textOf(three.lines))
    await until(() => messages(here).at(-1) === three.log.at(-1))
    const lost = two.log.filter((line) => !messages(here).includes(line))
    console.log(`Fluentd, dumpstream killed as a chunk of ${two.log.length} lines came: ${lost.length} of them lost`)
    expect(messages(here)).toEqual([...one.log, ...two.log, ...three.log].filter((line) => !lost.includes(line)))
  })

  it('loses a chunk at most, or gives it twice, when its dumpstream is killed in a busy stream', async () => {
    const input = workload(100_000, 100)
    const here = await place()
    await until(() => here.daemon.output.includes('worker is now running'))
    writeFileSync(here.log, textOf(input.lines))
    await until(() => messages(here).length >= 20_000)
    process.kill(await here.daemon.filter(), 'SIGKILL')
    // A death between two chunks is noticed at the next one.
    while (!String(messages(here).at(-1)).startsWith('app more')) {
      appendFileSync(here.log, 'app more\n')
      await pause(1_000)
    }
    await pause(3_000)
    const came = messages(here).filter((line) => !String(line).startsWith('app more'))
    const once = new Set(came)
    const lost = input.log.flatMap((line, i) => (once.has(line) ? [] : [i]))
    console.log(
      `Fluentd, dumpstream killed amid ${input.log.length} lines: ${lost.length} of them lost, ${came.length - once.size} came twice`,
    )
    // Each first in its order. What is lost, or comes again, is one run of lines.
    expect([...once]).toEqual(input.log.filter((line) => once.has(line)))
    expect(lost.length).toBe(lost.length === 0 ? 0 : (lost.at(-1) ?? 0) - (lost[0] ?? 0) + 1)
    expect(
      came.filter((line, i) => came[i - 1] !== undefined && numberOf(line) < numberOf(came[i - 1])).length,
    ).toBeLessThan(2)
  })

  it('loses nothing when it is restarted, and when the file is rotated', async () => {
    const input = workload(3_000, 3)
    const third = Math.floor(input.lines.length / 3)
    const here = await place()
    writeFileSync(here.log, textOf(input.lines.slice(0, third)))
    await until(() => messages(here).length >= 900)
    await here.daemon.stop()
    appendFileSync(here.log, textOf(input.lines.slice(third, third * 2)))
    here.start()
    await until(() => messages(here).length >= 1_900)
    renameSync(here.log, `${here.log}.1`)
    writeFileSync(here.log, textOf(input.lines.slice(third * 2)))
    await until(() => messages(here).length >= input.log.length)
    expect(messages(here)).toEqual(input.log)
  })

  it('lives on after a byte that is no UTF-8', async () => {
    const here = await place()
    writeFileSync(here.log, Buffer.from('a\xffb\nc\n', 'latin1'))
    await until(() => messages(here).length >= 2)
    expect(messages(here)).toEqual(['a\uFFFDb', 'c'])
  })

  it('takes how long, beside the same without dumpstream', async () => {
    const input = workload(100_000, 100)
    const seconds: number[] = []
    for (const command of [`${process.execPath} ${CLI} exec-filter --idle 200ms`, 'cat #']) {
      const here = await place({ [`${process.execPath} ${CLI} exec-filter --idle 200ms`]: command })
      await until(() => here.daemon.output.includes('worker is now running'))
      const begin = performance.now()
      writeFileSync(here.log, textOf(input.lines))
      // cat does not fill the last block.
      await until(() => messages(here).length >= input.log.length * 0.99)
      seconds.push((performance.now() - begin) / 1000)
      await here.daemon.stop()
    }
    const [one = 0, other = 0] = seconds
    console.log(
      `Fluentd, ${input.lines.length} lines: ${one.toFixed(1)} s through dumpstream, ${other.toFixed(1)} s through cat`,
    )
  })
})
