/** Many sources on one screen: each finding with the number of sources that have it, and a row per signature or label value. */
import type { FleetRecord } from '../../core/records.ts'
import { type Column, columnLines, type Layout, plainColumn } from '../columns.ts'
import type { TextOptions } from '../dump-text.ts'
import { findingLines, KIND_NAMES, paintSeverity } from '../finding-text.ts'
import { flow } from '../headline.ts'
import { baseName, counted, grouped, placeOf, shortenFunction, timeText, withoutPath } from '../names.ts'
import { isWanted } from '../narrow.ts'
import { printable } from '../printable.ts'
import { paintVerdict } from '../table.ts'
import { cutEnd, cutMiddle, displayWidth } from '../width.ts'
import { type FleetKey, fleetOf } from './fleet.ts'
import type { Report } from './report.ts'
import { type FoundTogether, foundTogether } from './together.ts'

const ROWS = 20
const ROWS_LEAST = 5
const FINDINGS_FULL = 3
const FINDINGS_SHOWN = 10
/** Sources named under a finding. */
const NAMED = 4

export function fleetLines(report: Report, key: FleetKey, options: TextOptions): string[] {
  const width = options.width()
  const { paint } = options
  const narrowed = narrowedReport(report, options)
  const found = foundTogether(report).filter(
    ({ worst }) => worst.signatures.length === 0 || worst.signatures.some((id) => narrowed.wanted.has(id)),
  )
  const above = [...headline(report, found, narrowed.idle.size, options), ...findings(found, report, options)]
  const records = fleetOf(report, key).filter(
    ({ id }) => narrowed.wanted.has(id) && (key.by === 'label' || !narrowed.idle.has(id)),
  )
  const height = options.height()
  const { top } = options.narrowing
  const fits = height === undefined ? ROWS : Math.max(ROWS_LEAST, height - above.length - 5)
  const rows = top === 0 ? records : records.slice(0, top ?? fits)
  const hidden = records.length - rows.length
  return [
    ...above,
    ...(rows.length === 0
      ? []
      : columnLines(columnsFor(rows, key, commonEnds(report)), rows, { layout: LAYOUT, width, paint })),
    ...(hidden > 0
      ? [paint.dim(`  … and ${counted(hidden, key.by === 'label' ? 'more value' : 'more signature')}`)]
      : []),
    ...(key.by === 'label' && records.length === 0 ? [`  no goroutine has the label ${printable(key.label)}`] : []),
    ...(report.dropped > 0 ? [paint.warning(`  ${counted(report.dropped, 'source')} more than are kept`)] : []),
  ]
}

/** One line each. */
export function fleetTitles(report: Report, options: TextOptions): string[] {
  return foundTogether(report).map((found) => cutTitle(found, report.sources.length, options))
}

function narrowedReport(report: Report, { narrowing }: TextOptions): { wanted: Set<string>; idle: Set<string> } {
  const wanted = new Set<string>()
  const idle = new Set<string>()
  const asks = narrowing.match !== undefined || narrowing.states !== undefined || narrowing.top === 0
  for (const { signatures, last } of report.sources) {
    for (const { record } of signatures) {
      if (!last.counts.has(record.id)) break
      if (isWanted(record, narrowing)) wanted.add(record.id)
      if (record.idle === true && !asks) idle.add(record.id)
    }
  }
  return { wanted, idle }
}

