/** The table of a dump: one row per signature, laid out for the available width. */
import type { Verdict } from '../core/model.ts'
import type { SignatureRecord } from '../core/records.ts'
import { alike } from './alike.ts'
import { type Column, columnLines, type Layout, plainColumn } from './columns.ts'
import { baseName, grouped, placeOf, shortenFunction, signed, withoutPath } from './names.ts'
import { printable } from './printable.ts'
import type { Paint } from './style.ts'
import { cutMiddle, displayWidth } from './width.ts'

/**
 * The place is cut last: first functions shrink, then states, then whole columns are dropped. Remaining room goes to the functions until
 * package and name are complete, then to the other columns, then to the rest of the functions' paths.
 */
const LAYOUT: Layout = {
  plans: [
    { least: {}, without: [], short: [] },
    { least: {}, without: [], short: ['at'] },
    { least: { function: 36, creator: 26 }, without: [], short: ['at'] },
    { least: { function: 28 }, without: ['creator'], short: ['at'] },
    { least: { function: 24 }, without: ['creator', 'wait'], short: ['at'] },
    { least: { function: 20 }, without: ['creator', 'wait'], short: ['at'] },
    { least: { function: 20, state: 12 }, without: ['creator', 'wait'], short: ['at'] },
    { least: { function: 14, state: 8 }, without: ['creator', 'wait'], short: ['at'] },
    { least: { function: 14 }, without: ['creator', 'wait', 'state'], short: ['at'] },
    { least: { function: 8 }, without: ['creator', 'wait', 'state'], short: ['at'] },
    { least: {}, without: ['creator', 'wait', 'state', 'function'], short: ['at'] },
    { least: {}, without: ['creator', 'wait', 'state', 'function', 'change', 'verdict'], short: ['at'] },
    { least: { at: 8 }, without: ['creator', 'wait', 'state', 'function', 'change', 'verdict'], short: ['at'] },
  ],
  growth: [
    ['function', 'short'],
    ['at', 'wish'],
    ['state', 'wish'],
    ['creator', 'short'],
    ['function', 'wish'],
    ['creator', 'wish'],
  ],
}

/** Lines without line ends. `width` may be Infinity. */
export function tableLines(records: readonly SignatureRecord[], width: number, paint: Paint): string[] {
  return columnLines(columnsFor(records), records, { layout: LAYOUT, width, paint })
}

function columnsFor(records: readonly SignatureRecord[]): Column<SignatureRecord>[] {
  const columns: Column<SignatureRecord>[] = [
    plainColumn<SignatureRecord>('count', 'COUNT', ({ count }) => grouped(count), true),
  ]
  if (records.some((record) => record.delta !== undefined)) {
    columns.push({
      ...plainColumn<SignatureRecord>('change', 'CHANGE', ({ delta }) => signed(delta), true),
      paint: (text, { delta = 0, verdict }, paint) => {
        if (delta <= 0) return text
        return verdict === 'leaking' ? paint.alarm(text) : paint.warning(text)
      },
    })
  }
  if (records.some((record) => record.verdict !== undefined)) {
    columns.push({
      ...plainColumn<SignatureRecord>('verdict', 'VERDICT', ({ verdict = '' }) => verdict),
      paint: (text, { verdict }, paint) => paintVerdict(verdict, text, paint),
    })
  }
  if (records.some((record) => dominantState(record) !== '')) columns.push(plainColumn('state', 'STATE', stateText))
  if (records.some((record) => (record.wait_minutes?.max ?? 0) > 0)) columns.push(plainColumn('wait', 'WAIT', waitText))
  columns.push(functionColumn(records))
  if (records.some((record) => record.file !== undefined)) columns.push(placeColumn())
  if (records.some((record) => record.created_by !== undefined)) columns.push(creatorColumn())
  return columns
}

/** Rows that would look alike also show the first function that differs. */
function functionColumn(records: readonly SignatureRecord[]): Column<SignatureRecord> {
  const callers = alike(records)
  const texts = (record: SignatureRecord): readonly [string, string | undefined] => {
    const caller = callers.get(record)
    return [printable(record.function), caller === undefined ? undefined : printable(caller)]
  }
  return {
    name: 'function',
    title: 'FUNCTION',
    cell: (record, width) => withCaller(...texts(record), width),
    natural: (record) => {
      const [name, caller] = texts(record)
      return displayWidth(name) + (caller === undefined ? 0 : displayWidth(`${ARROW}${caller}`))
    },
    short: (record) => {
      const [name, caller] = texts(record)
      const shown = displayWidth(withoutPath(name))
      return caller === undefined ? shown : shown + displayWidth(`${ARROW}${withoutPath(caller)}`)
    },
    paint: (text, _record, paint) => paint.bold(text),
  }
}

const ARROW = ' ← '

/** The caller distinguishes the rows, so it gets two thirds. */
function withCaller(name: string, caller: string | undefined, width: number): string {
  if (caller === undefined) return shortenFunction(name, width)
  const room = width - ARROW.length
  for (const [one, other] of [
    [name, caller],
    [withoutPath(name), withoutPath(caller)],
  ] as const) {
    if (displayWidth(one) + displayWidth(other) <= room) return `${one}${ARROW}${other}`
  }
  const callerRoom = Math.max(room - displayWidth(withoutPath(name)), Math.ceil((room * 2) / 3))
  if (room < 8) return cutMiddle(`←${withoutPath(caller)}`, width)
  const shortCaller = shortenFunction(caller, callerRoom)
  return `${shortenFunction(name, room - displayWidth(shortCaller))}${ARROW}${shortCaller}`
}

/** As much of the path as fits; always base name and line. */
function placeColumn(): Column<SignatureRecord> {
  return {
    name: 'at',
    title: 'AT',
    cell: (record, width) => {
      const place = placeOf(record)
      if (displayWidth(place) <= width) return place
      const base = baseName(place)
      return displayWidth(base) <= width ? base : cutMiddle(base, width)
    },
    natural: (record) => displayWidth(placeOf(record)),
    short: (record) => displayWidth(baseName(placeOf(record))),
    paint: (text, record, paint) => paint.dim(paint.link(text, record.file, record.line)),
  }
}

function creatorColumn(): Column<SignatureRecord> {
  const text = (record: SignatureRecord): string => printable(record.created_by ?? '')
  return {
    name: 'creator',
    title: 'CREATED BY',
    cell: (record, width) => shortenFunction(text(record), width),
    natural: (record) => displayWidth(text(record)),
    short: (record) => displayWidth(withoutPath(text(record))),
    paint: (cell, _record, paint) => paint.dim(cell),
  }
}

const VERDICT_STYLE: Readonly<Record<Verdict, 'alarm' | 'warning' | 'notice' | 'fresh' | 'good' | 'dim' | undefined>> =
  {
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

export function dominantState(record: SignatureRecord): string {
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

/** Minutes as printed by the runtime: a hint only, since they advance with garbage collections. */
function waitText(record: SignatureRecord): string {
  const wait = record.wait_minutes
  if (wait === undefined || wait.max === 0) return ''
  return wait.min === wait.max ? `${wait.max}m` : `${wait.min}–${wait.max}m`
}
