/** The line above a dump: its source, kind and size, and what is unusual about it. */
import { stripVTControlCharacters } from 'node:util'
import type { DumpKind } from '../core/model.ts'
import type { DumpRecord } from '../core/records.ts'
import { counted, grouped, signed, spanText, timeText } from './names.ts'
import { printable } from './printable.ts'
import type { Paint } from './style.ts'
import { cutEnd, displayWidth } from './width.ts'

/** The usual kind is not mentioned. */
export const KIND_WORDS: Readonly<Record<DumpKind, string>> = {
  all: '',
  single: 'one stack',
  panic: 'panic',
  fatal: 'fatal error',
  signal: 'signal',
  leak: 'leaked',
  race: 'data race',
  timeout: 'test timed out',
}

/** `change`: growth since the previous dump; undefined if there is none. The reason for the dump is on a separate line. */
export function headline(dump: DumpRecord, change: number | undefined, width: number, paint: Paint): string[] {
  const parts = [
    paint.bold(`${printable(dump.source)} · dump ${dump.dump}`),
    ...(KIND_WORDS[dump.kind] === '' ? [] : [paint.warning(KIND_WORDS[dump.kind])]),
    ...(dump.format === 'profile' ? ['profile'] : []),
    ...(dump.process === undefined ? [] : [printable(dump.process)]),
    ...(dump.time === undefined ? [] : [timeText(dump.time)]),
    // A race report has accesses instead of goroutines.
    ...(dump.kind === 'race'
      ? []
      : [
          `${paint.bold(counted(dump.goroutines, 'goroutine'))}${changeText(dump, change, paint.warning)}`,
          counted(dump.signatures, 'signature'),
        ]),
    ...(dump.foreign_lines > 0 ? [paint.dim(`${counted(dump.foreign_lines, 'log line')} in between`)] : []),
    ...(dump.damaged > 0 ? [paint.warning(`${grouped(dump.damaged)} damaged`)] : []),
    ...(dump.truncated ? [paint.warning('truncated')] : []),
    ...(dump.limits === undefined ? [] : [paint.warning(`limits hit: ${dump.limits.join(', ')}`)]),
  ]
  const lines = flow(parts, ' · ', width)
  if (dump.reason !== undefined) lines.push(paint.alarm(cutEnd(`  ${printable(dump.reason)}`, width)))
  return lines
}

/** ` (+168 in 2h)`; empty without a previous dump. */
export function changeText(
  { duration_s: span }: DumpRecord,
  change: number | undefined,
  paint = (text: string): string => text,
): string {
  if (change === undefined) return ''
  const text = `${change === 0 ? 'no change' : signed(change)}${span === undefined || span === 0 ? '' : ` in ${spanText(span)}`}`
  return ` (${change > 0 ? paint(text) : text})`
}

/** Puts the parts on as few lines as possible. */
export function flow(parts: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const part of parts) {
    const longer = line === '' ? part : `${line}${separator}${part}`
    if (line !== '' && displayWidth(stripVTControlCharacters(longer)) > width) {
      lines.push(line)
      line = `  ${part}`
    } else {
      line = longer
    }
  }
  lines.push(line)
  return lines
}
