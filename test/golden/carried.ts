/** Logs that real programs carried a dump in, in carriers/, and what is known of each without the engine. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { DumpRecord, SignatureRecord } from '../../src/records.ts'
import { feed, type Run } from '../property/weave.ts'

const FOLDER = new URL('./carriers/', import.meta.url)

export interface Truth {
  readonly dumps: number
  readonly goroutines: number
  /** Function → goroutines that have it in their stack. */
  readonly functions: Readonly<Record<string, number>>
  /**
   * What `--logs pass` lets through: the `requests`, which are all lines that are no dump; `all`, where a whole dump stands in one
   * string; the requests and the `rest` of the line in which a text of many lines begins.
   */
  readonly log: 'requests' | 'all' | 'rest'
}

/** An ordinary line of the programs that made these logs. */
const REQUEST = /request \d+ of worker \d+ handled/
const DUMP_LINE = /goroutine \d+ \[|^\s*\S+\.go:\d+ \+0x/

export function carriedNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.log'))
    .map((file) => file.slice(0, -'.log'.length))
    .sort()
}

export const carriedLog = (name: string): Buffer => readFileSync(new URL(`${name}.log`, FOLDER))
export const carriedTruth = (name: string): Truth =>
  JSON.parse(readFileSync(new URL(`${name}.truth.json`, FOLDER), 'utf8'))
export const carriedRecords = (name: string): URL => new URL(`${name}.jsonl`, FOLDER)

export function keepCarried(name: string, log: Buffer, truth: Truth): void {
  writeFileSync(new URL(`${name}.log`, FOLDER), log)
  writeFileSync(new URL(`${name}.truth.json`, FOLDER), `${JSON.stringify(truth, null, 1)}\n`)
}

/**
 * Forms that are not read: no dump is found in them, every byte stays in the log.
 */
const UNREAD: readonly (readonly [form: RegExp, reason: string])[] = [
  [/^(?:log|log-.*|klog|zap-console|zerolog-(?:console|colours)|logrus-colours)\.message$/, 'a prefix in front of the first line alone'],
  [/^(?!.*json).*\.fields$/, 'fields behind every line'],
  [/^(?:slog|logrus)-text\.lines$/, 'logfmt line by line'],
  [/^logrus-colours\.lines$/, 'lines filled up with blanks'],
  [/^klog\.(?:field|error)$/, 'indented by one TAB more'],
]

/** The truth about `name`, as far as it is read. */
export function expected(name: string, truth: Truth): Truth & { damaged: number } {
  // zerolog leaves an empty message out: the empty lines of a dump are records without text.
  if (/^zerolog-json\.(?:lines|fields)$/.test(name)) return { ...truth, log: 'rest', damaged: 0 }
  if (!UNREAD.some(([form]) => form.test(name))) return { ...truth, damaged: 0 }
  const functions = Object.fromEntries(Object.keys(truth.functions).map((each) => [each, 0]))
  return { dumps: 0, goroutines: 0, functions, log: 'all', damaged: 0 }
}

/** What the engine finds in `log`, in the words of the truth. */
export function judge(log: Buffer, { functions }: Truth, run: Run = feed([log])): Truth & { damaged: number } {
  const dumps = run.records.filter((record): record is DumpRecord => record.type === 'dump')
  const signatures = run.records.filter((record): record is SignatureRecord => record.type === 'signature')
  const holding = (name: string): number =>
    signatures
      .filter(({ stack }) => stack?.some((frame) => frame.split(' ')[0] === name))
      .reduce((sum, { count }) => sum + count, 0)
  return {
    dumps: dumps.length,
    goroutines: dumps.reduce((sum, dump) => sum + dump.goroutines, 0),
    damaged: dumps.reduce((sum, dump) => sum + dump.damaged, 0),
    functions: Object.fromEntries(Object.keys(functions).map((name) => [name, holding(name)])),
    log: passed(log.toString('latin1'), run.log.toString('latin1')),
  }
}

function passed(log: string, out: string): Truth['log'] {
  if (out === log) return 'all'
  const requests = (text: string): string[] => text.match(new RegExp(REQUEST, 'g')) ?? []
  const others = out.split('\n').filter((line) => !REQUEST.test(line))
  const lines = log.split('\n')
  if (requests(out).join('\n') !== requests(log).join('\n')) throw new Error('ordinary lines are missing')
  if (out === lines.filter((line) => REQUEST.test(line)).map((line) => `${line}\n`).join('')) return 'requests'
  const foreign = others.find((line) => DUMP_LINE.test(line) || !lines.some((each) => each.startsWith(line)))
  if (foreign !== undefined) throw new Error(`this line is left of the dump: ${foreign}`)
  return 'rest'
}
