/**
 * `dumpstream diff BEFORE AFTER`: the two-dump question. Each is a dump, a log (its last dump, or FILE#2), either compressed, or JSON
 * lines that dumpstream wrote. One FILE alone: its first dump against its last.
 */
import { existsSync } from 'node:fs'
import { compareDumps, type RecordedDump } from '../diff/compare.ts'
import { createEngine, type EngineOptions } from '../engine/engine.ts'
import { DumpstreamError } from '../errors.ts'
import { type RecordedDumps, readRange, readRecorded } from '../input/recorded.ts'
import type { DumpRecord, SignatureRecord } from '../records.ts'
import { FailOn } from '../sinks/condition.ts'
import { Output } from '../sinks/output.ts'
import { type ParsedArgs, usageError } from './args.ts'
import { EXIT } from './exit.ts'
import { readOptions } from './options.ts'
import { openPrinter } from './printer.ts'
import type { Terminal } from './terminal.ts'

/** Dumps up to this size are read again, both by one engine, for what goroutine ids tell. */
const JUDGED_BYTES = 256 << 20

/** A dump and where its text is. */
interface Side {
  readonly path: string
  readonly found: RecordedDump
  readonly readBack: boolean
}

/** Resolves to the exit code. */
export async function run(args: ParsedArgs, terminal: Terminal): Promise<number> {
  const { operands } = args
  const [one, two] = operands
  if (one === undefined || operands.length > 2)
    throw usageError('diff takes two FILEs, or one log with two dumps: dumpstream diff BEFORE AFTER')
  const options = readOptions(args, terminal)
  const engine: EngineOptions = options.engine.similarity === undefined ? {} : { similarity: options.engine.similarity }

  const [before, after] =
    two === undefined
      ? await firstAndLast(one, engine, terminal)
      : [await lastOf(one, engine, terminal), await lastOf(two, engine, terminal)]
  const changes = compareDumps(before.found, after.found, await judge(before, after, engine))

  const output = new Output(terminal.stdout, { name: 'stdout' })
  const printer = await openPrinter(options, output, terminal)
  const condition = new FailOn(options.failOn, (line) => terminal.complain(line))
  for (const record of [sinceBefore(before.found.dump, after.found.dump), ...changes]) {
    printer?.record(record)
    condition.record(record)
  }
  await printer?.end()
  output.flush()
  if (output.failure !== undefined) terminal.complain(output.failure.message)
  if (changes.length === 0 && options.format === 'text') terminal.complain('no signature changed')
  if (output.failure !== undefined) return EXIT.delivery
  return condition.end().conditionHolds === true ? EXIT.condition : EXIT.fine
}

async function firstAndLast(path: string, engine: EngineOptions, terminal: Terminal): Promise<[Side, Side]> {
  const dumps = await read(path, undefined, engine, terminal)
  if (dumps.first === undefined || dumps.last === undefined || dumps.first === dumps.last) {
    throw new DumpstreamError(
      'DS_INPUT',
      `${path} has ${dumps.first === undefined ? 'no dump' : 'one dump only'}: name two files, or a log with two dumps`,
    )
  }
  const { readBack } = dumps
  return [
    { path, found: dumps.first, readBack },
    { path, found: dumps.last, readBack },
  ]
}

/** `FILE`: its last dump. `FILE#2`: its dump number 2. */
async function lastOf(operand: string, engine: EngineOptions, terminal: Terminal): Promise<Side> {
  const m = existsSync(operand) ? null : /^(.+)#(\d{1,9})$/.exec(operand)
  const path = m?.[1] ?? operand
  const number = m === null ? undefined : Number(m[2])
  const dumps = await read(path, number, engine, terminal)
  const found = number === undefined ? dumps.last : dumps.numbered
  if (found === undefined) {
    const count = dumps.last?.dump.dump ?? 0
    throw new DumpstreamError(
      'DS_INPUT',
      number === undefined ? `${path} has no dump` : `${path} has no dump ${number}; its last is ${count}`,
    )
  }
  return { path, found, readBack: dumps.readBack }
}

async function read(
  path: string,
  number: number | undefined,
  engine: EngineOptions,
  terminal: Terminal,
): Promise<RecordedDumps> {
  const dumps = await readRecorded(path, number, engine)
  if (dumps.badLines > 0) terminal.complain(`${path}: ${dumps.badLines} lines are no records and were passed over`)
  return dumps
}

/** Both dumps through one engine: where they are of one process, goroutine ids tell who has stayed. */
async function judge(before: Side, after: Side, options: EngineOptions): Promise<SignatureRecord[]> {
  const ranges = [before.found.dump.bytes, after.found.dump.bytes]
  const size = ranges.reduce((sum, [start, end]) => sum + end - start, 0)
  if (before.readBack || after.readBack || size > JUDGED_BYTES) return []
  const records: SignatureRecord[] = []
  let dumps = 0
  const engine = createEngine({
    ...options,
    onRecord: (record) => {
      if (record.type === 'dump') dumps++
      else if (record.type === 'signature' && dumps === 2) records.push(record)
    },
  })
  for (const side of [before, after]) engine.push(await readRange(side.path, side.found.dump.bytes))
  engine.end()
  return dumps === 2 ? records : []
}

/** The dump record of `after`, its duration counted from `before`. */
function sinceBefore(before: DumpRecord, after: DumpRecord): DumpRecord {
  const { duration_s: _duration, ...rest } = after
  if (before.time === undefined || after.time === undefined) return rest
  const seconds = (Date.parse(after.time) - Date.parse(before.time)) / 1000
  return seconds >= 0 ? { ...rest, duration_s: seconds } : rest
}
