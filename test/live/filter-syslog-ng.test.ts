/** The configuration of examples/syslog-ng at a real syslog-ng: what comes out, and what is lost when something dies. */
import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { CLI } from '../cli/spawn.ts'
import { freePort, until } from '../sinks/otel/receiver.ts'
import { answers } from './collector.ts'
import { send } from './daemon.ts'
import { temporaryFolder } from './go.ts'
import { adapted, linesOf, Pipeline } from './pipeline.ts'
import { type SyslogNg, unpackSyslogNg } from './syslog-ng.ts'
import { CRASH, cutInTwo, pause, textOf, workload } from './workload.ts'

const example = readFileSync(new URL('../../examples/syslog-ng/syslog-ng.conf', import.meta.url), 'utf8')
/** Two pipes of 64 KiB, and what dumpstream has read or not written: messages of some 250 bytes. */
const LOST_LINES = 2_000
let syslogNg: SyslogNg
beforeAll(() => {
  syslogNg = unpackSyslogNg()
})

interface Place {
  readonly log: string
  readonly port: number
  daemon: Pipeline
  start(): void
  filtered(): string[]
  /** Their messages. */
  messages(): string[]
  dumps(): Record<string, Record<string, unknown>>[]
}

async function place(changes: Readonly<Record<string, string>> = {}): Promise<Place> {
  const folder = temporaryFolder()
  const port = await freePort()
  const config = join(folder, 'syslog-ng.conf')
  const text = adapted(example, {
    'exec dumpstream exec-filter': `exec ${process.execPath} ${CLI} exec-filter --idle 200ms`,
    '/run/dumpstream.pipe': join(folder, 'dumpstream.pipe'),
    '/var/log': folder,
    '5515': String(port),
  })
  writeFileSync(config, adapted(text, changes))
  const begin = (): Pipeline => {
    const [command, ...args] = syslogNg.argv(folder, config)
    return new Pipeline(command, args, syslogNg.env)
  }
  const made: Place = {
    log: join(folder, 'app.log'),
    port,
    daemon: begin(),
    start: () => {
      made.daemon = begin()
    },
    filtered: () => linesOf(join(folder, 'app.filtered.log')),
    messages: () => made.filtered().map((line) => line.split(' ').slice(5).join(' ')),
    dumps: () => linesOf(join(folder, 'dumps.jsonl')).map((line) => JSON.parse(line)),
  }
  return made
}

