/**
 * `dumpstream diff BEFORE AFTER`: compares two dumps. Each operand is a dump, a log (its last dump, or FILE#2), compressed or not, or JSON lines that
 * dumpstream wrote. With only one FILE: its first dump against its last.
 *
 * | sources (pods, containers, files) | what is compared                                                                |
 * |-----------------------------------|---------------------------------------------------------------------------------|
 * | one FILE                          | each source with two dumps, with itself                                         |
 * | one in BEFORE, one in AFTER       | these two, whatever their names                                                 |
 * | several                           | those with the same name; the ones without a counterpart are reported           |
 */
import { existsSync } from 'node:fs'
import { DumpstreamError } from '../core/errors.ts'
import type { DumpRecord, SignatureRecord } from '../core/records.ts'
import { createEngine, type EngineOptions } from '../engine/engine.ts'
import { type RecordedDumps, readRange, readRecorded } from '../input/recorded.ts'
import { compareDumps, type RecordedDump } from '../report/diff.ts'
import { type ParsedArgs, usageError } from './args.ts'
import { withBaseline } from './baseline.ts'
import { openDelivery } from './deliver.ts'
import { loadOptions } from './options.ts'
import { refuseOwnOutput } from './own-output.ts'
import type { Terminal } from './terminal.ts'

/** Up to this total size, both dumps are read again by one engine, to compare goroutine ids. */
const JUDGED_BYTES = 256 << 20
/** How many names of sources are listed in one line. */
const NAMED = 3

/** The path of stdin: both dumps are opened by path. */
const STDIN = '/dev/stdin'

interface Operand {
  readonly path: string
  readonly number: number | undefined
}

/** A dump, and where its text is. */
interface Side {
  readonly path: string
  readonly found: RecordedDump
  readonly readBack: boolean
}

type Pair = readonly [before: Side, after: Side]

/** Two dumps of one source, and what changed between them. */
export interface Comparison {
  readonly after: RecordedDump
  /** The record of `after`; its duration counts from the dump before. */
  readonly dump: DumpRecord
  readonly changes: readonly SignatureRecord[]
}

/** Resolves to the exit code. */
export async function run(args: ParsedArgs, terminal: Terminal): Promise<number> {
  const [one, two, ...more] = args.operands
  if (one === undefined || more.length > 0)
    throw usageError('diff takes two FILEs, or one log with two dumps: dumpstream diff BEFORE AFTER')
  const operands = [one, ...(two === undefined ? [] : [two])]
  const complain = (line: string): void => terminal.complain(line)
  const options = await withBaseline(await loadOptions(args, terminal), complain)
  refuseOwnOutput({ ...options, files: operands.map((operand) => readOperand(operand).path) }, terminal)
  const engine: EngineOptions = options.engine.similarity === undefined ? {} : { similarity: options.engine.similarity }

  const comparisons = await compareFiles(one, two, engine, complain)
  const delivery = await openDelivery({ options, terminal, complain, isJudged: true })
  try {
    let changed = 0
    for (const { after, dump, changes } of comparisons) {
      changed += changes.length
      // Unchanged signatures are known from now on as well.
      for (const record of after.signatures) delivery.saver?.record(record)
      for (const record of [dump, ...changes]) for (const sink of delivery.sinks) sink.record(record)
    }
    const code = await delivery.end(false)
    if (changed === 0 && options.format === 'text') complain('no signature changed')
    return code
  } finally {
    delivery.close()
  }
}

/**
 * Compares the dumps that the operands name; with only one operand, its first dump with its last.
 *
 * @throws DumpstreamError `DS_USAGE` or `DS_INPUT` if there is nothing to compare.
 */
export async function compareFiles(
  before: string,
  after: string | undefined,
  engine: EngineOptions,
  complain: (line: string) => void,
): Promise<Comparison[]> {
  const one = readOperand(before)
  if (after === undefined && one.number !== undefined)
    throw usageError(`diff takes two: dumpstream diff ${one.path}#1 ${one.path}#${one.number}`)
  const pairs =
    after === undefined
      ? await firstAndLast(one.path, engine, complain)
      : pairUp(await lastOf(one, engine, complain), await lastOf(readOperand(after), engine, complain), complain)
  const comparisons: Comparison[] = []
  for (const [first, last] of pairs)
    comparisons.push({
      after: last.found,
      dump: sinceBefore(first.found.dump, last.found.dump),
      changes: compareDumps(first.found, last.found, await judge(first, last, engine), first.path === last.path),
    })
  return comparisons
}

async function firstAndLast(path: string, engine: EngineOptions, complain: (line: string) => void): Promise<Pair[]> {
  const { sources, readBack } = await read(path, undefined, engine, complain)
  const pairs = [...sources.values()]
    .filter(({ first, last }) => first !== last)
    .map(
      ({ first, last }): Pair => [
        { path, found: first, readBack },
        { path, found: last, readBack },
      ],
    )
  if (pairs.length === 0) {
    const what = sources.size === 0 ? 'no dump' : sources.size === 1 ? 'only one dump' : 'only one dump of each source'
    throw new DumpstreamError('DS_INPUT', `${path} has ${what}: name two files, or a log with two dumps`)
  }
  return pairs
}

