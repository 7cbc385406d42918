/**
 * When the goroutines of each signature were created, on the process's own clock: its ids. Computed on demand, since one rule needs it, and
 * only for few dumps.
 */
import type { DumpTally } from '../core/model.ts'
import type { IdsOfDump } from './past.ts'

/** Creations over the life of the process. */
export interface Births {
  /** In the older and in the newer half of its life. */
  readonly older: number
  readonly newer: number
  /** Mean time of creation, as a share of the process's life. */
  readonly mean: number
}

/** By slot; undefined if the dump has no ids. */
export type BirthsOf = (slot: number) => Births | undefined

export function birthsOf({ signatures }: DumpTally, { table, maxId }: IdsOfDump): BirthsOf {
  let found: readonly Births[] | undefined
  return (slot) => {
    if (table === undefined) return undefined
    if (found !== undefined) return found[slot]
    const sums = new Float64Array(signatures.length)
    const older = new Int32Array(sums.length)
    const all = new Int32Array(sums.length)
    for (let place = 0; place < table.size; place++) {
      const [id, at] = [table.id(place), table.signature(place)]
      if (at < 0) continue
      sums[at] = (sums[at] as number) + id / maxId
      if (id * 2 <= maxId) older[at] = (older[at] as number) + 1
      all[at] = (all[at] as number) + 1
    }
    found = signatures.map((_, at) => {
      const [count, old] = [all[at] as number, older[at] as number]
      return { older: old, newer: count - old, mean: (sums[at] as number) / count }
    })
    return found[slot]
  }
}
