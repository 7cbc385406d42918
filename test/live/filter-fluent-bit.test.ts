/**
 * The configurations of examples/fluent-bit at a real Fluent Bit, which Debian does not have: the one on the PATH, or
 * `FLUENT_BIT=path npm run test:live`. Run with 5.1.1. Without it nothing here runs, and that is said; test/live/fluent-bit.test.ts plays its part in every run.
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
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
}

class Place {
  readonly folder: string = temporaryFolder()
  readonly log: string = join(this.folder, 'web.log')
  readonly #config: string
  daemon: Pipeline

  constructor(example: string, changes: (folder: string) => Readonly<Record<string, string>>) {
    this.#config = join(this.folder, example)
    // A file that comes later is looked for once a minute.
    writeFileSync(this.log, '')
    writeFileSync(this.#config, adapted(readFileSync(join(examples, example), 'utf8'), changes(this.folder)))
    this.daemon = this.start()
  }

  /** A tail of containers' logs that knows where it was. */
  static tail(example: string, changes: Readonly<Record<string, string>> = {}): Place {
    return new Place(example, (folder) => ({
      'script: dumpstream.lua': `script: ${examples}dumpstream.lua`,
      '/var/log/containers/': `${folder}/`,
      'read_from_head: true': `read_from_head: true\n      refresh_interval: 1\n      db: ${join(folder, 'position.db')}`,
      ...changes,
    }))
  }

  start(): Pipeline {
    // Its own log goes to stderr.
    this.daemon = new Pipeline('sh', ['-c', `exec ${FLUENT_BIT} -c ${this.#config} >>${join(this.folder, 'out')}`], {
      DUMPSTREAM: `${DUMPSTREAM} bridge --idle 200ms`,
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

  findings(): Readonly<Record<string, unknown>>[] {
    return this.events().flatMap(({ dumpstream }) => (dumpstream === undefined ? [] : [dumpstream]))
  }
}

/** Lines of a container's log, a millisecond apart. */
function cri({ lines }: Pick<Workload, 'lines'>, from = 0): string {
  return textOf(
    lines.map((line, i) => `${new Date(FIRST + from + i).toISOString().replace('Z', '123Z')} stdout F ${line}`),
  )
}

/** What is known of the last dump rides on the next record that is asked about. */
const ASKED = 'app INFO goroutine pool has grown'

describe.skipIf(FLUENT_BIT === undefined)('Fluent Bit', () => {
  it.each(['processor.yaml', 'filter.yaml'])(
    '%s: every other record goes on, in order, with its metadata',
    async (example) => {
      const input = workload(20_000, 40)
      const here = Place.tail(example)
      writeFileSync(here.log, cri(input))
      await until(() => here.messages().length >= input.log.length, 60_000)
      await pause(500)
      appendFileSync(here.log, cri({ lines: [ASKED] }, input.lines.length))
      await until(() => here.messages().length > input.log.length)
      expect(here.messages()).toEqual([...input.log, ASKED])
      const dumps = here.findings().filter(({ type }) => type === 'dump')
      expect(dumps).toHaveLength(40)
      for (const dump of dumps) expect(dump).toMatchObject({ goroutines: 3, damaged: 0 })
      for (const event of here.events()) expect(event).toMatchObject({ file: here.log, stream: 'stdout', logtag: 'F' })
      const times = here.events().map(({ date }) => date)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect(here.daemon.output).not.toMatch(/\[error\]|dumpstream\.lua/)
      expect(await here.daemon.stop()).toBeLessThan(8_000)
    },
  )

  it('processor.yaml: loses no record that is not dump when the bridge is killed in a busy stream', async () => {
    const input = workload(40_000, 400)
    const here = Place.tail('processor.yaml')
    const third = Math.floor(input.lines.length / 3)
    writeFileSync(here.log, cri({ lines: input.lines.slice(0, third) }))
    const pid = await here.daemon.filter()
    appendFileSync(here.log, cri({ lines: input.lines.slice(third) }, third))
    process.kill(pid, 'SIGKILL')
    const log = (): unknown[] => here.messages().filter((line) => String(line).startsWith('app '))
    await until(() => log().length >= input.log.length, 60_000)
    expect(log()).toEqual(input.log)
    expect(here.daemon.output).toMatch(/the bridge has ended; records go on as they are/)
  })

  it('processor.yaml: loses nothing when it is restarted, and when the file is rotated', async () => {
    const input = workload(6_000, 6)
    const third = Math.floor(input.lines.length / 3)
    const upTo = (count: number): number => input.lines.slice(0, count).filter((line) => line.startsWith('app ')).length
    const here = Place.tail('processor.yaml')
    writeFileSync(here.log, cri({ lines: input.lines.slice(0, third) }))
    await until(() => here.messages().length >= upTo(third))
    await here.daemon.stop()
    appendFileSync(here.log, cri({ lines: input.lines.slice(third, third * 2) }, third))
    here.start()
    await until(() => here.messages().length >= upTo(third * 2))
    renameSync(here.log, `${here.log}.1`)
    writeFileSync(here.log, cri({ lines: input.lines.slice(third * 2) }, third * 2))
    await until(() => here.messages().length >= input.log.length, 90_000)
    expect(here.messages()).toEqual(input.log)
  }, 120_000)

  it('exec.yaml: the records of a file that dumpstream follows', async () => {
    const input = workload(1_000, 3)
    const here = new Place('exec.yaml', (folder) => ({
      'dumpstream --follow': `${DUMPSTREAM} --follow --idle 200ms`,
      '/var/log/app.log': join(folder, 'web.log'),
    }))
    await pause(2_000)
    writeFileSync(here.log, textOf(input.lines))
    const dumps = (): unknown[] => here.events().filter((event) => 'type' in event && event.type === 'dump')
    await until(() => dumps().length >= 3, 30_000)
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
    const input = workload(200_000, 200)
    const text = cri(input)
    for (const [name, example, changes] of [
      ['a processor', 'processor.yaml', {}],
      ['a filter', 'filter.yaml', {}],
      ['nothing', 'filter.yaml', { 'match: kube.*': 'match: none' }],
    ] as const) {
      const here = Place.tail(example, changes)
      const begin = performance.now()
      writeFileSync(here.log, text)
      const expected = name === 'nothing' ? input.lines.length - input.dumps * 3 : input.log.length
      await until(() => here.messages().length >= expected, 100_000)
      console.log(
        `Fluent Bit, ${input.lines.length} lines, ${name}: ${((performance.now() - begin) / 1000).toFixed(1)} s`,
      )
      await here.daemon.stop()
    }
  }, 300_000)
})
