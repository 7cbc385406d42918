/** Lengths of lines that a terminal, a mail or a logger has wrapped. */

/** No terminal is narrower, and no line longer than this was wrapped. */
export const NARROWEST = 40
export const WIDEST = 1024
/** Most pieces that are put together to one line. */
export const PIECES = 6
/** Most lengths that are remembered for one log. There can be several: a TAB may count as several columns. */
const WIDTHS = 8

/** Can a line of this many bytes continue on the next? */
export function mayBeWrapped(length: number): boolean {
  return length >= NARROWEST && length <= WIDEST
}

/** Lengths at which lines of one log are known to continue on the next. */
export class WrapWidths {
  readonly #widths = new Set<number>()

  get areKnown(): boolean {
    return this.#widths.size > 0
  }

  has(width: number): boolean {
    return this.#widths.has(width)
  }

  /** Records that a line of this length was continued on the next. The oldest length is forgotten if there are too many. */
  add(width: number): void {
    this.#widths.add(width)
    if (this.#widths.size <= WIDTHS) return
    for (const oldest of this.#widths) {
      this.#widths.delete(oldest)
      break
    }
  }
}