/** `FILE`: its last dump that shows the process. `FILE#2`: its second dump. `-`: stdin. */
function readOperand(operand: string): Operand {
  const m = existsSync(operand) ? null : /^(.+)#(\d{1,9})$/.exec(operand)
  const path = m?.[1] ?? operand
  return { path: path === '-' ? STDIN : path, number: m === null ? undefined : Number(m[2]) }
}

/** The selected dump of each source. */
async function lastOf(
  { path, number }: Operand,
  engine: EngineOptions,
  complain: (line: string) => void,
): Promise<Side[]> {
  const { sources, readBack } = await read(path, number, engine, complain)
  const all = [...sources.values()]
  const sides = all.flatMap((source) => {
    const found = number === undefined ? source.last : source.numbered
    return found === undefined ? [] : [{ path, found, readBack }]
  })
  if (sides.length > 0) return sides
  const most = Math.max(0, ...all.map(({ highest }) => highest))
  throw new DumpstreamError(
    'DS_INPUT',
    number === undefined ? `${path} has no dump` : `${path} has no dump ${number}; its last is ${most}`,
  )
}

function pairUp(before: readonly Side[], after: readonly Side[], complain: (line: string) => void): Pair[] {
  const [one] = before
  const [other] = after
  if (before.length === 1 && after.length === 1 && one !== undefined && other !== undefined) return [[one, other]]
  const counterparts = new Map(before.map((side) => [sourceOf(side), side]))
  const pairs: Pair[] = []
  const alone: string[] = []
  for (const side of after) {
    const counterpart = counterparts.get(sourceOf(side))
    counterparts.delete(sourceOf(side))
    if (counterpart === undefined) alone.push(sourceOf(side))
    else pairs.push([counterpart, side])
  }
  alone.push(...counterparts.keys())
  if (pairs.length === 0) {
    throw new DumpstreamError('DS_INPUT', `no source is in both files, so nothing can be compared: ${named(alone)}`)
  }
  if (alone.length > 0) complain(`only in one of the files, and not compared: ${named(alone)}`)
  return pairs
}

/** The name to pair a source by: empty for a log without a carrier, whatever its file is called, and likewise within a member of an archive. */
function sourceOf({ path, found }: Side): string {
  const { source } = found.dump
  if (source === path) return ''
  return found.member !== undefined && source.startsWith(`${path}:`) ? source.slice(path.length + 1) : source
}

/** The stream of a dump within its file or member. */
function streamOf(side: Side): string {
  const { member, dump } = side.found
  if (member === undefined) return sourceOf(side)
  return dump.source === member ? '' : dump.source.slice(member.length + 1)
}

function named(sources: readonly string[]): string {
  const names = sources.slice(0, NAMED).map((source) => (source === '' ? 'the log itself' : source))
  return `${names.join(', ')}${sources.length > NAMED ? ` and ${sources.length - NAMED} more` : ''}`
}

async function read(
  path: string,
  number: number | undefined,
  engine: EngineOptions,
  complain: (line: string) => void,
): Promise<RecordedDumps> {
  const dumps = await readRecorded(path, number, engine)
  if (dumps.badLines > 0) complain(`${path}: skipped ${dumps.badLines} lines that are not records`)
  return dumps
}

/** Reads both dumps with one engine: if they are of the same process, goroutine ids show which goroutines have stayed. */
async function judge(before: Side, after: Side, options: EngineOptions): Promise<SignatureRecord[]> {
  const ranges = [before.found.dump.bytes, after.found.dump.bytes]
  const size = ranges.reduce((sum, [start, end]) => sum + end - start, 0)
  const source = streamOf(before)
  if (before.readBack || after.readBack || size > JUDGED_BYTES || source !== streamOf(after)) return []
  const records: SignatureRecord[] = []
  let dumps = 0
  const engine = createEngine({
    ...options,
    source: '',
    order: 'oldest_first',
    onRecord: (record) => {
      // Other sources, and their dumps, can be between the lines of a dump in a carrier.
      if (record.source !== source) return
      if (record.type === 'dump') dumps++
      else if (record.type === 'signature' && dumps === 2) records.push(record)
    },
  })
  for (const { path, found } of [before, after]) {
    const text = await readRange(path, found.dump.bytes, found.member)
    engine.push(found.dump.order === 'newest_first' ? (await import('../input/backwards.ts')).oldestFirst(text) : text)
  }
  engine.end()
  return dumps === 2 ? records : []
}

/** The dump record of `after`, with its duration counted from `before`. */
function sinceBefore(before: DumpRecord, after: DumpRecord): DumpRecord {
  const { duration_s: _duration, ...rest } = after
  if (before.time === undefined || after.time === undefined) return rest
  const seconds = (Date.parse(after.time) - Date.parse(before.time)) / 1000
  return seconds >= 0 ? { ...rest, duration_s: seconds } : rest
}
