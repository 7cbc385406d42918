/** What is said of an input in which no dump was found. */
import type { SummaryRecord } from '../core/records.ts'

export interface Input {
  readonly name: string
  readonly bytes: number
  /** Undefined: not counted. */
  readonly lines: number | undefined
  /** Files in an archive. */
  readonly members: number
  readonly unread: SummaryRecord['unread']
}

/** One line, and one more when something looked like a dump. */
export function nothingFound({ name, bytes, lines, members, unread }: Input): string[] {
  const counts = [
    ...(members === 0 ? [] : [plural(members, 'file')]),
    size(bytes),
    ...(lines === undefined ? [] : [plural(lines, 'line')]),
  ]
  const first = `no goroutine dump in ${name} (${counts.join(', ')})`
  if (unread === undefined) return [first]
  const { headers, hint } = unread
  const what =
    headers === 1
      ? '1 line looks like a header of a goroutine and was'
      : `${grouped(headers)} lines look like headers of goroutines and were`
  return [first, `${what} not read; try ${hint}`]
}

function plural(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`
}

/** `80 131`: a comma is a point elsewhere. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ' ')
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = -1
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}
