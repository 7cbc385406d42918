/** The configuration of examples/rsyslog at a real rsyslogd: what comes out, and what is lost when something dies. */
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DumpRecord, DumpstreamRecord } from '../../src/core/records.ts'
import { isNewFrame } from '../cli/dumps.ts'
import { CLI } from '../cli/spawn.ts'
import { freePort, until } from '../sinks/otel/receiver.ts'
import { temporaryFolder } from './go.ts'
import { adapted, linesOf, Pipeline } from './pipeline.ts'
import { CRASH, cutInTwo, pause, textOf, workload } from './workload.ts'

const example = readFileSync(new URL('../../examples/rsyslog/rsyslog.conf', import.meta.url), 'utf8')
const RSYSLOGD = '/usr/sbin/rsyslogd'
const COMMAND = '/usr/bin/node /usr/local/bin/dumpstream mmexternal'

interface Place {
  readonly folder: string
  readonly log: string
  readonly port: number
  daemon: Pipeline
  start(): void
  filtered(): string[]
  records(): DumpstreamRecord[]
}

async function place(more: Readonly<Record<string, string>> = {}, command = `${COMMAND} --idle 200ms`): Promise<Place> {
  const folder = temporaryFolder()
  const port = await freePort()
  const config = join(folder, 'rsyslog.conf')
  const text = adapted(example, {
    '/var/spool/rsyslog': folder,
    '/var/log': folder,
    '5514': String(port),
    [COMMAND]: command.replace(COMMAND, `${process.execPath} ${CLI} mmexternal`),
  })
  writeFileSync(config, adapted(text, more))
  const begin = (): Pipeline => {
    return new Pipeline(RSYSLOGD, ['-n', '-f', config, '-i', join(folder, 'pid')])
  }
  const made: Place = {
    folder,
    log: join(folder, 'app.log'),
    port,
    daemon: begin(),
    start: () => {
      made.daemon = begin()
    },
    filtered: () => linesOf(join(folder, 'app.filtered.log')),
    records: () => linesOf(join(folder, 'dumps.jsonl')).map((line) => JSON.parse(line)),
  }
  return made
}

/**
 * What one dumpstream lets through, which has to answer each line at once: the log; of each dump, its first header; and each function and
 * creator that it sees for the first time in a stream, since only the file line behind it proves that it is no log line.
 */
function expected(lines: readonly string[]): string[] {
  const known = new Set<string>()
  return lines.filter(
    (line) => line.startsWith('app ') || /^goroutine \d+ \[running\]:$/.test(line) || isNewFrame(line, known),
  )
}

function send(port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => socket.end(text, () => resolve()))
    socket.once('error', reject)
  })
}

function dumpsOf(here: Place): DumpRecord[] {
  return here.records().filter((record) => record.type === 'dump')
}

/** Resolves when somebody listens. */
async function connected(port: number): Promise<void> {
  for (;;) {
    try {
      await send(port, '')
      return
    } catch {
      await pause(50)
    }
  }
}

