/**
 * `dumpstream report FILE…`: one report of many logs, or of JSON lines from many dumpstreams, each read once, one after the other. Without
 * `--format`,
 * it writes both Markdown and html.
 */
import { basename } from 'node:path'
import { DumpstreamError } from '../core/errors.ts'
import type { DumpstreamRecord } from '../core/records.ts'
import type { EngineOptions } from '../engine/engine.ts'
import { readRecords } from '../input/recorded.ts'
import type { RecordSink } from '../sinks/sink.ts'
import { type ParsedArgs, usageError } from './args.ts'
import { withBaseline } from './baseline.ts'
import { type Delivery, openDelivery } from './deliver.ts'
import { loadOptions, type RunOptions } from './options.ts'
import { refuseOwnOutput } from './own-output.ts'
import type { Terminal } from './terminal.ts'

/** The default name of the files. */
const NAME = 'dumpstream-report'
const STDIN = '/dev/stdin'

/** Resolves to the exit code. */
export async function run(args: ParsedArgs, terminal: Terminal): Promise<number> {
  if (args.operands.length === 0) throw usageError('report takes FILEs: dumpstream report node-*.jsonl')
  const complain = (line: string): void => terminal.complain(line)
  const outputs: RunOptions[] = []
  for (const each of outputsOf(args)) outputs.push(await withBaseline(await loadOptions(each, terminal), complain))
  for (const options of outputs) refuseOwnOutput(options, terminal)
  const [first] = outputs
  if (first === undefined) throw new RangeError('a report has an output')

  const deliveries: Delivery[] = []
  try {
    for (const options of outputs)
      deliveries.push(await openDelivery({ options, terminal, complain, readsToEnd: true }))
    const sinks = deliveries.flatMap((delivery) => delivery.sinks)
    const failed = await readAll(first, sinks, complain)
    let code = 0
    for (const delivery of deliveries) code = Math.max(code, await delivery.end(failed))
    if (!args.flags.has('format') && code < 2)
      complain(`wrote ${outputs.flatMap(({ out }) => out ?? []).join(' and ')}`)
    return code
  } finally {
    for (const delivery of deliveries) delivery.close()
  }
}

/** The command line of each output: the one that was typed, or one per format. Only the first one judges. */
function outputsOf(args: ParsedArgs): ParsedArgs[] {
  if (args.flags.has('format')) return [args]
  const typed = args.flags.get('out')?.at(-1) ?? NAME
  if (typed === '-') throw usageError('report writes two files; --format says which one is for stdout')
  const name = typed.replace(/\.(?:html?|md|markdown)$/i, '')
  return ['markdown', 'html'].map((format, i) => {
    const flags = new Map(args.flags)
      .set('format', [format])
      .set('out', [`${name}.${format === 'html' ? 'html' : 'md'}`])
    if (i > 0) for (const once of ['fail-on', 'save']) flags.delete(once)
    return { flags, operands: args.operands }
  })
}

/** Reads all files. Resolves to whether an input could not be read. */
async function readAll(
  options: RunOptions,
  sinks: readonly RecordSink[],
  complain: (line: string) => void,
): Promise<boolean> {
  const { similarity, goroutines, bound, limits } = options.engine
  const engine: EngineOptions = {
    ...(similarity === undefined ? {} : { similarity }),
    ...(goroutines === true ? { goroutines } : {}),
    ...(bound === undefined ? {} : { bound }),
    ...(limits === undefined ? {} : { limits }),
  }
  const names = new SourceNames()
  let failed = false
  let dumps = 0
  for (const file of options.files) {
    const nameIn = names.of(file)
    try {
      const { badLines } = await readRecords(file === '-' ? STDIN : file, engine, (record) => {
        if (record.type === 'dump') dumps++
        const named = nameIn(record)
        for (const sink of sinks) sink.record(named)
      })
      if (badLines > 0)
        complain(
          `${file}: skipped ${badLines} line${badLines === 1 ? ' that is not a record' : 's that are not records'}`,
        )
    } catch (error) {
      if (!(error instanceof DumpstreamError)) throw error
      complain(error.message)
      failed = true
    }
    for (const sink of sinks) sink.settle?.()
  }
  if (dumps === 0 && !failed) complain('no goroutine dump in these files')
  return failed
}

/**
 * Names of sources. Each node calls its input `stdin`, or `/var/log/app.log`: if another file has used a name for other dumps of the same time, the
 * name of the file is put before it. Files that follow each other in time continue a source.
 */
class SourceNames {
  /** Name in the report → its file, and the time of its last dump. */
  readonly #owners = new Map<string, { file: string; last: number }>()

  /** For the records of one file, in their order. */
  of(file: string): (record: DumpstreamRecord) => DumpstreamRecord {
    const given = new Map<string, string>()
    return (record) => {
      if (record.type === 'summary') return record
      let name = given.get(record.source)
      const time = record.type === 'dump' && record.time !== undefined ? Date.parse(record.time) : Number.NaN
      if (name === undefined) {
        name = this.#claim(record.source, file, time)
        given.set(record.source, name)
      }
      const owner = this.#owners.get(name)
      if (owner !== undefined && record.type === 'dump') owner.last = time
      return name === record.source ? record : { ...record, source: name }
    }
  }

  #claim(source: string, file: string, time: number): string {
    const owner = this.#owners.get(source)
    if (owner === undefined || owner.file === file || time > owner.last) {
      this.#owners.set(source, { file, last: time })
      return source
    }
    let name = `${basename(file)}: ${source}`
    for (let n = 2; this.#owners.has(name); n++) name = `${basename(file)} (${n}): ${source}`
    this.#owners.set(name, { file, last: time })
    return name
  }
}
