/**
 * A report for a ticket: headline, table, evidence, one folded stack, and the commands to repeat it; at most 60 lines. GitHub-flavored
 * Markdown, restricted to what GitLab and Jira support too; Slack shows it as written.
 */
import { boundText, classText, KIND_NAMES, labelsText, stepsText } from '../finding-text.ts'
import { readFrame } from '../last-dumps.ts'
import {
  baseName,
  capitalized,
  counted,
  grouped,
  placeOf,
  signed,
  spanText,
  sparkline,
  timeText,
  verdictWord,
} from '../names.ts'
import { printable } from '../printable.ts'
import { literalPattern, shellQuoted } from '../shell.ts'
import { type FleetKey, fleetOf } from './fleet.ts'
import { type Report, recordOf, type SourceReport } from './report.ts'
import { type FoundTogether, foundTogether } from './together.ts'

export interface MarkdownOptions {
  /** Operands of the command, for the commands to repeat it; `-` is stdin. */
  readonly files: readonly string[]
  /** What several sources are compared by. */
  readonly key: FleetKey
}

const ROWS = 8
const EVIDENCE = 4
const FRAMES = 14
const FILES = 3

export function markdownText(report: Report, options: MarkdownOptions): string {
  const found = foundTogether(report)
  return `${[
    `### ${headline(report, found)}`,
    '',
    ...overview(report, found),
    ...(found.length > 0 ? ['', ...findingTable(found, report.sources.length)] : []),
    ...(report.sources.length > 1 ? ['', ...fleetTable(report, options.key)] : []),
    ...(found.length > 0 ? ['', ...evidence(found, report)] : []),
    ...stackFold(found),
    ...commands(found, options),
  ].join('\n')}\n`
}

function headline(report: Report, found: readonly FoundTogether[]): string {
  const [first] = found
  const [source] = report.sources
  const where = report.sources.length === 1 ? code(source?.source ?? '') : counted(report.sources.length, 'source')
  if (source === undefined) return 'No dump was found'
  if (first === undefined) return `Nothing stands out in ${where}`
  const more = found.length - 1
  const having = report.sources.length === 1 ? where : `${grouped(first.sources.length)} of ${where}`
  return `${escaped(first.worst.title)}${more > 0 ? ` and ${counted(more, 'more finding')}` : ''} (${having})`
}

function overview(report: Report, found: readonly FoundTogether[]): string[] {
  const goroutines = report.sources.reduce((sum, { last }) => sum + last.dump.goroutines, 0)
  const [source] = report.sources
  if (source === undefined) return ['The input held no goroutine dump.']
  const counts = new Map<string, number>()
  for (const { worst } of found) counts.set(worst.finding, (counts.get(worst.finding) ?? 0) + 1)
  const stands = [...counts].map(([, count], i) => {
    const kind = [...counts.keys()][i]
    return `${grouped(count)} ${KIND_NAMES[found.find(({ worst }) => worst.finding === kind)?.worst.finding ?? 'leak']}`
  })
  const verdicts = report.sources.length === 1 ? otherSignatures(source, found) : []
  const parts = [...(stands.length === 0 ? ['nothing stands out'] : stands), ...verdicts].join(' · ')
  if (report.sources.length > 1)
    return [
      `${counted(goroutines, 'goroutine')} in the last dumps of ${counted(report.sources.length, 'source')}: ${parts}`,
    ]
  const { dump } = source.last
  const time = dump.time === undefined ? '' : `, ${timeText(dump.time)}`
  const number = source.dumps.length > 1 ? `dump ${dump.dump} of ${source.dropped + source.dumps.length}` : 'one dump'
  const lines = [`${counted(goroutines, 'goroutine')} (${number}${time}${changeOf(source)}): ${parts}`]
  if (dump.reason === undefined) return lines
  // Text that looks like an HTML tag is written as prose: renderers disagree about where a code span ends.
  return [...lines, '', /<[A-Za-z/]/.test(dump.reason) ? escaped(dump.reason) : code(dump.reason)]
}

function changeOf({ dumps, last }: SourceReport): string {
  const whole = dumps.filter((point) => point.whole)
  const before = whole[whole.indexOf(last) - 1]
  if (before === undefined || last.fresh) return ''
  const span = last.dump.duration_s
  const change = last.dump.goroutines - before.dump.goroutines
  return `, ${change === 0 ? 'no change' : signed(change)}${span === undefined || span === 0 ? '' : ` in ${spanText(span)}`}`
}

/** Signatures without a finding: `6 idle`, `281 steady`. */
function otherSignatures({ last, signatures }: SourceReport, found: readonly FoundTogether[]): string[] {
  const named = new Set(found.flatMap(({ worst }) => worst.signatures))
  const counts = new Map<string, number>()
  for (const { record } of signatures.slice(0, last.counts.size)) {
    if (named.has(record.id)) continue
    const word = verdictWord(record) || 'other'
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return [...counts].map(([word, count]) => `${grouped(count)} ${word}`)
}

function findingTable(found: readonly FoundTogether[], sources: number): string[] {
  const fleet = sources > 1
  const rows = found
    .slice(0, ROWS)
    .map(({ worst, goroutines, sources: having }) => [
      `**${KIND_NAMES[worst.finding]}**`,
      grouped(goroutines),
      fleet
        ? `${grouped(having.length)} of ${grouped(sources)}, worst ${code(having[0]?.source ?? '')}`
        : courseOf(worst.counts),
      worst.function === undefined ? '' : code(worst.function),
      worst.file === undefined ? '' : code(baseName(placeOf(worst))),
      worst.created_at === undefined ? '' : code(worst.created_at),
    ])
  const more = found.length - rows.length
  return [
    ...table(['finding', 'goroutines', fleet ? 'sources' : 'course', 'function', 'at', 'started at'], rows),
    ...(more > 0 ? ['', `… and ${counted(more, 'more finding')}`] : []),
  ]
}

function courseOf(counts: readonly number[] | undefined): string {
  if (counts === undefined || counts.length < 2) return ''
  return `${sparkline(counts).replaceAll(' ', '▁')} ${grouped(counts[0] ?? 0)} → ${grouped(counts.at(-1) ?? 0)}`
}

function fleetTable(report: Report, key: FleetKey): string[] {
  const records = fleetOf(report, key)
  const rows = records
    .slice(0, ROWS)
    .map((record) => [
      ...(record.label === undefined ? [] : [code(record.label.value)]),
      grouped(record.goroutines),
      `${grouped(record.sources)} of ${grouped(record.of)}`,
      `${code(record.worst.source)} ${grouped(record.worst.count)}`,
      code(record.function),
      record.file === undefined ? '' : code(baseName(placeOf(record))),
    ])
  const label = key.by === 'label' ? [escaped(key.label)] : []
  const what = key.by === 'label' ? 'value' : 'signature'
  return [
    ...table([...label, 'goroutines', 'sources', 'worst', 'function', 'at'], rows),
    ...(records.length > ROWS ? ['', `… and ${counted(records.length - ROWS, `more ${what}`)}`] : []),
  ]
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [row(titles), row(titles.map(() => '---')), ...rows.map(row)]
}

function evidence(found: readonly FoundTogether[], report: Report): string[] {
  return found.slice(0, EVIDENCE).map(({ worst, since, sources }) => {
    const rate = worst.per_hour === undefined ? '' : `; +${grouped(worst.per_hour)} an hour`
    const at = since === undefined ? '' : `; since ${timeText(since)}`
    const bound = boundText(worst)
    const more = [bound === undefined ? undefined : `reaches ${bound}`, stepsText(worst), classText(worst)]
      .map((part) => (part === undefined ? '' : `; ${part}`))
      .join('')
    const by = worst.caller === undefined ? '' : `; called by ${code(withBaseName(worst.caller))}`
    const source = report.sources.find((each) => each.source === worst.source)
    const labels = labelsText(source && recordOf(worst, source))
    const common = labels === undefined ? '' : `; ${code(labels)}`
    const where = sources.length > 1 ? ` (${code(worst.source)})` : ''
    const hint = worst.hint === undefined ? '' : `. ${escaped(capitalized(worst.hint))}`
    const waits = (worst.waits_on ?? []).slice(0, 1).map(({ kind, object, waiters, may_hold: holders = [] }) => {
      const [holder] = holders
      const held = holder === undefined ? '' : `; goroutine ${holder.goroutine} ${code(holder.function)} may hold it`
      return `. ${counted(waiters, 'goroutine')} wait for ${kind} ${code(object)}${held}`
    })
    return `- **${escaped(worst.title)}**${where}: ${escaped(worst.because)}${rate}${at}${more}${by}${common}${hint}${waits.join('')}`
  })
}

/** `main.report main.go:33`. */
function withBaseName(frame: string): string {
  const { function: name, file, line } = readFrame(frame)
  return file === '' ? name : `${name} ${baseName(`${file}:${line}`)}`
}

function stackFold(found: readonly FoundTogether[]): string[] {
  const shown = found.find(({ worst }) => (worst.stack ?? []).length > 0)?.worst
  if (shown?.stack === undefined) return []
  const more = shown.stack.length - FRAMES
  const frames = [
    ...shown.stack.slice(0, FRAMES),
    ...(more > 0 ? [`… ${counted(more, 'more frame')}`] : []),
    ...(shown.created_by === undefined ? [] : [`created by ${shown.created_by} ${shown.created_at ?? ''}`.trimEnd()]),
  ]
  // Longer than any fence inside; a frame is one line.
  const lines = frames.map(printable)
  const fence = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1))
  return ['', `<details><summary>Stack</summary>`, '', `${fence}text`, ...lines, fence, '', '</details>']
}

function commands(found: readonly FoundTogether[], { files }: MarkdownOptions): string[] {
  if (files.includes('-') || files.length === 0) return []
  const shown = files.length > FILES ? [...files.slice(0, FILES).map(shellQuoted), '…'] : files.map(shellQuoted)
  const operands = printable(shown.join(' '))
  const place = found.map(({ worst }) => baseName(placeOf(worst))).find((each) => each !== '')
  return [
    '',
    '```sh',
    `dumpstream --format text ${operands}`,
    ...(place === undefined
      ? []
      : [`dumpstream --format text --stacks always --match ${shellQuoted(literalPattern(place))} ${operands}`]),
    '```',
  ]
}

/** A code span that ends where it should: without markup, mentions or links. A bar would end the table cell. */
export function code(text: string): string {
  const inert = printable(text)
  if (inert === '') return ''
  const fence = '`'.repeat(longestRun(inert) + 1)
  const pad = inert.startsWith('`') || inert.endsWith('`') || /^ .* $/.test(inert) ? ' ' : ''
  return `${fence}${pad}${inert.replaceAll('|', '\\|')}${pad}${fence}`
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
}

/** Invisible; breaks what would ping somebody, or link to an issue or an address. */
const BREAK = '\u200b'

/** Prose from a log, without markup, mentions or links. */
export function escaped(text: string): string {
  return (
    printable(text)
      .replace(/[\\`*_{}[\]>#!|~&^$]/g, '\\$&')
      // Also safe for renderers without backslash escapes.
      .replaceAll('<', '&lt;')
      .replace(/@(?=\w)/g, `@${BREAK}`)
      .replace(/\\#(?=\d)/g, `\\#${BREAK}`)
      .replace(/:\/\//g, `:${BREAK}//`)
      .replace(/\bwww\./gi, (www) => `${www.slice(0, 3)}${BREAK}.`)
  )
}