describe('rsyslog', () => {
  it('takes the dumps out of a file and leaves every line of the log in its order', async () => {
    const input = workload(20_000, 40)
    const here = await place()
    writeFileSync(here.log, textOf(input.lines))
    const wanted = expected(input.lines)
    await until(() => here.filtered().length >= wanted.length)
    // What the last dump says rides on the next message of rsyslog itself.
    await until(() => dumpsOf(here).length >= 40)
    expect(here.filtered()).toEqual(wanted)
    expect(dumpsOf(here)).toMatchObject(
      Array.from({ length: 40 }, (_, i) => ({ dump: i + 1, source: here.log, goroutines: 3, damaged: 0 })),
    )
    expect(here.records().filter(({ type }) => type === 'signature')).toHaveLength(80)
    expect(await here.daemon.stop()).toBeLessThan(3_000)
  })

  it.each([
    ['RFC 3164', (program: string, line: string) => `<14>Nov 24 05:00:00 host ${program}[43]: ${line}\n`],
    ['RFC 5424', (program: string, line: string) => `<14>1 2026-11-24T05:00:00.123Z host ${program} 43 - - ${line}\n`],
  ])('keeps two programs on one connection apart: %s', async (_, header) => {
    const here = await place()
    const inputs = ['one', 'two'].map((name) => ({ name, ...workload(2_000, 5, `app ${name}`) }))
    const lines = inputs[0]?.lines.flatMap((_line, i) =>
      inputs.flatMap(({ name, lines }) => header(name, lines[i] ?? '')),
    )
    await connected(here.port)
    await send(here.port, (lines ?? []).join(''))
    await until(() => here.filtered().length >= 2 * expected(inputs[0]?.lines ?? []).length)
    await pause(600)
    await send(here.port, ['one', 'two'].map((name) => header(name, `app ${name} one more`)).join(''))
    const more = (): number => here.filtered().filter((line) => line.endsWith('one more')).length
    await until(() => dumpsOf(here).length >= 10 && more() === 2)
    for (const { name, lines } of inputs) {
      expect(
        here
          .filtered()
          .map((line) => line.trimStart())
          .filter((line) => line.startsWith(`app ${name}`)),
      ).toEqual([...lines.filter((line) => line.startsWith('app ')), `app ${name} one more`])
    }
    const rest = inputs.flatMap(({ lines }) => expected(lines).filter((line) => !line.startsWith('app ')))
    const left = here.filtered().map((line) => line.trimStart())
    expect(left.filter((line) => !line.startsWith('app ')).sort()).toEqual(rest.sort())
    expect(
      dumpsOf(here)
        .map(({ source, dump, goroutines }) => `${source} ${dump} ${goroutines}`)
        .sort(),
    ).toEqual(['one', 'two'].flatMap((name) => [1, 2, 3, 4, 5].map((dump) => `host/${name}/43 ${dump} 3`)))
  })

  it('keeps a crash that is the last thing a stream says, and says it without a next line', async () => {
    const here = await place()
    const log = workload(20, 0).lines
    writeFileSync(here.log, textOf([...log, ...CRASH]))
    await until(() => here.records().some(({ type }) => type === 'finding'))
    expect(here.filtered()).toEqual([...log, ...CRASH])
    expect(dumpsOf(here)).toMatchObject([{ kind: 'panic', reason: 'boom', goroutines: 2 }])
  })

  it.each([
    ['a restart', (here: Place) => here.daemon.stop().then(() => here.start())],
    ['a HUP', (here: Place) => Promise.resolve(here.daemon.signal('SIGHUP'))],
  ])('loses no line of the log by %s in the middle of a dump', async (_, happen) => {
    const { before, after, log } = cutInTwo()
    const here = await place()
    const lines = (): string[] => here.filtered().filter((line) => line.startsWith('app '))
    writeFileSync(here.log, textOf(before))
    await until(() => lines().length >= before.filter((line) => line.startsWith('app ')).length)
    await happen(here)
    appendFileSync(here.log, textOf(after))
    await until(() => lines().length >= log.length && dumpsOf(here).length > 0)
    expect(lines()).toEqual(log)
  })

  it('finds a dump in messages that imfile has joined', async () => {
    const here = await place({ 'addMetadata="on"': 'addMetadata="on" startmsg.regex="^(app|panic)" escapeLF="off"' })
    writeFileSync(here.log, textOf(['app one', ...CRASH, 'app two', 'app three']))
    await until(() => dumpsOf(here).length > 0)
    expect(dumpsOf(here)).toMatchObject([{ kind: 'panic', goroutines: 2, damaged: 0 }])
    expect(here.filtered()).toEqual(['app one', ...CRASH, 'app two'])
  })

  it('loses no line when its dumpstream is killed: the dump at hand stays in the log', async () => {
    const input = workload(1_000, 2)
    const here = await place()
    const half = input.lines.findIndex((line) => line.startsWith('main.dump(')) + 1
    writeFileSync(here.log, textOf(input.lines.slice(0, half)))
    await until(() => here.filtered().length >= expected(input.lines.slice(0, half)).length)
    const pid = await here.daemon.filter()
    process.kill(pid, 'SIGKILL')
    await pause(300)
    appendFileSync(here.log, textOf(input.lines.slice(half)))
    await until(() => here.filtered().at(-1) === input.lines.at(-1))
    expect(await here.daemon.filter()).not.toBe(pid)
    expect(here.filtered().filter((line) => line.startsWith('app '))).toEqual(input.log)
    await until(() => dumpsOf(here).length >= 2)
    // The one that it had begun to read is gone with it: two of the first dump, three of the second are left.
    expect(dumpsOf(here).reduce((sum, { goroutines }) => sum + goroutines, 0)).toBe(5)
  })

  it('loses no line when its dumpstream is killed in a busy stream', async () => {
    const input = workload(100_000, 100)
    const here = await place()
    writeFileSync(here.log, textOf(input.lines))
    await until(() => here.filtered().length >= 20_000)
    process.kill(await here.daemon.filter(), 'SIGKILL')
    await until(() => here.filtered().at(-1) === input.lines.at(-1))
    const log = here.filtered().filter((line) => line.startsWith('app '))
    console.log(
      `rsyslog, dumpstream killed amid ${input.log.length} lines: ${input.log.length - log.length} of them lost`,
    )
    expect(log).toEqual(input.log)
  })

  it('loses no line of the log when rsyslogd is restarted, and when the file is rotated', async () => {
    const input = workload(6_000, 6)
    const third = Math.floor(input.lines.length / 3)
    const here = await place()
    writeFileSync(here.log, textOf(input.lines.slice(0, third)))
    await until(() => here.filtered().length >= expected(input.lines.slice(0, third)).length)
    await here.daemon.stop()
    appendFileSync(here.log, textOf(input.lines.slice(third, third * 2)))
    here.start()
    await until(() => here.filtered().length >= expected(input.lines.slice(0, third * 2)).length)
    renameSync(here.log, `${here.log}.1`)
    writeFileSync(here.log, textOf(input.lines.slice(third * 2)))
    await until(() => here.filtered().length >= expected(input.lines).length)
    const [before, after] = [input.lines.slice(0, third), input.lines.slice(third)]
    expect(here.filtered()).toEqual([...expected(before), ...expected(after)])
  })

  it('gets what a dump says at once with --out, without a next line', async () => {
    const folder = temporaryFolder()
    const out = join(folder, 'dumps.jsonl')
    const here = await place({}, `${COMMAND} --idle 200ms --out ${out}`)
    writeFileSync(here.log, textOf(workload(10, 1).lines))
    await until(() => linesOf(out).length >= 3)
    expect(JSON.parse(linesOf(out)[0] ?? '')).toMatchObject({ type: 'dump', source: here.log, goroutines: 3 })
  })

  it('stays one dumpstream when the queue has been empty for long', async () => {
    const here = await place({ 'queue.timeoutWorkerThreadShutdown="-1"': 'queue.timeoutWorkerThreadShutdown="-1"' })
    writeFileSync(here.log, 'app one\n')
    const pid = await here.daemon.filter()
    await pause(2_000)
    appendFileSync(here.log, 'app two\n')
    await until(() => here.filtered().length === 2)
    expect(await here.daemon.filter()).toBe(pid)
  })

  it('takes how long, beside the same without dumpstream', async () => {
    const input = workload(100_000, 100)
    const wanted = expected(input.lines).length
    const seconds: number[] = []
    for (const isFiltered of [true, false]) {
      const here = await place(isFiltered ? {} : { 'action(type="mmexternal"': '#' })
      const begin = performance.now()
      writeFileSync(here.log, textOf(input.lines))
      const count = isFiltered ? wanted : input.lines.length
      await until(() => here.filtered().length >= count)
      seconds.push((performance.now() - begin) / 1000)
      await here.daemon.stop()
    }
    const [one = 0, other = 0] = seconds
    console.log(
      `rsyslog, ${input.lines.length} lines: ${one.toFixed(1)} s through dumpstream mmexternal, ${other.toFixed(1)} s without`,
    )
  })
})
