/** Logs that real programs carried a dump in, in carriers/, and what is known of each without the engine. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { DumpRecord, SignatureRecord } from '../../src/core/records.ts'
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

/** Forms that are not read, or not wholly, and what they do to a dump. The golden records hold what is found all the same. */
const GAPS: readonly (readonly [form: RegExp, reason: string])[] = [
  [/^journald-cat\.lines$/, 'two dumps mixed, and nothing that tells their lines apart'],
]

/** Why `name` is not read as its truth says; undefined when it is. */
export function gapOf(name: string): string | undefined {
  return GAPS.find(([form]) => form.test(name))?.[1]
}

/** As the truth; `left`: lines of the dump came out with the log. */
export type Judged = Omit<Truth, 'log'> & { readonly damaged: number; readonly log: Truth['log'] | 'left' }

/** What the engine finds in `log`, in the words of the truth. */
export function judge(log: Buffer, truth: Truth, run: Run = feed([log])): Judged {
  const { functions } = truth
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
    log: passed(log.toString('latin1'), run.log.toString('latin1'), truth),
  }
}

function passed(log: string, out: string, truth: Truth): Judged['log'] {
  if (out === log) return 'all'
  const requests = (text: string): string[] => text.match(new RegExp(REQUEST, 'g')) ?? []
  const others = out.split('\n').filter((line) => !REQUEST.test(line))
  const lines = log.split('\n')
  if (requests(out).join('\n') !== requests(log).join('\n')) throw new Error('ordinary lines are missing')
  if (out === lines.filter((line) => REQUEST.test(line)).map((line) => `${line}\n`).join(''))
    // A prefix in front of the first line goes with it.
    return truth.log === 'rest' ? 'rest' : 'requests'
  return others.some((line) => DUMP_LINE.test(line) || !lines.some((each) => each.startsWith(line))) ? 'left' : 'rest'
}
