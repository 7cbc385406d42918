/** What the stages after the splitter may do with the bytes of a line: let them pass as log, or hold them until it is known what they are. */

export interface Held {
  /** Absolute offset of its first byte. */
  readonly at: number
  /** Bytes from here on are log, if any; the bytes before it are dump. */
  from: number
  decided: boolean
  readonly bytes: Buffer
  /** Of a line in a carrier, its other parts: what holds of it holds of them, and what is not all dump is log. */
  parts: readonly Held[] | undefined
}

/** One line of the chunk at hand, for who reads lines by their text. */
export interface LineAt {
  /** Without its line end, Latin-1. Empty when the line is too long to be part of a dump. */
  readonly text: string
  readonly buf: Buffer
  /** The line is [pos, next) of `buf`, its line end included. */
  readonly pos: number
  readonly next: number
  /** Absolute offset of `buf[0]` in the input. */
  readonly base: number
  /** The line, when it is held already. */
  readonly held?: Held
  /** The bytes of `text`, where other ones stand at `pos`. */
  readonly plain?: Buffer | undefined
}

export interface LogTape {
  /** [start, upTo) of `buf` is log. */
  pass(buf: Buffer, start: number, upTo: number): void
  /** [start, upTo) of `buf` may be either. */
  hold(buf: Buffer, start: number, upTo: number): Held
  /** It was dump, at least up to `from`; what follows is log. */
  claim(held: Held, from?: number): void
  /** It was log. */
  release(held: Held): void
  /** What is held is three pieces, of which each has a fate of its own: up to `from` of its bytes, up to `to`, and the rest. */
  split(held: Held, from: number, to: number): readonly [Held, Held, Held]
  /** The last lines of the log so far, Latin-1. */
  recent(): string
  /** A dump lies between the log so far and what comes. */
  markDump(): void
}
