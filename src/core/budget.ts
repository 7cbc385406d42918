/**
 * One budget of memory for all that is open in an input: its files, its streams, the dumps in them. Each keeper says how much it keeps when
 * another one comes to be used; when all together keep too much, the one that has not grown for longest gives back.
 */

export interface Keeper {
  /** About how much it keeps, bytes. */
  readonly bytes: number
  /** Ends what is open in it: that is all there will be. */
  giveBack(): void
}

/** What a keeper may grow by before it is counted anew. */
const STEP_BYTES = 4096
/** So much of the budget is in use when enough has been given back. */
const ENOUGH = 7 / 8

export class Budget {
  /** Bytes that all may keep together. */
  readonly most: number
  /** The one that has not grown for longest is the first. */
  readonly #kept = new Map<Keeper, number>()
  /** Bytes that all keep, as they have said. */
  used = 0

  constructor(most: number) {
    this.most = most
  }

  /** `keeper` has been used, and may keep more now, or less. Not to be called where others can't be ended. */
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

  /** It keeps nothing any more. */
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
