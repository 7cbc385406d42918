/** Counts of a few dumps as a small curve. */
import { html, type Markup } from './markup.ts'

const WIDTH = 64
const HEIGHT = 16
/** The newest. */
const POINTS_MAX = 32

/** Undefined for fewer than two counts. What they are is in the title, for those who do not see it. */
export function trend(counts: readonly number[]): Markup | undefined {
  const shown = counts.slice(-POINTS_MAX)
  if (shown.length < 2) return undefined
  const top = Math.max(...shown)
  const flat = shown.every((count) => count === top)
  // One that never changes is a line in the middle.
  const y = (count: number): number =>
    flat ? HEIGHT / 2 : Math.round(HEIGHT - 1 - (count / Math.max(1, top)) * (HEIGHT - 2))
  const points = shown.map((count, i) => `${Math.round((i * WIDTH) / (shown.length - 1))} ${y(count)}`)
  const path = flat ? `M0 ${HEIGHT / 2}H${WIDTH}` : `M${points.join('L')}`
  return html`<svg class="trend" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${summary(shown, flat)}"><path d="${path}"/></svg>`
}

function summary(counts: readonly number[], flat: boolean): string {
  return flat ? 'no change' : counts.slice(-6).join(' → ')
}
