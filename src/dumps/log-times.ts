/**
 * When the log lines were written that have come since a line of what is open. No process pauses for long in the middle of a dump: if the log has
 * gone on for long, the dump was cut there, and the next header belongs to another one.
 */

/** A longer pause than any within a dump, milliseconds. */
const LONG_MS = 60_000

interface Clock {
  timeOf(text: string): number | undefined
}

export class LogTimes {
  #clock: Clock
  /** The last log line before the last line of the dump. */
  #before = ''
  #first = ''
  #last = ''

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Prepares for another stream. */
  reuse(clock: Clock): void {
    this.#clock = clock
    this.clear()
  }

  /** A log line has come. */
  note(text: string): void {
    if (this.#first === '') this.#first = text
    else this.#last = text
  }

  /** A line of what is open has come. */
  settle(): void {
    if (this.#first === '') return
    this.#before = this.#last === '' ? this.#first : this.#last
    this.#first = ''
    this.#last = ''
  }

  /** Something else is open. */
  clear(): void {
    this.#before = ''
    this.#first = ''
    this.#last = ''
  }

  /** Have the log lines gone on for long since the last line of what began at `time`? A single line may contain some other time. */
  isLongSince(time: () => number | undefined): boolean {
    if (this.#last === '') return false
    const [first, last] = [this.#clock.timeOf(this.#first), this.#clock.timeOf(this.#last)]
    if (first === undefined || last === undefined) return false
    const from = this.#clock.timeOf(this.#before) ?? time()
    return from !== undefined && Math.min(first, last) > from + LONG_MS
  }
}
