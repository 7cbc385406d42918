/** The log side of examples/otel-collector: a log, and dumpstream beside it or in front of it, as a real collector reads them. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { CLI } from '../cli/spawn.ts'
import { until } from '../sinks/otel/receiver.ts'
import { buildCollector } from './collector.ts'
import { temporaryFolder } from './go.ts'
import { linesOf, Pipeline } from './pipeline.ts'
import { CRASH, cutInTwo, textOf, workload } from './workload.ts'

const config = fileURLToPath(new URL('../../examples/otel-collector/logs.yaml', import.meta.url))
let binary = ''
beforeAll(() => {
  binary = buildCollector()
})

interface LogRecord {
  readonly timeUnixNano?: string
  readonly severityText?: string
  readonly body: { readonly stringValue: string }
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
}

function attribute({ attributes }: LogRecord, name: string): unknown {
  return Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0]
}

/** Lines that `filelog` reads at once, and delivers together. */
const BATCH = 100

/**
 * `lines` without a batch of them that came once more. The collector delivers at least once: a batch that it hands on while it is stopped is
 * not in its storage, and the next start reads it again (`emitBatch` in fileconsumer/internal/reader/reader.go of stanza 0.165).
 */
function once(lines: readonly string[], expected: readonly string[]): readonly string[] {
  const again = lines.length - expected.length
  const at = lines.findIndex((line, i) => line !== expected[i])
  return again > 0 && again <= BATCH && at >= again ? [...lines.slice(0, at - again), ...lines.slice(at)] : lines
}

class Place {
  readonly folder: string = temporaryFolder()
  readonly log: string = join(this.folder, 'app.log')
  readonly dumps: string = join(this.folder, 'dumps.jsonl')
  readonly #file: string = join(this.folder, 'logs.jsonl')
  collector: Pipeline = this.#collect()
  dumpstream: Pipeline | undefined

  #collect(): Pipeline {
    return new Pipeline(binary, ['--config', config], {
      APP_LOG: this.log,
      DUMPS: this.dumps,
      TELEMETRY_FILE: this.#file,
      STORAGE: join(this.folder, 'storage'),
    })
  }

  /** Beside the log. */
  follow(): void {
    const command = `exec ${process.execPath} ${CLI} --follow --idle 1s --format jsonl --state-file ${this.folder}/state ${this.log} >> ${this.dumps}`
    this.dumpstream = new Pipeline('sh', ['-c', command])
  }

  async restart(): Promise<void> {
    await Promise.all([this.collector.stop(), this.dumpstream?.stop()])
    this.collector = this.#collect()
    this.follow()
  }

  records(name: string): LogRecord[] {
    return linesOf(this.#file)
      .flatMap((line): LogRecord[] =>
        JSON.parse(line).resourceLogs.flatMap((one: { scopeLogs: { logRecords: LogRecord[] }[] }) =>
          one.scopeLogs.flatMap(({ logRecords }) => logRecords),
        ),
      )
      .filter((record) => attribute(record, 'log.file.name') === name)
  }

  /** The log that came out. */
  lines(): string[] {
    return this.records('app.log').map(({ body }) => body.stringValue)
  }

  found(type: string): LogRecord[] {
    return this.records('dumps.jsonl').filter((record) => attribute(record, 'type') === type)
  }
}

describe('a collector', () => {
  it('reads the log without its dumps, in order, and what they say, behind dumpstream', async () => {
    const here = new Place()
    const input = workload(20_000, 40)
    const out = openSync(here.log, 'a')
    const args = [CLI, '--logs', 'pass', '--out', here.dumps]
    execFileSync(process.execPath, args, { input: textOf(input.lines), stdio: ['pipe', out, 'inherit'] })
    closeSync(out)
    await until(() => here.lines().length >= input.log.length && here.found('signature').length >= 80)
    expect(here.lines()).toEqual(input.log)
    expect(here.found('dump')).toHaveLength(40)
    expect(here.found('signature')).toHaveLength(80)
  })

  it('reads a crash that is the last thing a log says, and what it says', async () => {
    const here = new Place()
    const input = [...workload(20, 0).lines, '2026-11-24T05:00:00.123Z going down', ...CRASH]
    writeFileSync(here.log, textOf(input))
    here.follow()
    await until(() => here.found('finding').length > 0 && here.lines().length >= input.length)
    expect(here.lines()).toEqual(input)
    expect(here.found('finding')[0]?.severityText).toBe('critical')
    const nanoseconds = `${Date.parse('2026-11-24T05:00:00.123Z')}000000`
    expect(here.found('dump')[0]).toMatchObject({ timeUnixNano: nanoseconds })
  })

  it.each([
    ['a restart of both', (here: Place) => here.restart()],
    ['a reload of the collector', (here: Place) => Promise.resolve(here.collector.signal('SIGHUP'))],
    ['a kill of dumpstream', (here: Place) => here.dumpstream?.stop('SIGKILL').then(() => here.follow())],
  ])('loses no line and no dump by %s in the middle of one', async (_, happen) => {
    const here = new Place()
    const { before, after } = cutInTwo()
    writeFileSync(here.log, textOf(before))
    here.follow()
    await until(() => here.lines().length >= before.length)
    await happen(here)
    appendFileSync(here.log, textOf(after))
    await until(() => here.lines().at(-1) === after.at(-1) && here.found('dump').length > 0)
    const expected = [...before, ...after]
    expect(once(here.lines(), expected)).toEqual(expected)
    expect(here.found('dump').map((record) => Number(attribute(record, 'goroutines')))).toEqual([3])
  })

  it('reads a backlog once', async () => {
    const here = new Place()
    const input = workload(20_000, 40)
    writeFileSync(here.log, textOf(input.lines))
    here.follow()
    await until(() => here.lines().length >= input.lines.length && here.found('dump').length >= 40)
    expect(here.lines()).toEqual(input.lines)
    expect(here.found('dump')).toHaveLength(40)
  })
})
