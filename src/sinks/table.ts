/** The table of a dump: one row a signature, laid out for the width there is. */

import type { Verdict } from '../core/model.ts'
import type { SignatureRecord } from '../core/records.ts'
import { printable } from './printable.ts'
import type { Paint } from './style.ts'
import { cutEnd, cutMiddle, displayWidth, padEnd, padStart } from './width.ts'

const GAP = '  '
const INDENT = '  '

type ColumnName = 'count' | 'change' | 'verdict' | 'state' | 'wait' | 'function' | 'at' | 'creator'

interface Column {
  readonly name: ColumnName
  readonly title: string
  readonly right?: boolean
  /** Made to fit this width. */
  cell(record: SignatureRecord, width: number): string
  /** Columns it would like to have. */
  natural(record: SignatureRecord): number
  /** Columns below which it says much less; absent: the same. */
  short?(record: SignatureRecord): number
}

/**
 * What gives way first when the terminal is narrow, from nothing to nearly everything. `least` is how far a column may be cut;
 * a column that is not named keeps its natural width. The first plan whose least widths fit is taken; the room that is left
 * goes to the functions until package and name are whole, then to the others, then to the rest of the functions' paths.
 */
interface Plan {
  readonly at: 'path' | 'base' | 'none'
  readonly least: Readonly<Partial<Record<ColumnName, number>>>
  readonly without: readonly ColumnName[]
}

const PLANS: readonly Plan[] = [
  { at: 'path', least: {}, without: [] },
  { at: 'base', least: {}, without: [] },
  { at: 'base', least: { function: 36, creator: 26 }, without: [] },
  { at: 'base', least: { function: 32, state: 12, at: 12 }, without: ['creator'] },
  { at: 'base', least: { function: 26, state: 12, at: 10 }, without: ['creator', 'wait'] },
  { at: 'base', least: { function: 20, state: 6, at: 8 }, without: ['creator', 'wait'] },
  { at: 'none', least: { function: 8, state: 6 }, without: ['creator', 'wait', 'at'] },
]

/** Lines without line ends. `width` may be Infinity. */
export function tableLines(records: readonly SignatureRecord[], width: number, paint: Paint): string[] {
  const columns = columnsFor(records)
  const layout = chooseLayout(columns, records, width - INDENT.length)
  const title = layout.map(({ column, width }) => align(column, column.title, width)).join(GAP)
  const lines = [paint.dim(`${INDENT}${title}`.trimEnd())]
  for (const record of records) {
    const cells = layout.map(({ column, width: cellWidth }, index) => {
      const text = column.cell(record, cellWidth)
      const last = index === layout.length - 1
      return paintCell(column.name, record, last ? cutEnd(text, cellWidth) : align(column, text, cellWidth), paint)
    })
    lines.push(`${INDENT}${cells.join(GAP)}`.trimEnd())
  }
  return lines
}

function columnsFor(records: readonly SignatureRecord[]): Column[] {
  const columns: Column[] = [plainColumn('count', 'COUNT', (record) => grouped(record.count), true)]
  if (records.some((record) => record.delta !== undefined)) {
    columns.push(plainColumn('change', 'CHANGE', (record) => signed(record.delta), true))
  }
  if (records.some((record) => record.verdict !== undefined)) {
    columns.push(plainColumn('verdict', 'VERDICT', (record) => record.verdict ?? ''))
  }
  if (records.some((record) => dominantState(record) !== '')) {
    columns.push(plainColumn('state', 'STATE', stateText))
  }
  if (records.some((record) => (record.wait_minutes?.max ?? 0) > 0)) {
    columns.push(plainColumn('wait', 'WAIT', waitText))
  }
  columns.push(functionColumn('function', 'FUNCTION', (record) => record.function))
  if (records.some((record) => record.file !== undefined)) {
    columns.push({
      name: 'at',
      title: 'AT',
      cell: placeText,
      natural: (record) => displayWidth(placeText(record, Infinity)),
      short: (record) => displayWidth(baseName(placeText(record, Infinity))),
    })
  }
  if (records.some((record) => record.created_by !== undefined)) {
    columns.push(functionColumn('creator', 'CREATED BY', (record) => record.created_by ?? ''))
  }
  return columns
}

function plainColumn(
  name: ColumnName,
  title: string,
  text: (record: SignatureRecord) => string,
  right = false,
): Column {
  return {
    name,
    title,
    right,
    cell: (record, width) => cutEnd(text(record), width),
    natural: (record) => displayWidth(text(record)),
  }
}

function functionColumn(name: ColumnName, title: string, text: (record: SignatureRecord) => string): Column {
  return {
    name,
    title,
    cell: (record, width) => shortenFunction(printable(text(record)), width),
    natural: (record) => displayWidth(printable(text(record))),
    short: (record) => displayWidth(withoutPath(printable(text(record)))),
  }
}

interface Placed {
  readonly column: Column
  width: number
  /** What it would like to have. */
  readonly wish: number
  readonly short: number
}

