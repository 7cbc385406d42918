/** Do goroutines come ever more slowly, by the dumps, or by the ids of all that are there? Pools and connections level off as they fill. */
import type { Births } from './births.ts'
import type { Known } from './known-steps.ts'
import { THRESHOLDS } from './thresholds.ts'

/**
 * Most of them are old, by the ids of all that are there. Goroutines that gather once for each tenant or key began to do so long before the
 * first dump, and come ever more slowly.
 */
export function gatheredEarly({ older, newer, mean }: Births, chance: number, together: number): boolean {
  const early = (1 / 2 - mean) * Math.sqrt((12 * (older + newer)) / together)
  return early > chance && newer < older * THRESHOLDS.keepsPace
}

/** Arrivals slow down on every clock: the ids handed out by the process, the time of the log, and the number of dumps. */
export function levelsOff(steps: readonly Known[], chance: number, together: number): boolean {
  const clocks = [(step: Known) => step.issued, (step: Known) => step.seconds ?? 0, () => 1]
  return clocks.every((clock) => slows(steps, chance * Math.sqrt(together), clock))
}

/**
 * The newer half of the steps has fewer arrivals for its length than the older half, and they came earlier than chance allows: the mean arrival
 * time, each known to half a step, is compared with that of an even stream.
 */
function slows(steps: readonly Known[], chance: number, clock: (step: Known) => number): boolean {
  const half = Math.floor(steps.length / 2)
  const total = steps.reduce((sum, step) => sum + clock(step), 0)
  if (total === 0) return true
  const older = { came: 0, length: 0 }
  const newer = { came: 0, length: 0 }
  let start = 0
  let sum = 0
  let mean = 0
  let square = 0
  steps.forEach((step, i) => {
    const length = clock(step) / total
    const [early, late] = [start + length / 4, start + (length * 3) / 4]
    sum += step.early * early + (step.fresh - step.early) * late
    mean += (length * (early + late)) / 2
    square += (length * (early ** 2 + late ** 2)) / 2
    const part = i < half ? older : newer
    part.came += step.fresh
    part.length += length
    start += length
  })
  const came = older.came + newer.came
  const deviation = Math.sqrt((square - mean ** 2) * came)
  return (
    mean * came - sum > deviation * chance &&
    newer.came * older.length < older.came * newer.length * THRESHOLDS.keepsPace
  )
}
