/** The log side of examples/otel-collector: dumpstream in front of a file that a real collector reads. */
import { execFileSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { CLI } from '../cli/spawn.ts'
import { until } from '../sinks/otel/receiver.ts'
import { buildCollector } from './collector.ts'
import { temporaryFolder } from './go.ts'
import { linesOf, Pipeline } from './pipeline.ts'
import { textOf, workload } from './workload.ts'

const config = fileURLToPath(new URL('../../examples/otel-collector/logs.yaml', import.meta.url))
let binary = ''
beforeAll(() => {
  binary = buildCollector()
}, 1_200_000)

interface LogRecord {
  readonly body: { readonly stringValue: string }
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
}

function attribute({ attributes }: LogRecord, name: string): unknown {
  return Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0]
}

it('a collector reads the log without its dumps, in order, and what they say', async () => {
  const folder = temporaryFolder()
  const [log, dumps, file] = ['app.filtered.log', 'dumps.jsonl', 'logs.jsonl'].map((name) => join(folder, name))
  const input = workload(20_000, 40)
  const out = openSync(log ?? '', 'a')
  const args = [CLI, '--logs', 'pass', '--out', dumps ?? '']
  execFileSync(process.execPath, args, { input: textOf(input.lines), stdio: ['pipe', out, 'inherit'] })
  closeSync(out)
  const collector = new Pipeline(binary, ['--config', config], {
    APP_LOG: log ?? '',
    DUMPS: dumps ?? '',
    TELEMETRY_FILE: file ?? '',
  })
  const records = (): LogRecord[] =>
    linesOf(file ?? '').flatMap((line) =>
      JSON.parse(line).resourceLogs.flatMap((one: { scopeLogs: { logRecords: LogRecord[] }[] }) =>
        one.scopeLogs.flatMap(({ logRecords }) => logRecords),
      ),
    )
  await until(() => records().length >= input.log.length + 120, 60_000)
  const of = (name: string): LogRecord[] => records().filter((record) => attribute(record, 'log.file.name') === name)
  expect(of('app.filtered.log').map(({ body }) => body.stringValue)).toEqual(input.log)
  const types = of('dumps.jsonl').map((record) => attribute(record, 'type'))
  expect(types.filter((type) => type === 'dump')).toHaveLength(40)
  expect(types.filter((type) => type === 'signature')).toHaveLength(80)
  await collector.stop()
})
