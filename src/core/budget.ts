/**
 * One memory budget for everything that is open in an input: its files, its streams, the dumps in them. Each keeper reports how much it keeps
 * whenever it is used; when the total exceeds the budget, the keeper that has not grown for the longest time gives its memory back.
 */

export interface Keeper {
  /** About how much it keeps, bytes. */
  readonly bytes: number
  /** Ends what is open in it, as if nothing more came. */
  giveBack(): void
}

/** How much a keeper may grow before it is counted again. */
const STEP_BYTES = 4096
/** Reclaiming stops when no more than this share of the budget is in use. */
const ENOUGH = 7 / 8

export class Budget {
  /** Bytes that all keepers together may keep. */
  readonly most: number
  /** What each keeper last reported; the one that has not grown for the longest time comes first. */
  readonly #kept = new Map<Keeper, number>()
  /** Bytes that all keepers together have reported. */
  used = 0

  constructor(most: number) {
    this.most = most
  }

  /** `keeper` was used, and may keep more or less than before. Do not call this where other keepers must not be ended. */
  note(keeper: Keeper): void {
    const { bytes } = keeper
    const before = this.#kept.get(keeper) ?? 0
    if (bytes < before + STEP_BYTES && (bytes > 0 || before === 0)) return
    this.forget(keeper)
    if (bytes === 0) return
    this.#kept.set(keeper, bytes)
    this.used += bytes
    if (this.used > this.most) this.#reclaim(keeper)
  }

  /** `keeper` no longer keeps anything. */
  forget(keeper: Keeper): void {
    this.used -= this.#kept.get(keeper) ?? 0
    this.#kept.delete(keeper)
  }

  #reclaim(inUse: Keeper): void {
    for (const keeper of this.#kept.keys()) {
      if (this.used <= this.most * ENOUGH) return
      if (keeper === inUse) continue
      this.forget(keeper)
      keeper.giveBack()
    }
  }
}
