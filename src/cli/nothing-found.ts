/** The message for an input without a dump. */
import type { SummaryRecord } from '../core/records.ts'
import { bytesText, counted, grouped } from '../sinks/names.ts'

export interface Input {
  readonly name: string
  readonly bytes: number
  /** Undefined if they were not counted. */
  readonly lines: number | undefined
  /** Files in an archive. */
  readonly members: number
  readonly unread: SummaryRecord['unread']
}

/** One line, and another one if something looked like a dump. */
export function nothingFound({ name, bytes, lines, members, unread }: Input): string[] {
  const counts = [
    ...(members === 0 ? [] : [counted(members, 'file')]),
    bytesText(bytes),
    ...(lines === undefined ? [] : [counted(lines, 'line')]),
  ]
  const first = `no goroutine dump in ${name} (${counts.join(', ')})`
  if (unread === undefined) return [first]
  const { headers, hint } = unread
  const what =
    headers === 1
      ? '1 line looks like a goroutine header but was'
      : `${grouped(headers)} lines look like goroutine headers but were`
  return [first, `${what} not read; try ${hint}`]
}
