/**
 * The configurations of examples/fluent-bit at a real Fluent Bit, which Debian does not have: the one on the PATH, or
 * `FLUENT_BIT=path npm run test:live`. Run with 5.1.1. Without it nothing here runs, and that is said; test/live/fluent-bit.test.ts plays its part in every run.
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { dumpText } from '../cli/dumps.ts'
import { CLI } from '../cli/spawn.ts'
import { until } from '../sinks/otel/receiver.ts'
import { temporaryFolder } from './go.ts'
import { adapted, linesOf, Pipeline } from './pipeline.ts'
import { pause, textOf, type Workload, workload } from './workload.ts'

const FLUENT_BIT = process.env.FLUENT_BIT ?? onPath('fluent-bit')
const examples = fileURLToPath(new URL('../../examples/fluent-bit/', import.meta.url))
const DUMPSTREAM = `${process.execPath} ${CLI}`
const FIRST = Date.parse('2026-11-25T05:00:00Z')

if (FLUENT_BIT === undefined)
  console.warn(
    'FLUENT_BIT is not set, and no fluent-bit on the PATH: examples/fluent-bit was not run with a real Fluent Bit',
  )

function onPath(name: string): string | undefined {
  const places = (process.env.PATH ?? '').split(':').map((folder) => join(folder, name))
  return places.find((place) => existsSync(place))
}

interface Event {
  readonly date: number
  readonly file?: string
  readonly stream?: string
  readonly log?: string
  readonly dumpstream?: Readonly<Record<string, unknown>>
  readonly attributes?: Readonly<Record<string, unknown>>
}

class Place {
  readonly folder: string = temporaryFolder()
  readonly log: string = join(this.folder, 'web.log')
  readonly #config: string
  readonly env: Readonly<Record<string, string>>
  daemon: Pipeline

  constructor(
    example: string,
    changes: (folder: string) => Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = {},
  ) {
    this.env = env
    this.#config = join(this.folder, example)
    // A file that comes later is looked for once a minute.
    writeFileSync(this.log, '')
    writeFileSync(this.#config, adapted(readFileSync(join(examples, example), 'utf8'), changes(this.folder)))
    this.daemon = this.start()
  }

  /** A tail of containers' logs that knows where it was. */
  static tail(
    example: string,
    changes: Readonly<Record<string, string>> = {},
    env: Readonly<Record<string, string>> = {},
  ): Place {
    const adaptations = (folder: string): Readonly<Record<string, string>> => ({
      'script: dumpstream.lua': `script: ${examples}dumpstream.lua`,
      '/var/log/containers/': `${folder}/`,
      'read_from_head: true': `read_from_head: true\n      refresh_interval: 1\n      db: ${join(folder, 'position.db')}`,
      ...changes,
    })
    return new Place(example, adaptations, env)
  }

  start(): Pipeline {
    // Its own log goes to stderr.
    this.daemon = new Pipeline('sh', ['-c', `exec ${FLUENT_BIT} -Y -c ${this.#config} >>${join(this.folder, 'out')}`], {
      DUMPSTREAM: `${DUMPSTREAM} bridge --idle 200ms`,
      DUMPSTREAM_DIR: join(this.folder, 'journal'),
      ...this.env,
    })
    return this.daemon
  }

  events(): Event[] {
    return linesOf(join(this.folder, 'out')).flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
  }

  /** The log that came out. */
  messages(): unknown[] {
    return this.events().flatMap(({ log, dumpstream }) => (dumpstream === undefined ? [log] : []))
  }

  /** The process that reads the journal; waits for it. */
  async bridge(): Promise<number> {
    const folder = join(this.folder, 'journal')
    const files = (): string[] =>
      (existsSync(folder) ? readdirSync(folder) : []).filter((name) => name.endsWith('.pid'))
    await until(() => files().length > 0)
    return Number(readFileSync(join(folder, files()[0] ?? ''), 'utf8'))
  }

  dumps(): Event[] {
    return this.events().filter(({ dumpstream }) => dumpstream?.type === 'dump')
  }

  /** The last kilobytes that came out. */
  tailEnd(): string {
    const path = join(this.folder, 'out')
    if (!existsSync(path)) return ''
    return execFileSync('tail', ['-c', '1000000', path], { encoding: 'utf8' })
  }

  findings(): Readonly<Record<string, unknown>>[] {
    return this.events().flatMap(({ dumpstream }) => (dumpstream === undefined ? [] : [dumpstream]))
  }
}

const identityOf = ({ attributes }: Event): unknown => attributes?.['dumpstream.dump']
/** Changes of filter.yaml. */
const SPEEDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no filter': { '- name: lua\n      match: kube.*': '- name: lua\n      match: nothing' },
  'a Lua filter that does nothing': {
    'script: dumpstream.lua':
      'code: "function dumpstream(tag, ts, record) return 0, ts, record end"\n      alias: none #',
  },
  'dumpstream.lua': {},
}

