/** What a person wants to see after `kill -USR2`: a headline and a table a dump, and below it what is wrong in plain sentences. */

import { stripVTControlCharacters } from 'node:util'
import type { DumpKind } from '../core/model.ts'
import type { DumpRecord, DumpstreamRecord, GoroutineRecord, SignatureRecord } from '../core/records.ts'
import { isGoroutineWanted, isWanted, type Narrowing, type PrintedStacks } from './narrow.ts'
import type { LineOutput } from './output.ts'
import { printable } from './printable.ts'
import type { RecordSink, SinkResult } from './sink.ts'
import type { Paint } from './style.ts'
import { grouped, paintVerdict, shortenFunction, signed, tableLines } from './table.ts'
import { cutEnd, displayWidth, wrap } from './width.ts'

export interface TextOptions {
  readonly narrowing: Narrowing
  readonly paint: Paint
  /** Columns to fit in; Infinity when there is no terminal. Asked for each dump. */
  readonly width: () => number
  /** Print the stacks of the rows below the table. */
  readonly stacks: PrintedStacks
}

/** Vanished signatures that are named; more are only counted. */
const GONE_NAMED = 3

export class TextSink implements RecordSink {
  readonly #output: LineOutput
  readonly #options: TextOptions
  #pending: DumpSummary | undefined
  #first = true

  constructor(output: LineOutput, options: TextOptions) {
    this.#output = output
    this.#options = options
  }

  record(record: DumpstreamRecord): void {
    if (record.type === 'signature') {
      this.#pending?.add(record)
      return
    }
    this.#finish()
    if (record.type === 'dump') this.#pending = new DumpSummary(record, this.#options)
    else if (record.type === 'goroutine' && isGoroutineWanted(record, this.#options.narrowing))
      this.#output.writeLines(`${goroutineLine(record)}\n`)
  }

  settle(): void {
    this.#finish()
  }

  end(): SinkResult {
    this.#finish()
    return { exportFailed: false }
  }

  #finish(): void {
    if (this.#pending === undefined) return
    const lines = this.#pending.lines()
    this.#pending = undefined
    this.#output.writeLines(`${this.#first ? '' : '\n'}${lines.join('\n')}\n`)
    this.#first = false
  }
}

/** One dump on its way to the screen: keeps the rows that are shown and sums up the rest. */
class DumpSummary {
  readonly #dump: DumpRecord
  readonly #options: TextOptions
  readonly #rows: SignatureRecord[] = []
  readonly #gone: SignatureRecord[] = []
  #goneCount = 0
  #change: number | undefined
  #wanted = 0
  #wantedGoroutines = 0
  #wantedChange: number | undefined
  #shownGoroutines = 0

  constructor(dump: DumpRecord, options: TextOptions) {
    this.#dump = dump
    this.#options = options
  }

