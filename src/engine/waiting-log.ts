/**
 * The log of several files of one input on its way out, in the order of the input: log after an undecided line of any file waits for that line.
 */

export class WaitingLog {
  readonly #onLog: ((bytes: Uint8Array, offset: number) => void) | undefined
  readonly #most: number
  /** Log that waits, with its offset in the input, by which it is sorted. */
  #queue: { readonly at: number; readonly bytes: Uint8Array }[] = []
  #bytes = 0
  #since: number | undefined

  /** `most`: bytes that may wait. If there are more, or they have waited too long, log goes out before what it waits for. */
  constructor(onLog: ((bytes: Uint8Array, offset: number) => void) | undefined, most: number) {
    this.#onLog = onLog
    this.#most = most
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0
  }

  /** Does anyone want the log? */
  get isWanted(): boolean {
    return this.#onLog !== undefined
  }

  /** Takes log from offset `at` of the input; everything before `decided` is decided. */
  add(bytes: Uint8Array, at: number, decided: () => number): void {
    if (this.#onLog === undefined) return
    if (this.#queue.length === 0 && at < decided()) {
      this.#onLog(bytes, at)
      return
    }
    // Log that a dump had held may be older than what already waits.
    let place = this.#queue.length
    while (place > 0 && (this.#queue[place - 1]?.at ?? 0) > at) place--
    this.#queue.splice(place, 0, { at, bytes: Buffer.from(bytes) })
    this.#bytes += bytes.length
  }

  /** Like Engine.tick. */
  tick(now: number, idle: number): void {
    if (this.#queue.length === 0) this.#since = undefined
    else if (this.#since === undefined) this.#since = now
    else if (now - this.#since >= idle) this.flush(Number.POSITIVE_INFINITY)
  }

  /** Emits the log from before `decided`. */
  flush(decided: number): void {
    const upTo = this.#bytes > this.#most ? Number.POSITIVE_INFINITY : decided
    const left = this.#queue.findIndex(({ at }) => at >= upTo)
    if (left === 0) return
    for (const { bytes, at } of this.#queue.splice(0, left < 0 ? this.#queue.length : left)) {
      this.#bytes -= bytes.length
      this.#onLog?.(bytes, at)
    }
  }
}