function headline(report: Report, found: readonly FoundTogether[], idle: number, options: TextOptions): string[] {
  const { paint } = options
  const sources = report.sources.length
  const goroutines = report.sources.reduce((sum, { last }) => sum + last.dump.goroutines, 0)
  const ids = new Set(report.sources.flatMap(({ last }) => [...last.counts.keys()]))
  const times = report.sources.flatMap(({ last }) => last.dump.time ?? []).sort()
  const newest = times.at(-1)
  const parts = [
    paint.bold(counted(sources, 'source')),
    paint.bold(counted(goroutines, 'goroutine')),
    counted(ids.size, 'signature'),
    ...(newest === undefined ? [] : [`last dump ${timeText(newest)}`]),
  ]
  const kinds = new Map<string, { count: number; found: FoundTogether }>()
  for (const each of found) {
    const known = kinds.get(each.worst.finding)
    kinds.set(each.worst.finding, { count: (known?.count ?? 0) + 1, found: known?.found ?? each })
  }
  const stands =
    kinds.size === 0
      ? [paint.good('nothing stands out')]
      : [...kinds.values()].map(({ count, found: { worst } }) =>
          paintSeverity(worst.severity, `${grouped(count)} ${KIND_NAMES[worst.finding]}`, paint),
        )
  const width = options.width()
  const counts = [...stands, ...(idle > 0 ? [`${grouped(idle)} idle`] : [])]
  return [...flow(parts, ' · ', width), ...flow(counts, ' · ', width)]
}

function findings(found: readonly FoundTogether[], report: Report, options: TextOptions): string[] {
  const lines: string[] = []
  const width = options.width()
  const { paint } = options
  for (const [index, each] of found.slice(0, FINDINGS_SHOWN).entries()) {
    if (index >= FINDINGS_FULL) {
      lines.push(cutTitle(each, report.sources.length, options))
      continue
    }
    const { worst, sources } = each
    const named = sources
      .slice(0, NAMED)
      .map(({ source, goroutines }) => `${printable(source)} ${grouped(goroutines)}`)
      .join(', ')
    const more = sources.length - NAMED
    const title = titleOf(each, report.sources.length)
    const { since: _since, per_hour: _rate, ...rest } = worst
    const because = `${named}${more > 0 ? ` and ${grouped(more)} more` : ''}${each.since === undefined ? '' : `, since ${timeText(each.since)}`}. Worst: ${worst.because}`
    lines.push(
      '',
      ...findingLines({ ...rest, title, because }, { width, paint, record: undefined, stack: index === 0 }),
    )
  }
  const more = found.length - FINDINGS_SHOWN
  if (more > 0) lines.push(paint.dim(`  … and ${counted(more, 'more finding')}`))
  return lines.length === 0 ? [] : [...lines, '']
}

/** `876 in 3 of 3 sources: 292 goroutines leak in chan send at producer.go:40`. */
function titleOf({ worst, goroutines, sources }: FoundTogether, of: number): string {
  return `${grouped(goroutines)} in ${grouped(sources.length)} of ${grouped(of)} sources: ${worst.title}`
}

function cutTitle(found: FoundTogether, of: number, { width, paint }: TextOptions): string {
  const kind = KIND_NAMES[found.worst.finding].toUpperCase().padEnd(8)
  return `${paintSeverity(found.worst.severity, kind, paint)} ${cutEnd(printable(titleOf(found, of)), Math.max(8, width() - 9))}`
}

const LAYOUT: Layout = {
  plans: [
    { least: {}, without: [], short: [] },
    { least: {}, without: [], short: ['at'] },
    { least: { function: 28, label: 16 }, without: [], short: ['at', 'worst'] },
    { least: { function: 20, label: 16 }, without: ['since'], short: ['at', 'worst'] },
    { least: { function: 12, label: 12, worst: 12 }, without: ['since'], short: ['at', 'worst'] },
    { least: { function: 8, label: 8 }, without: ['since', 'worst'], short: ['at', 'worst'] },
    { least: { label: 8 }, without: ['since', 'worst', 'function'], short: ['at'] },
    { least: { at: 8, label: 8 }, without: ['since', 'worst', 'function', 'verdict'], short: ['at'] },
  ],
  growth: [
    ['function', 'short'],
    ['label', 'wish'],
    ['worst', 'short'],
    ['at', 'wish'],
    ['function', 'wish'],
  ],
}