  add(record: SignatureRecord): void {
    if (record.delta !== undefined) this.#change = (this.#change ?? 0) + record.delta
    if (!isWanted(record, this.#options.narrowing)) return
    if (record.delta !== undefined) this.#wantedChange = (this.#wantedChange ?? 0) + record.delta
    if (record.count === 0) {
      this.#goneCount++
      if (this.#gone.length < GONE_NAMED) this.#gone.push(record)
      return
    }
    this.#wanted++
    this.#wantedGoroutines += record.count
    const { top } = this.#options.narrowing
    if (top !== undefined && top !== 0 && this.#rows.length >= top) return
    this.#rows.push(record)
    this.#shownGoroutines += record.count
  }

  lines(): string[] {
    const { paint } = this.#options
    const width = this.#options.width()
    return [
      ...this.#headline(width),
      ...(this.#rows.length > 0 ? tableLines(this.#rows, width, paint) : []),
      ...this.#below(width).map((line) => paint.dim(cutEnd(line, width))),
      ...this.#sentences(width),
      ...this.#stacks(),
    ]
  }

  #headline(width: number): string[] {
    const { paint } = this.#options
    const dump = this.#dump
    const parts = [
      paint.bold(`${printable(dump.source)} · dump ${dump.dump}`),
      ...(KIND_WORDS[dump.kind] === '' ? [] : [paint.warning(KIND_WORDS[dump.kind])]),
      ...(dump.format === 'profile' ? ['profile'] : []),
      ...(dump.process === undefined ? [] : [printable(dump.process)]),
      ...(dump.time === undefined ? [] : [dump.time.replace('T', ' ').replace(/\.\d+(?=Z)/, '')]),
      `${paint.bold(counted(dump.goroutines, 'goroutine'))}${this.#changeText()}`,
      counted(dump.signatures, 'signature'),
      ...(dump.foreign_lines > 0 ? [paint.dim(`${counted(dump.foreign_lines, 'log line')} in between`)] : []),
      ...(dump.damaged > 0 ? [paint.warning(`${grouped(dump.damaged)} damaged`)] : []),
      ...(dump.truncated ? [paint.warning('truncated')] : []),
      ...(dump.limits === undefined ? [] : [paint.warning(`limits hit: ${dump.limits.join(', ')}`)]),
    ]
    const lines = flow(parts, ' · ', width)
    if (dump.reason !== undefined) lines.push(paint.alarm(cutEnd(`  ${printable(dump.reason)}`, width)))
    return lines
  }

  #changeText(): string {
    const change = this.#change
    const span = this.#dump.duration_s
    if (change === undefined) return ''
    const text = `${change === 0 ? 'no change' : signed(change)}${span === undefined || span === 0 ? '' : ` in ${spanText(span)}`}`
    return ` (${change > 0 ? this.#options.paint.warning(text) : text})`
  }

  #below(width: number): string[] {
    const lines: string[] = []
    const hidden = this.#wanted - this.#rows.length
    if (hidden > 0) {
      const rest = this.#wantedGoroutines - this.#shownGoroutines
      lines.push(`  … and ${counted(hidden, 'more signature')}, ${counted(rest, 'goroutine')}`)
    }
    const narrowed = this.#narrowedBy()
    if (narrowed !== undefined) {
      const change = this.#wantedChange === undefined ? '' : ` (${signed(this.#wantedChange)})`
      const goroutines = `${counted(this.#wantedGoroutines, 'goroutine')}${change}`
      lines.push(`  ${narrowed}: ${goroutines} in ${counted(this.#wanted, 'signature')}`)
    }
    if (this.#goneCount > 0) {
      const named = this.#gone.map((record) => shortenFunction(printable(record.function), Math.max(24, width / 3)))
      const more = this.#goneCount - named.length
      lines.push(`  gone: ${named.join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`)
    }
    const other = this.#dump.other?.count ?? 0
    if (other > 0) lines.push(`  ${counted(other, 'goroutine')} in no signature`)
    return lines
  }

  #narrowedBy(): string | undefined {
    const { match, states, minCount, baseline } = this.#options.narrowing
    const parts = [
      ...(baseline === undefined ? [] : ['above the baseline']),
      ...(match === undefined ? [] : [`matching /${match.source}/`]),
      ...(states === undefined ? [] : [`in ${states.join(' or ')}`]),
      ...(minCount === undefined || minCount <= 1 ? [] : [`at least ${grouped(minCount)}`]),
    ]
    return parts.length === 0 ? undefined : printable(parts.join(', '))
  }

  #sentences(width: number): string[] {
    const { paint } = this.#options
    return this.#rows.flatMap((record) => {
      const said = record.verdict === 'leaking' || record.verdict === 'growing' || record.verdict === 'stuck'
      if (!said || record.because === undefined) return []
      const verdict = paintVerdict(record.verdict, record.verdict, paint)
      const room = Math.max(20, width - 4)
      return [
        `  ${verdict} ${paint.bold(shortenFunction(printable(record.function), room - record.verdict.length - 1))}`,
        ...wrap(printable(record.because), room).map((line) => `    ${line}`),
      ]
    })
  }

  /** Frames are not cut: they are there to be copied. */
  #stacks(): string[] {
    const { paint, stacks } = this.#options
    return this.#rows.flatMap((record) =>
      record.stack === undefined || !stacks.shows(record)
        ? []
        : [
            '',
            `  ${paint.bold(grouped(record.count))} × ${printable(record.function)} ${paint.dim(record.id)}`,
            ...record.stack.map((frame) => `    ${printable(frame)}`),
            ...(record.created_by === undefined ? [] : [paint.dim(`    created by ${printable(record.created_by)}`)]),
          ],
    )
  }
}

/** The usual kind goes without saying. */
const KIND_WORDS: Readonly<Record<DumpKind, string>> = {
  all: '',
  single: 'one stack',
  panic: 'panic',
  fatal: 'fatal error',
  signal: 'signal',
  leak: 'leaked',
  race: 'data race',
  timeout: 'test timed out',
}

function goroutineLine(record: GoroutineRecord): string {
  const wait = record.wait_minutes === undefined ? '' : `, ${record.wait_minutes}m`
  return `  goroutine ${record.goroutine} [${printable(record.state)}${wait}] ${record.signature ?? 'damaged'}`
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `7200` → `2h`, `5400` → `1h30m`. */
export function spanText(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10}s`
  const whole = Math.round(seconds)
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ]
  const from = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(from, from + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join('')
}

/** Puts parts on as few lines as they need. */
function flow(parts: readonly string[], separator: string, width: number): string[] {
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
