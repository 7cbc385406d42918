/** When a leak reaches the limit of its process, at its present rate. */
import type { Bound } from '../core/model.ts'
import type { ReachedBound } from '../core/records.ts'
import type { Finding, Scene } from './finding.ts'

/** Smallest stack of a goroutine (runtime/stack.go stackMin): memory limits the number of goroutines to at most this. */
const STACK_BYTES = 2048

const HOUR_MS = 3_600_000
/** Largest time value of an ECMAScript date. */
const LAST_DATE = 8.64e15

/** The bound that is reached first. */
export function reached({ dump }: Scene, { per_hour: rate }: Finding, bound: Bound): ReachedBound | undefined {
  if (rate === undefined) return undefined
  const fit = bound.memory === undefined ? Number.POSITIVE_INFINITY : Math.floor(bound.memory / STACK_BYTES)
  const goroutines = Math.min(fit, bound.goroutines ?? Number.POSITIVE_INFINITY)
  if (!Number.isFinite(goroutines)) return undefined
  const hours = Math.max(0, goroutines - dump.goroutines) / rate
  const at = dump.time === undefined ? Number.NaN : dump.time + hours * HOUR_MS
  return {
    goroutines,
    ...(goroutines === fit && bound.memory !== undefined ? { memory: bound.memory } : {}),
    hours: Number(hours.toPrecision(3)),
    ...(at <= LAST_DATE && hours < 24 * 366 * 100 ? { at: new Date(at).toISOString() } : {}),
  }
}
