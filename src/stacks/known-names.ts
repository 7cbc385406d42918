/** How the names of the functions in a tree of stacks begin: what begins as one of them does may be one of them. */
import type { LineTable } from './line-table.ts'
import { WORD } from './same-bytes.ts'

/** Of a known line, what tells its like from a log line. */
const START_BYTES = 5
const CREATED_BY = 'created by '
/** Modules and packages that are told by their first element. */
const ROOTS = 256
/** The first element of a name, where there are more. */
const ROOT_OF_NAME = /^[^./()\s]+(?=[./])/
/** Starts that are known to be noted, at a time; a power of two. */
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

  /** The table has no lines any more. */
  clear(): void {
    this.#starts.clear()
    this.#startsUpTo = 1
    this.#roots.clear()
    this.#rootsUpTo = 1
  }

  /** It has no longer the line that was added last. */
  takeBack(): void {
    this.#startsUpTo = Math.min(this.#startsUpTo, this.#table.lines)
    this.#rootsUpTo = Math.min(this.#rootsUpTo, this.#table.lines)
  }

  /** Does some known line begin with `text`, five characters? What begins a dump line begins no log line. */
  beginsLine(text: string): boolean {
    if (this.#startsUpTo < this.#table.lines) this.#noteStarts()
    if (this.#starts.has(text)) return true
    // `a.b(`, and then the arguments.
    const shortest = 'a.('.length
    for (let end = shortest; end < text.length; end++) if (this.#starts.has(text.slice(0, end))) return true
    return false
  }

  /** Of the lines since the last time. There may be thousands, which begin as a few packages do: for those no string is made. */
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

  /** May `name` be the beginning of the name of some function of a module or package that is known? */
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
