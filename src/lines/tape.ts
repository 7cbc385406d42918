/** What the stages after the splitter can do with the bytes of a line: pass them as log, or hold them until they are decided. */

export interface Held {
  /** Absolute offset of its first byte. */
  readonly at: number
  /** Bytes from here on are log, if there are any; the bytes before are dump. */
  from: number
  decided: boolean
  readonly bytes: Buffer
  /** The other parts of a line in a carrier: they are decided with it, and are log unless the line is dump as a whole. */
  parts: readonly Held[] | undefined
}

/** One line of the current chunk, for code that reads lines as text. */
export interface LineAt {
  /** Without its line end, Latin-1. Empty if the line is too long to be part of a dump. */
  readonly text: string
  readonly buf: Buffer
  /** The line is [pos, next) of `buf`, its line end included. */
  readonly pos: number
  readonly next: number
  /** Absolute offset of `buf[0]` in the input. */
  readonly base: number
  /** The line, if it is already held. */
  readonly held?: Held
  /** The bytes of `text`, if they differ from those at `pos`. */
  readonly plain?: Buffer | undefined
}

export interface LogTape {
  /** [start, upTo) of `buf` is log. */
  pass(buf: Buffer, start: number, upTo: number): void
  /** [start, upTo) of `buf` may be either. */
  hold(buf: Buffer, start: number, upTo: number): Held
  /** It was dump, at least up to `from`; the rest is log. */
  claim(held: Held, from?: number): void
  /** It was log. */
  release(held: Held): void
  /** Splits what is held into three pieces that are decided separately: its bytes up to `from`, those up to `to`, and the rest. */
  split(held: Held, from: number, to: number): readonly [Held, Held, Held]
  /** The last lines of the log so far, Latin-1. */
  recent(): string
  /** There is a dump between the log so far and what follows. */
  markDump(): void
}
