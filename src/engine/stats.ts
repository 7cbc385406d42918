/** Totals over several engines. */
import type { EngineStats } from './contract.ts'

export const NOTHING: EngineStats = { bytes: 0, dumps: 0, goroutines: 0, damaged: 0 }

export function add(one: EngineStats, other: EngineStats): EngineStats {
  return {
    bytes: one.bytes + other.bytes,
    dumps: one.dumps + other.dumps,
    goroutines: one.goroutines + other.goroutines,
    damaged: one.damaged + other.damaged,
  }
}