function chooseLayout(columns: readonly Column[], records: readonly SignatureRecord[], room: number): Placed[] {
  const widest = (column: Column, measure: (record: SignatureRecord) => number): number =>
    records.reduce((most, record) => Math.max(most, measure(record)), column.title.length)
  const sized = columns.map((column) => ({
    column,
    natural: widest(column, column.natural),
    short: widest(column, column.short ?? column.natural),
  }))
  let placed: Placed[] = []
  for (const plan of PLANS) {
    placed = sized
      .filter(({ column }) => !plan.without.includes(column.name))
      .map(({ column, natural, short }) => {
        const wish = column.name === 'at' && plan.at === 'base' ? short : natural
        const least = Math.max(plan.least[column.name] ?? wish, column.title.length)
        return { column, width: Math.min(wish, least), wish, short: Math.min(short, wish) }
      })
    const left = room - totalWidth(placed)
    if (left < 0) continue
    grow(placed, left)
    return placed
  }
  return placed
}

function totalWidth(placed: readonly Placed[]): number {
  return placed.reduce((sum, { width }) => sum + width, GAP.length * (placed.length - 1))
}

const GROWTH: readonly (readonly [ColumnName, 'short' | 'wish'])[] = [
  ['function', 'short'],
  ['at', 'wish'],
  ['state', 'wish'],
  ['creator', 'short'],
  ['function', 'wish'],
  ['creator', 'wish'],
]

function grow(placed: readonly Placed[], room: number): void {
  let left = room
  for (const [name, goal] of GROWTH) {
    const place = placed.find(({ column }) => column.name === name)
    if (place === undefined) continue
    const more = Math.max(0, Math.min(left, place[goal] - place.width))
    place.width += more
    left -= more
  }
}

function align(column: Column, text: string, width: number): string {
  const cut = cutEnd(text, width)
  return column.right === true ? padStart(cut, width) : padEnd(cut, width)
}

const VERDICT_STYLE: Readonly<Record<Verdict, keyof Paint | undefined>> = {
  leaking: 'alarm',
  growing: 'warning',
  stuck: 'notice',
  new: 'fresh',
  shrinking: 'good',
  gone: 'dim',
  steady: undefined,
}

export function paintVerdict(verdict: Verdict | undefined, text: string, paint: Paint): string {
  const style = verdict === undefined ? undefined : VERDICT_STYLE[verdict]
  return style === undefined ? text : paint[style](text)
}

function paintCell(name: ColumnName, record: SignatureRecord, text: string, paint: Paint): string {
  if (name === 'verdict') return paintVerdict(record.verdict, text, paint)
  if (name === 'change' && (record.delta ?? 0) > 0) {
    return record.verdict === 'leaking' ? paint.alarm(text) : paint.warning(text)
  }
  if (name === 'function') return paint.bold(text)
  if (name === 'creator' || name === 'at') return paint.dim(text)
  return text
}

function dominantState(record: SignatureRecord): string {
  let best = ''
  let most = -1
  for (const [state, count] of Object.entries(record.states)) {
    if (count > most) [best, most] = [state, count]
  }
  return best
}

function stateText(record: SignatureRecord): string {
  const others = Object.keys(record.states).length - 1
  return printable(`${dominantState(record)}${others > 0 ? ` +${others}` : ''}`)
}

/** Minutes as the runtime printed them: a hint, for its clock ticks with the garbage collector's. */
function waitText(record: SignatureRecord): string {
  const wait = record.wait_minutes
  if (wait === undefined || wait.max === 0) return ''
  return wait.min === wait.max ? `${wait.max}m` : `${wait.min}–${wait.max}m`
}

/** As much of the path's end as fits, down to the base name. */
function placeText(record: SignatureRecord, width: number): string {
  if (record.file === undefined) return ''
  const place = printable(record.line === undefined ? record.file : `${record.file}:${record.line}`)
  if (displayWidth(place) <= width) return place
  const base = baseName(place)
  return displayWidth(base) <= width ? base : cutMiddle(base, width)
}

function baseName(place: string): string {
  return place.slice(Math.max(place.lastIndexOf('/'), place.lastIndexOf('\\')) + 1)
}

/**
 * `content_svr/cron/hashtag_suggestion.(*Cron).step2.func1` → `…/hashtag_suggestion.(*Cron).step2.func1` →
 * `hashtag_suggestion.(*Cron).step2.func1` → `hashtag_…Cron).step2.func1`. The package's last element and the function are what
 * people know it by; what stands in brackets may hold slashes of its own.
 */
export function shortenFunction(name: string, width: number): string {
  if (displayWidth(name) <= width) return name
  const bracket = name.search(/[([]/)
  const path = bracket === -1 ? name : name.slice(0, bracket)
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const rest = name.slice(slash)
    if (displayWidth(rest) + 1 <= width) return `…${rest}`
  }
  return cutMiddle(withoutPath(name), width)
}

function withoutPath(name: string): string {
  const bracket = name.search(/[([]/)
  return name.slice(name.lastIndexOf('/', bracket === -1 ? name.length : bracket) + 1)
}

export function signed(change: number | undefined): string {
  if (change === undefined) return ''
  if (change === 0) return '='
  return change > 0 ? `+${grouped(change)}` : `-${grouped(-change)}`
}

/** `1234567` → `1 234 567`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ')
}
