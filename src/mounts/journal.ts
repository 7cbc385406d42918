/**
 * The journal: what a filter that must not wait writes, and `dumpstream bridge --journal` reads. Each entry is a line:
 *
 *   `+N\tJSON`             | stream N of this file: `source`, `tag`, `key` (the field of the text), `fields` (the others of its first record)
 *   `N\tSECONDS\t-\tTEXT`  | a line of stream N that the filter has let through
 *   `N\tSECONDS\tw\tTEXT`  | a line of stream N that the filter has withheld
 *
 * A line feed in TEXT is written as `\n`, a backslash as `\\`. The answers are lines, too: `SECONDS\tJSON`, a record to add to the log
 * with its time.
 */
import { isFields, parseJson } from './events.ts'

export const JOURNAL_PROTOCOL = 1

export interface JournalStream {
  readonly source: string
  /** Field that holds the text, a dotted path. */
  readonly key: string
  readonly fields: Readonly<Record<string, unknown>>
}

export type JournalEntry =
  | { readonly type: 'stream'; readonly number: number; readonly stream: JournalStream }
  | {
      readonly type: 'line'
      readonly number: number
      /** Milliseconds since the epoch. */
      readonly time: number
      readonly isWithheld: boolean
      readonly text: string
    }

/** Undefined if the line is not an entry. */
export function readEntry(line: string): JournalEntry | undefined {
  const match = /^(\+?)(\d+)\t/.exec(line)
  if (match === null) return undefined
  const [head, kind, digits] = match
  const number = Number(digits)
  const rest = line.slice(head.length)
  if (kind === '+') {
    const stream = readStream(rest)
    return stream === undefined ? undefined : { type: 'stream', number, stream }
  }
  const timeEnd = rest.indexOf('\t')
  const time = Number(rest.slice(0, timeEnd)) * 1000
  if (timeEnd < 0 || rest[timeEnd + 2] !== '\t' || !Number.isFinite(time)) return undefined
  const text = rest.slice(timeEnd + 3)
  return {
    type: 'line',
    number,
    time,
    isWithheld: rest[timeEnd + 1] === 'w',
    text: text.includes('\\') ? text.replace(/\\(.)/g, (_, next) => (next === 'n' ? '\n' : next)) : text,
  }
}

/** An answer to the journal: a record of the log, with its time. */
export function journalEvent(time: number, record: Readonly<Record<string, unknown>>): string {
  return `${(time / 1000).toFixed(6)}\t${JSON.stringify(record)}\n`
}

function readStream(json: string): JournalStream | undefined {
  const value = parseJson(json)
  if (!isFields(value) || typeof value.source !== 'string' || typeof value.key !== 'string') return undefined
  return { source: value.source, key: value.key, fields: isFields(value.fields) ? value.fields : {} }
}