/** Lines of a container's log, a millisecond apart. */
function cri({ lines }: Pick<Workload, 'lines'>, from = 0): string {
  return textOf(
    lines.map((line, i) => `${new Date(FIRST + from + i).toISOString().replace('Z', '123Z')} stdout F ${line}`),
  )
}

const PANIC = [
  ...['panic: boom', '', 'goroutine 7 [running]:', 'shop/mail.(*Queue).drain(0xc000014070)'],
  ...['\t/app/mail/queue.go:57 +0x1d', '', 'goroutine 1 [chan receive]:', 'main.main()', '\t/app/main.go:30 +0x1d'],
]

/** Dumps as `fmt.Println(string(buf))` prints them: with empty lines, and one behind. */
function printed(lines: number, dumps: number): { lines: string[]; log: string[] } {
  const log = Array.from({ length: lines }, (_, i) => `numbered ${i}`)
  const every = Math.floor(lines / dumps)
  const all = log.flatMap((line, i) =>
    i % every === every - 1 ? [line, ...dumpText().replace(/\n$/, '').split('\n'), ''] : [line],
  )
  return { lines: all, log }
}

describe.skipIf(FLUENT_BIT === undefined)('Fluent Bit', () => {
  it('filter.yaml: every other record goes on, in order, with its metadata and its time', async () => {
    const input = workload(20_000, 40)
    const here = Place.tail('filter.yaml')
    writeFileSync(here.log, cri(input))
    await until(() => here.dumps().length >= 40 && here.messages().length >= input.log.length)
    expect(here.messages()).toEqual(input.log)
    const times = new Map(input.lines.map((line, i) => [line, FIRST + i]))
    for (const { date, log, dumpstream } of here.events()) {
      if (dumpstream === undefined && log !== undefined) expect(Math.floor(date * 1000)).toBe(times.get(log))
    }
    for (const dump of here.dumps()) expect(dump.dumpstream).toMatchObject({ goroutines: 3, damaged: 0 })
    for (const event of here.events()) expect(event).toMatchObject({ file: here.log, stream: 'stdout', logtag: 'F' })
    expect(here.daemon.output).not.toMatch(/\[error\]|dumpstream\.lua/)
    expect(await here.daemon.stop()).toBeLessThan(8_000)
  })

  it('filter.yaml: says a crash that is the last thing of its stream, and keeps its text', async () => {
    const here = Place.tail('filter.yaml')
    const lines = Array.from({ length: 20 }, (_, i) => `a ${i}`)
    appendFileSync(here.log, cri({ lines: [...lines, ...PANIC] }))
    await until(() => here.findings().some(({ type }) => type === 'finding'))
    expect(here.messages()).toEqual([...lines, ...PANIC])
    const found = here.events().find(({ dumpstream }) => dumpstream?.type === 'finding')
    expect(found).toMatchObject({ severity: 'ERROR', log: expect.stringMatching(/^panic: boom in shop\/mail/) })
    expect(found?.date).toBeCloseTo((FIRST + 22) / 1000, 2)
    const marked = here.events().filter((event) => JSON.stringify(event).includes('"log_metadata":{"dumpstream.dump"'))
    expect(marked.map(({ log }) => log)).toEqual(PANIC.slice(2))
  })

  it.each([
    ['a restart', (here: Place) => here.daemon.stop().then(() => here.start())],
    ['a kill', (here: Place) => here.daemon.stop('SIGKILL').then(() => here.start())],
    ['a reload', (here: Place) => Promise.resolve(here.daemon.signal('SIGHUP'))],
    ['a killed bridge', (here: Place) => here.bridge().then((pid) => process.kill(pid, 'SIGKILL'))],
  ])('filter.yaml: loses no line and no dump by %s in the middle of one', async (what, happen) => {
    const input = printed(3_000, 6)
    const here = Place.tail('filter.yaml', {}, { DUMPSTREAM: `${DUMPSTREAM} bridge --idle 3s` })
    await pause(1_000)
    const cut = input.lines.indexOf('numbered 1499') + 100
    const numbered = (): unknown[] => here.messages().filter((line) => String(line).startsWith('numbered'))
    appendFileSync(here.log, cri({ lines: input.lines.slice(0, cut) }))
    await until(() => numbered().length >= 1_500)
    await pause(1_500)
    await happen(here)
    appendFileSync(here.log, cri({ lines: input.lines.slice(cut) }, cut))
    await until(() => numbered().length >= 3_000 && new Set(here.dumps().map(identityOf)).size >= 6)
    expect(numbered()).toEqual(input.log)
    // What was handed on in the second before a kill is handed on once more.
    const once = new Map(here.dumps().map((dump) => [identityOf(dump), dump.dumpstream?.goroutines]))
    expect([...once.values()]).toEqual(Array(6).fill(55))
    if (what !== 'a kill') expect(here.dumps()).toHaveLength(6)
  })

  it('filter.yaml: loses nothing when the file is rotated', async () => {
    const input = workload(4_000, 4)
    const half = Math.floor(input.lines.length / 2)
    const here = Place.tail('filter.yaml')
    writeFileSync(here.log, cri({ lines: input.lines.slice(0, half) }))
    await pause(2_000)
    renameSync(here.log, `${here.log}.1`)
    writeFileSync(here.log, cri({ lines: input.lines.slice(half) }, half))
    await until(() => here.messages().length >= input.log.length)
    expect(here.messages()).toEqual(input.log)
  })

  it('filter.yaml: a multiline filter behind it sends records through again, and every dump is counted once', async () => {
    const multiline = '  outputs:\n'
    const here = Place.tail('filter.yaml', {
      [multiline]: `    - {name: multiline, match: "kube.*", multiline.key_content: log, multiline.parser: go}\n${multiline}`,
    })
    const lines = Array.from({ length: 200 }, (_, i) => `numbered ${i}`)
    appendFileSync(here.log, cri({ lines: [...lines.slice(0, 100), ...PANIC, ...lines.slice(100)] }))
    await until(() => here.findings().some(({ type }) => type === 'finding'))
    await pause(3_000)
    await here.daemon.stop()
    expect(here.messages().filter((line) => String(line).startsWith('numbered'))).toEqual(lines)
    expect(here.dumps()).toHaveLength(1)
  })

  it('filter.yaml: takes records that a multiline parser of the tail has joined', async () => {
    const here = Place.tail('filter.yaml', { 'parser: cri': 'multiline.parser: go' })
    appendFileSync(here.log, textOf(['before', ...PANIC, 'after', 'later']))
    await until(() => here.findings().some(({ type }) => type === 'finding'))
    expect(here.messages().join('\n')).toContain('queue.go:57')
  })

  it('exec.yaml: the records of a file that dumpstream follows', async () => {
    const input = workload(1_000, 3)
    const here = new Place('exec.yaml', (folder) => ({
      'dumpstream --follow': `${DUMPSTREAM} --follow --idle 200ms`,
      '/var/log/app.log': join(folder, 'web.log'),
    }))
    await pause(2_000)
    writeFileSync(here.log, textOf(input.lines))
    const dumps = (): unknown[] => here.events().filter((event) => 'type' in event && event.type === 'dump')
    await until(() => dumps().length >= 3)
    for (const dump of dumps()) expect(dump).toMatchObject({ goroutines: 3 })
    expect(await here.daemon.stop()).toBeLessThan(10_000)
  })

  it('stdin.yaml: lines and records with their time, until the input ends', async () => {
    const input = workload(1_000, 3)
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'app.log'), `${textOf(input.lines)}${'x'.repeat(40_000)}\n`)
    const event = '[[1795582801.25,{"a":1}],{"log":"an event","pod":"web-1"}]'
    const line = `(cat ${folder}/app.log; echo '${event}') | ${DUMPSTREAM} exec-filter --to fluent-bit | ${FLUENT_BIT} -q -c ${examples}stdin.yaml`
    const events = execFileSync('sh', ['-c', line], { encoding: 'utf8' })
      .split('\n')
      .filter((each) => each.startsWith('{'))
      .map((each): Event => JSON.parse(each))
    const texts = events.flatMap(({ log, dumpstream }) => (dumpstream === undefined ? [log] : []))
    expect(texts.slice(0, input.log.length)).toEqual(input.log)
    expect(texts.slice(input.log.length).join('')).toBe(`${'x'.repeat(40_000)}an event`)
    expect(events.filter(({ dumpstream }) => dumpstream?.type === 'dump')).toHaveLength(3)
    // As its stdout output shows metadata.
    const metadata = { __internal__: { log_metadata: { a: 1 } } }
    expect(events).toContainEqual({ date: 1795582801.25, ...metadata, log: 'an event', pod: 'web-1' })
  })

  it('takes how long, beside the same without dumpstream', async () => {
    const dump = dumpText([
      { count: 2_000, state: 'chan receive', function: 'svc/cron.(*Cron).step', place: '/app/cron.go:14' },
    ])
    const log = Array.from({ length: 200_000 }, (_, i) => `app INFO request handled id=${i} path=/api/v1/items`)
    const dumps = log.flatMap((line, i) => (i % 10_000 === 5_000 ? [line, ...dump.split('\n')] : [line]))
    for (const [what, lines] of [
      ['no dump', log],
      ['20 dumps of 2000 goroutines', dumps],
    ] as const) {
      const seconds: Record<string, number> = {}
      for (const [name, changes] of Object.entries(SPEEDS)) {
        const here = Place.tail('filter.yaml', changes)
        await pause(1_000)
        const text = cri({ lines })
        const begin = performance.now()
        writeFileSync(here.log, text)
        const last = log.at(-1)
        await until(() => here.tailEnd().includes(String(last)))
        seconds[name] = (performance.now() - begin) / 1000
        await here.daemon.stop()
      }
      console.log(`Fluent Bit, ${lines.length} lines, ${what}:`, seconds)
    }
  })
})
