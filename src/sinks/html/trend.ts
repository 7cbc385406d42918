/** Counts of a few dumps as a small curve. */
import { html, type Markup } from './markup.ts'

const WIDTH = 64
const HEIGHT = 16
/** Newest points that are drawn. */
const POINTS_MAX = 24
/** Counts in the label. */
const WORDS_MAX = 4

/** One count; `fresh`: nothing connects it with the previous one, so the curve has a gap. */
export interface TrendPoint {
  readonly count: number
  readonly fresh: boolean
}

/** Undefined for fewer than two counts. The label gives the counts, for those who cannot see the curve. */
export function trend(all: readonly TrendPoint[]): Markup | undefined {
  const points = all.slice(-POINTS_MAX)
  const counts = points.map(({ count }) => count)
  if (points.length < 2) return undefined
  const flat = counts.every((count) => count === counts[0])
  const gaps = points.slice(1).some(({ fresh }) => fresh)
  const path = flat && !gaps ? `M0 ${HEIGHT / 2}h${WIDTH}` : curve(points)
  const words = flat ? 'no change' : counts.slice(-WORDS_MAX).join(', ')
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${words}"><path d="${path}"/></svg>`
}

/** In whole units, relative to the previous point, which is short; level parts are one line. */
function curve(points: readonly TrendPoint[]): string {
  const top = Math.max(1, ...points.map(({ count }) => count))
  let path = ''
  let [x, y] = [0, 0]
  for (const [i, { count, fresh }] of points.entries()) {
    const nextX = Math.round((i * WIDTH) / (points.length - 1))
    const nextY = Math.round(HEIGHT - 1 - (count / top) * (HEIGHT - 2))
    const begins = i === 0 || fresh
    // A level part is drawn at its end.
    const after = points[i + 1]
    if (!begins && nextY === y && after !== undefined && !after.fresh && after.count === count) continue
    // A lone point is a dot one unit wide.
    if (begins) path += `M${Math.min(nextX, WIDTH - 1)} ${nextY}h1m-1 0`
    else path += nextY === y ? `h${nextX - x}` : `l${nextX - x}${nextY < y ? '' : ' '}${nextY - y}`
    ;[x, y] = [nextX, nextY]
  }
  return path
}
