/** One line on the terminal of stderr while a long file is read; it is rewritten in place, and wiped before anything else is printed. */

import { writeSync } from 'node:fs'
import { bytesText, counted } from '../sinks/names.ts'
import { printable } from '../sinks/printable.ts'
import { cutMiddle, displayWidth } from '../sinks/width.ts'

/** Files that are read faster show no progress. */
const FIRST_AFTER_MS = 500
const EVERY_MS = 100
const WIPE = '\r\u001b[K'

export interface ProgressFigures {
  readonly dumps: number
  readonly goroutines: number
}

export class Progress {
  readonly #fd: number
  readonly #columns: () => number
  readonly #figures: () => ProgressFigures
  #name = ''
  #size = 0
  #read = 0
  #startedAt = 0
  #nextAt = Number.POSITIVE_INFINITY
  #shown = false

  constructor(fd: number, columns: () => number, figures: () => ProgressFigures) {
    this.#fd = fd
    this.#columns = columns
    this.#figures = figures
  }

  start(name: string, size: number): void {
    this.#name = printable(name)
    this.#size = size
    this.#read = 0
    this.#startedAt = performance.now()
    this.#nextAt = this.#startedAt + FIRST_AFTER_MS
  }

  advance(bytes: number): void {
    this.#read += bytes
    const now = performance.now()
    if (now < this.#nextAt) return
    this.#nextAt = now + EVERY_MS
    this.#write(WIPE + this.#line(now))
    this.#shown = true
  }

  /** Call this before any other output to the same terminal. */
  wipe(): void {
    if (!this.#shown) return
    this.#write(WIPE)
    this.#shown = false
  }

  stop(): void {
    this.wipe()
    this.#nextAt = Number.POSITIVE_INFINITY
  }

  #line(now: number): string {
    const rate = (this.#read / (now - this.#startedAt)) * 1000
    const part = Math.min(99, Math.floor((this.#read / this.#size) * 100))
    const { dumps, goroutines } = this.#figures()
    const tail = ` ${String(part).padStart(2)} % of ${bytesText(this.#size)}, ${bytesText(rate)}/s, ${counted(dumps, 'dump')}, ${counted(goroutines, 'goroutine')}`
    // Leave the last column free: some terminals wrap as soon as it is filled.
    const room = this.#columns() - 1 - displayWidth(tail)
    return room < 4 ? tail.trimStart().slice(0, this.#columns() - 1) : `${cutMiddle(this.#name, room)}${tail}`
  }

  #write(text: string): void {
    try {
      writeSync(this.#fd, text)
    } catch {
      this.#nextAt = Number.POSITIVE_INFINITY
    }
  }
}
