/** The beginnings of the function names in a tree of stacks: a line that begins like one of them may be a line of a dump. */
import type { LineTable } from './line-table.ts'
import { WORD } from './same-bytes.ts'

/** Bytes at the start of a known line that distinguish such lines from log lines. */
const START_BYTES = 5
const CREATED_BY = 'created by '
/** Most first elements of names that are kept. */
const ROOTS = 256
/** The first element of a name that has several. */
const ROOT_OF_NAME = /^[^./()\s]+(?=[./])/
/** Starts in the cache of those already noted; a power of two. */
const RECENT_STARTS = 64

export class KnownNames {
  readonly #table: LineTable
  readonly #starts = new Set<string>()
  /** Lines up to here are in `#starts`. */
  #startsUpTo = 1
  /** The first elements of the names of functions: `github` of `github.com/…`, `main` of `main.run`. */
  readonly #roots = new Set<string>()
  /** Lines up to here are in `#roots`. */
  #rootsUpTo = 1

  constructor(table: LineTable) {
    this.#table = table
  }

  /** Called when the table was emptied. */
  clear(): void {
    this.#starts.clear()
    this.#startsUpTo = 1
    this.#roots.clear()
    this.#rootsUpTo = 1
  }

  /** Called when the last line of the table was removed. */
  takeBack(): void {
    this.#startsUpTo = Math.min(this.#startsUpTo, this.#table.lines)
    this.#rootsUpTo = Math.min(this.#rootsUpTo, this.#table.lines)
  }

  /** Does any known line begin with `text`, five characters? A line that begins like a dump line does not begin a log line. */
  beginsLine(text: string): boolean {
    if (this.#startsUpTo < this.#table.lines) this.#noteStarts()
    if (this.#starts.has(text)) return true
    // A short name such as `a.b(`, followed by its arguments.
    const shortest = 'a.('.length
    for (let end = shortest; end < text.length; end++) if (this.#starts.has(text.slice(0, end))) return true
    return false
  }

  /** Notes the lines added since the last call. There may be thousands that begin like a few packages: the cache avoids making strings for those. */
  #noteStarts(): void {
    const { bytes, bytesAsWords: words } = this.#table
    const noted = new Int32Array(2 * RECENT_STARTS).fill(-1)
    for (; this.#startsUpTo < this.#table.lines; this.#startsUpTo++) {
      const line = this.#startsUpTo
      if (this.#table.kind(line) !== 'func') continue
      if (this.#table.length(line) >= START_BYTES) {
        const start = this.#table.start(line)
        const four = words.getInt32(start, true)
        const fifth = bytes[start + WORD] as number
        const at = 2 * (((four >>> 24) ^ (four >>> 8) ^ fifth) & (RECENT_STARTS - 1))
        if (noted[at] === four && noted[at + 1] === fifth) continue
        noted[at] = four
        noted[at + 1] = fifth
      }
      this.#starts.add(this.#table.literal(line, START_BYTES))
    }
  }

  /** May `name` be the beginning of a function name in a known module or package? */
  knowsRoot(name: string): boolean {
    for (; this.#rootsUpTo < this.#table.lines; this.#rootsUpTo++) {
      const line = this.#rootsUpTo
      const kind = this.#table.kind(line)
      if (kind === 'func') this.#noteRoot(this.#table.literal(line))
      else if (kind === 'created') this.#noteRoot(this.#table.literal(line).slice(CREATED_BY.length))
    }
    const root = ROOT_OF_NAME.exec(name)?.[0]
    if (root !== undefined) return this.#roots.has(root)
    for (const known of this.#roots) if (known.startsWith(name)) return true
    return false
  }

  #noteRoot(name: string): void {
    const root = ROOT_OF_NAME.exec(name)?.[0]
    if (root !== undefined && this.#roots.size < ROOTS) this.#roots.add(root)
  }
}
