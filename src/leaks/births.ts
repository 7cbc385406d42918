/** When the goroutines of each signature were born, by the process's own clock: its ids. One rule asks, and of few dumps: found when it does. */
import type { DumpTally } from '../core/model.ts'
import type { IdsOfDump } from './past.ts'

/** Births over the life of the process. */
export interface Births {
  /** In the older half of its life, and in the newer. */
  readonly older: number
  readonly newer: number
  /** Mean, as a share of its life. */
  readonly mean: number
}

/** By slot; undefined where the dump has no ids. */
export type BirthsOf = (slot: number) => Births | undefined

export function birthsOf({ signatures }: DumpTally, { table, maxId }: IdsOfDump): BirthsOf {
  let found: readonly Births[] | undefined
  return (slot) => {
    if (table === undefined) return undefined
    if (found !== undefined) return found[slot]
    const sums = new Float64Array(signatures.length)
    const older = new Int32Array(sums.length)
    const all = new Int32Array(sums.length)
    table.forEach((id, at) => {
      if (at < 0) return
      sums[at] = (sums[at] as number) + id / maxId
      if (id * 2 <= maxId) older[at] = (older[at] as number) + 1
      all[at] = (all[at] as number) + 1
    })
    found = signatures.map((_, at) => {
      const [count, old] = [all[at] as number, older[at] as number]
      return { older: old, newer: count - old, mean: (sums[at] as number) / count }
    })
    return found[slot]
  }
}
