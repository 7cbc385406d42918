/** When a leak reaches what the process may have, at the rate of its history. */
import type { Bound } from '../core/model.ts'
import type { ReachedBound } from '../core/records.ts'
import type { Finding, Scene } from './finding.ts'

/** The least stack of a goroutine (runtime/stack.go stackMin): so many fit, at most. */
const STACK_BYTES = 2048

const HOUR_MS = 3_600_000
/** Up to here ECMAScript has dates. */
const LAST_DATE = 8.64e15

/** Of the bounds that `bound` has, the one that is reached first. */
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
