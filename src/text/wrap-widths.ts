/** How long lines are that a terminal, a mail or a logger has wrapped. */

/** No terminal is narrower, and what is longer has been wrapped by none. */
export const NARROWEST = 40
export const WIDEST = 1024
/** Pieces of one line that are put together, at most. */
export const PIECES = 6
/** Lengths at which the lines of one log are wrapped, at most. There is more than one: a TAB may count as several columns. */
const WIDTHS = 8

/** May a line of so many bytes go on with the next? */
export function mayBeWrapped(length: number): boolean {
  return length >= NARROWEST && length <= WIDEST
}

/** Lengths at which lines of one log are known to go on. */
export class WrapWidths {
  readonly #widths = new Set<number>()

  get areKnown(): boolean {
    return this.#widths.size > 0
  }

  has(width: number): boolean {
    return this.#widths.has(width)
  }

  /** A line of this length has gone on with the next. The oldest is forgotten where there are too many. */
  add(width: number): void {
    this.#widths.add(width)
    if (this.#widths.size <= WIDTHS) return
    for (const oldest of this.#widths) {
      this.#widths.delete(oldest)
      break
    }
  }
}
