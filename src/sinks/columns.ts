/** Lays out rows in columns for the available width. A list of plans says which columns shrink first, and how far. */
import type { Paint } from './style.ts'
import { cutEnd, displayWidth, padEnd, padStart } from './width.ts'

const GAP = '  '
const INDENT = '  '

export interface Column<R> {
  readonly name: string
  readonly title: string
  readonly right?: boolean
  /** The text of the cell, fitted to this width. */
  cell(row: R, width: number): string
  /** Preferred width. */
  natural(row: R): number
  /** Width below which it says much less; default: the preferred width. */
  short?(row: R): number
  /** Adds colour after fitting. */
  paint?(text: string, row: R, paint: Paint): string
}

export interface Plan {
  /** Minimum width by column; a column without an entry keeps its preferred width. */
  readonly least: Readonly<Record<string, number>>
  readonly without: readonly string[]
  /** Columns that get only their short width. */
  readonly short: readonly string[]
}

export interface Layout {
  /** From no concessions to nearly all; the first plan whose minimum widths fit is used. */
  readonly plans: readonly Plan[]
  /** Which columns get the remaining room, in this order. */
  readonly growth: readonly (readonly [column: string, goal: 'short' | 'wish'])[]
}

interface Placed<R> {
  readonly column: Column<R>
  width: number
  /** Preferred width. */
  readonly wish: number
  readonly short: number
}

/** Lines without line ends, the titles first. `width` may be Infinity. */
export function columnLines<R>(
  columns: readonly Column<R>[],
  rows: readonly R[],
  { layout, width, paint }: { readonly layout: Layout; readonly width: number; readonly paint: Paint },
): string[] {
  const placed = place(columns, rows, layout, width - INDENT.length)
  const titles = placed.map(({ column, width: room }) => align(column, column.title, room)).join(GAP)
  const lines = [paint.dim(`${INDENT}${titles}`.trimEnd())]
  for (const row of rows) {
    const cells = placed.map(({ column, width: room }, index) => {
      const text = column.cell(row, room)
      const fitted = index === placed.length - 1 ? cutEnd(text, room) : align(column, text, room)
      return column.paint === undefined ? fitted : column.paint(fitted, row, paint)
    })
    lines.push(`${INDENT}${cells.join(GAP)}`.trimEnd())
  }
  return lines
}

function place<R>(columns: readonly Column<R>[], rows: readonly R[], layout: Layout, room: number): Placed<R>[] {
  const widest = (column: Column<R>, measure: (row: R) => number): number =>
    rows.reduce((most, row) => Math.max(most, measure(row)), column.title.length)
  const sized = columns.map((column) => ({
    column,
    natural: widest(column, (row) => column.natural(row)),
    short: widest(column, (row) => column.short?.(row) ?? column.natural(row)),
  }))
  let placed: Placed<R>[] = []
  for (const plan of layout.plans) {
    placed = sized
      .filter(({ column }) => !plan.without.includes(column.name))
      .map(({ column, natural, short }) => {
        const wish = plan.short.includes(column.name) ? short : natural
        const least = Math.max(plan.least[column.name] ?? wish, column.title.length)
        return { column, width: Math.min(wish, least), wish, short: Math.min(short, wish) }
      })
    const left = room - totalWidth(placed)
    if (left < 0) continue
    grow(placed, layout, left)
    return placed
  }
  return placed
}

function totalWidth<R>(placed: readonly Placed<R>[]): number {
  return placed.reduce((sum, { width }) => sum + width, GAP.length * (placed.length - 1))
}

function grow<R>(placed: readonly Placed<R>[], { growth }: Layout, room: number): void {
  let left = room
  for (const [name, goal] of growth) {
    const found = placed.find(({ column }) => column.name === name)
    if (found === undefined) continue
    const more = Math.max(0, Math.min(left, found[goal] - found.width))
    found.width += more
    left -= more
  }
}

function align<R>(column: Column<R>, text: string, width: number): string {
  const cut = cutEnd(text, width)
  return column.right === true ? padStart(cut, width) : padEnd(cut, width)
}

export function plainColumn<R>(name: string, title: string, text: (row: R) => string, right = false): Column<R> {
  return {
    name,
    title,
    right,
    cell: (row, width) => cutEnd(text(row), width),
    natural: (row) => displayWidth(text(row)),
  }
}
