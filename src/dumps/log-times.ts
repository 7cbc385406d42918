/**
 * When the log lines were written that came since a line of what is open. Nobody pauses for long in the middle of a dump: where the log has gone on
 * for as long, the dump was cut there, and the header that comes is of another one.
 */

/** Nobody pauses for so long, milliseconds. */
const LONG_MS = 60_000

interface Clock {
  timeOf(text: string): number | undefined
}

export class LogTimes {
  #clock: Clock
  /** Of the lines before the last line of the dump. */
  #before = ''
  #first = ''
  #last = ''

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** For another stream. */
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

  /** Have the log lines gone on for long since the last line of what began at `time`? One line alone may name another time. */
  isLongSince(time: () => number | undefined): boolean {
    if (this.#last === '') return false
    const [first, last] = [this.#clock.timeOf(this.#first), this.#clock.timeOf(this.#last)]
    if (first === undefined || last === undefined) return false
    const from = this.#clock.timeOf(this.#before) ?? time()
    return from !== undefined && Math.min(first, last) > from + LONG_MS
  }
}