function columnsFor(
  rows: readonly FleetRecord[],
  key: FleetKey,
  [start, end]: readonly [number, number],
): Column<FleetRecord>[] {
  const columns: Column<FleetRecord>[] = [
    plainColumn<FleetRecord>('count', 'COUNT', ({ goroutines }) => grouped(goroutines), true),
    plainColumn<FleetRecord>('in', 'IN', ({ sources, of }) => `${grouped(sources)} of ${grouped(of)}`, true),
  ]
  if (key.by === 'label') {
    const text = ({ label }: FleetRecord): string => printable(label?.value ?? '')
    columns.push({
      ...plainColumn('label', printable(key.label).slice(0, 24).toUpperCase(), text),
      cell: (row, width) => cutMiddle(text(row), width),
    })
  }
  if (rows.some(({ verdicts }) => Object.keys(verdicts).length > 0)) {
    columns.push({
      ...plainColumn<FleetRecord>('verdict', 'VERDICT', (row) => worstVerdict(row) ?? ''),
      paint: (text, row, paint) => paintVerdict(worstVerdict(row), text, paint),
    })
  }
  columns.push({
    name: 'function',
    title: 'FUNCTION',
    cell: (row, width) => shortenFunction(printable(row.function), width),
    natural: (row) => displayWidth(printable(row.function)),
    short: (row) => displayWidth(withoutPath(printable(row.function))),
    paint: (text, _row, paint) => paint.bold(text),
  })
  columns.push({
    name: 'at',
    title: 'AT',
    cell: (row, width) => {
      const place = placeOf(row)
      const shown = displayWidth(place) <= width ? place : baseName(place)
      return displayWidth(shown) <= width ? shown : cutMiddle(shown, width)
    },
    natural: (row) => displayWidth(placeOf(row)),
    short: (row) => displayWidth(baseName(placeOf(row))),
    paint: (text, row, paint) => paint.dim(paint.link(text, row.file, row.line)),
  })
  const worst = ({ worst: { source, count } }: FleetRecord): string => `${printable(source)} ${grouped(count)}`
  const short = ({ worst: { source, count } }: FleetRecord): string =>
    `${printable(source.slice(start, source.length - end))} ${grouped(count)}`
  columns.push({
    ...plainColumn('worst', 'WORST', worst),
    cell: (row, width) => (displayWidth(worst(row)) <= width ? worst(row) : cutMiddle(short(row), width)),
    short: (row) => displayWidth(short(row)),
  })
  if (rows.some(({ first_seen: seen }) => seen !== undefined)) {
    columns.push(plainColumn('since', 'SINCE', ({ first_seen: seen }) => (seen === undefined ? '' : timeText(seen))))
  }
  return columns
}

/** The common beginning and end of all source names, as in `web-7d9f8c6b5-` and `/app`. The rest of a name is never empty. */
function commonEnds({ sources }: Report): readonly [start: number, end: number] {
  const names = sources.map(({ source }) => source)
  const [first = ''] = names
  if (names.length < 2) return [0, 0]
  const same = (from: (name: string, i: number) => string | undefined): number => {
    let length = 0
    while (length < first.length && names.every((name) => from(name, length) === from(first, length))) length++
    return length
  }
  // Only whole words of a name are left out.
  const start = first
    .slice(
      0,
      same((name, i) => name[i]),
    )
    .search(/[^-/.:_\s]*$/)
  const tail = same((name, i) => name[name.length - 1 - i])
  const end = tail - Math.max(0, first.slice(first.length - tail).search(/[-/.:_\s]/))
  const isWord = /[-/.:_\s]/.test(first.slice(first.length - tail))
  const shortest = Math.min(...names.map(({ length }) => length))
  return start + end < shortest ? [start, isWord ? end : 0] : [start, 0]
}

const VERDICTS = ['leaking', 'stuck', 'growing', 'new', 'shrinking', 'steady', 'gone'] as const

function worstVerdict({ verdicts }: FleetRecord): (typeof VERDICTS)[number] | undefined {
  return VERDICTS.find((verdict) => verdicts[verdict] !== undefined)
}