describe('syslog-ng', () => {
  it('takes the dumps out of a file and leaves every line of the log in its order', async () => {
    const input = workload(20_000, 40)
    const here = await place()
    writeFileSync(here.log, textOf(input.lines))
    await until(() => here.filtered().length >= input.log.length && here.dumps().length >= 120)
    expect(here.messages()).toEqual(input.log)
    for (const line of here.filtered()) {
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00 \S+ app\[\] user\.notice \S+app\.log app /)
    }
    const dumps = here.dumps().filter(({ dumpstream }) => dumpstream?.type === 'dump')
    expect(dumps).toHaveLength(40)
    for (const { dumpstream } of dumps) expect(dumpstream).toMatchObject({ goroutines: 3, damaged: 0 })
    expect(await here.daemon.stop()).toBeLessThan(5_000)
  })

  it('gives each message its time, host, program, process and priority back', async () => {
    const here = await place()
    await until(() => here.daemon.output.includes('starting up'))
    while (!(await answers(here.port))) await pause(50)
    const message = (line: string): string => {
      const text = `<11>1 2026-11-24T05:00:00.123456+02:00 web-1 api 43 ID7 [a@1 k="v"] ${line}`
      return `${Buffer.byteLength(text)} ${text}`
    }
    const { lines, log } = workload(100, 1)
    await send(here.port, lines.map(message).join(''))
    await until(() => here.filtered().length >= log.length && here.dumps().length >= 3)
    expect(here.filtered()).toEqual(
      log.map((line) => `2026-11-24T05:00:00.123456+02:00 web-1 api[43] user.err  ${line}`),
    )
    expect(here.dumps()[0]).toMatchObject({
      ...{
        HOST: 'web-1',
        PROGRAM: 'api',
        PID: '43',
        MSGID: 'ID7',
        level: 'err',
        severity: 'INFO',
        '.SDATA': { 'a@1': { k: 'v' } },
      },
      dumpstream: { type: 'dump', source: 'web-1/api/43', goroutines: 3, time: '2026-11-24T03:00:00.123Z' },
    })
  })

  it('keeps a crash that is the last thing a stream says, and says it without a next line', async () => {
    const here = await place()
    const log = workload(20, 0).lines
    writeFileSync(here.log, textOf([...log, ...CRASH]))
    await until(() => here.dumps().some(({ dumpstream }) => dumpstream?.type === 'finding'))
    expect(here.messages()).toEqual([...log, ...CRASH])
    expect(here.dumps()[0]).toMatchObject({ severity: 'ERROR', dumpstream: { kind: 'panic', goroutines: 2 } })
  })

  it.each([
    ['a restart', (here: Place) => here.daemon.stop().then(() => here.start())],
    ['a reload', (here: Place) => Promise.resolve(here.daemon.signal('SIGHUP'))],
  ])('loses no line of the log by %s in the middle of a dump', async (_, happen) => {
    const { before, after, log } = cutInTwo()
    const here = await place()
    const lines = (): string[] => here.messages().filter((line) => line.startsWith('app '))
    const isThere = (count: number): boolean => lines().length >= count
    writeFileSync(here.log, textOf(before))
    // The last one may be held: it is behind a line of the dump.
    await until(() => isThere(before.filter((line) => line.startsWith('app ')).length - 1))
    await happen(here)
    appendFileSync(here.log, textOf(after))
    await until(() => isThere(log.length) && here.dumps().length > 0)
    expect(lines()).toEqual(log)
  })

  it('finds a dump in messages that the file source has joined', async () => {
    const here = await place({ 'flags(no-parse) program': 'flags(no-parse) multi-line-mode(indented) program' })
    writeFileSync(here.log, textOf(['app one', ...CRASH, 'app two', 'app three']))
    await until(() => here.dumps().length > 0)
    expect(here.dumps()[0]).toMatchObject({ dumpstream: { kind: 'panic', goroutines: 2, damaged: 0 } })
    expect(here.messages().slice(0, 2)).toEqual(['app one', 'panic: boom'])
  })

  it('goes on after its dumpstream was killed', async () => {
    const [one, two] = [workload(500, 1, 'one'), workload(500, 1, 'two')]
    const here = await place()
    writeFileSync(here.log, textOf(one.lines))
    await until(() => here.filtered().length >= 500)
    process.kill(await here.daemon.filter(), 'SIGKILL')
    appendFileSync(here.log, textOf(two.lines))
    await pause(3_000)
    appendFileSync(here.log, 'app one more\n')
    await until(() => here.messages().at(-1) === 'app one more')
    const lost = two.log.filter((line) => !here.messages().includes(line))
    console.log(`syslog-ng, dumpstream killed as ${two.log.length} lines came: ${lost.length} of them lost`)
    expectOthers(here.messages(), [...one.log, ...two.log])
  })

  it('loses what is in the pipes when its dumpstream is killed in a busy stream', async () => {
    const input = workload(100_000, 100)
    const here = await place()
    writeFileSync(here.log, textOf(input.lines))
    await until(() => here.filtered().length >= 20_000)
    process.kill(await here.daemon.filter(), 'SIGKILL')
    await until(() => here.messages().at(-1) === input.log.at(-1))
    const came = new Set(here.messages())
    const lost = input.log.filter((line) => !came.has(line))
    console.log(`syslog-ng, dumpstream killed amid ${input.log.length} lines: ${lost.length} of them lost`)
    expectOthers(here.messages(), input.log)
    expect(lost.length).toBeLessThan(LOST_LINES)
  })

  it('starts before its pipe is there, and ends without who would make it', async () => {
    const pipe = join(temporaryFolder(), 'dumpstream.pipe')
    const command = adapted(/program\("([^"]*)"/.exec(example)?.[1] ?? '', {
      'exec dumpstream exec-filter': 'exec cat',
      '/run/dumpstream.pipe': pipe,
    })
    const early = spawn('sh', ['-c', command], { stdio: ['pipe', 'ignore', 'inherit'] })
    early.stdin.end('app one\n')
    await pause(300)
    expect(existsSync(pipe)).toBe(false)
    execFileSync('mkfifo', [pipe])
    expect(await readFile(pipe, 'utf8')).toBe('app one\n')
    rmSync(pipe)
    // Its parent goes first.
    const pid = execFileSync('sh', ['-c', `sh -c '${command}' >/dev/null 2>&1 & echo $!; sleep 0.3`])
      .toString()
      .trim()
    await until(() => !existsSync(`/proc/${pid}`))
    expect(existsSync(pipe)).toBe(false)
  })

  it('goes on when syslog-ng is restarted, and loses nothing when the file is rotated', async () => {
    const input = workload(6_000, 6)
    const third = Math.floor(input.lines.length / 3)
    const here = await place()
    writeFileSync(here.log, textOf(input.lines.slice(0, third)))
    const upTo = (count: number): number => input.lines.slice(0, count).filter((line) => line.startsWith('app ')).length
    await until(() => here.filtered().length >= upTo(third))
    await here.daemon.stop()
    appendFileSync(here.log, textOf(input.lines.slice(third, third * 2)))
    here.start()
    await until(() => here.filtered().length >= upTo(third * 2))
    renameSync(here.log, `${here.log}.1`)
    writeFileSync(here.log, textOf(input.lines.slice(third * 2)))
    await until(() => here.filtered().length >= input.log.length)
    expect(here.messages()).toEqual(input.log)
  })

  it('takes how long, beside the same without dumpstream', async () => {
    const input = workload(100_000, 100)
    const seconds: number[] = []
    for (const isFiltered of [true, false]) {
      const command = `exec ${process.execPath} ${CLI} exec-filter --idle 200ms`
      const here = await place(isFiltered ? {} : { [command]: 'exec cat' })
      const begin = performance.now()
      writeFileSync(here.log, textOf(input.lines))
      await until(() => here.filtered().length >= (isFiltered ? input.log : input.lines).length).catch(
        (error: unknown) => {
          throw new Error(`${here.filtered().length} lines so far, ${here.daemon.output}`, { cause: error })
        },
      )
      seconds.push((performance.now() - begin) / 1000)
      await here.daemon.stop()
    }
    const [one = 0, other = 0] = seconds
    console.log(
      `syslog-ng, ${input.lines.length} lines: ${one.toFixed(1)} s through dumpstream, ${other.toFixed(1)} s through cat`,
    )
  })
})

/**
 * What was not lost when dumpstream was killed comes once: what the old one had half written is no line of its own. It comes in order, but
 * for the message that syslog-ng had at hand: it may give that to the new one behind a few that it has taken since.
 */
function expectOthers(messages: readonly string[], log: readonly string[]): void {
  const places = new Map(log.map((line, i) => [line, i]))
  const came = messages.flatMap((line) => places.get(line) ?? [])
  expect(new Set(came).size).toBe(came.length)
  expect(came.filter((each, i) => each < (came[i - 1] ?? -1)).length).toBeLessThanOrEqual(1)
}
