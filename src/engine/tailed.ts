/**
 * Several files in one input, as `tail -f a.log b.log` writes them. Each is a separate source, and gets its own engine as soon as a dump may begin in
 * it. Everything that is not dump comes out in the order of the input, titles included.
 *
 *   state    | input                                   | what happens
 *   ---------|-----------------------------------------|-----------------------------------------------------------------------
 *   start    | a title                                 | its file becomes current; titled
 *   start    | anything else                           | a single file: nothing more is examined here
 *   titled   | a title                                 | log; its file becomes current
 *   titled   | what may be the beginning of a title    | waits for the rest, or for the next tick but one
 *   titled   | a line without its end                  | the same, unless its file has an engine: an ordinary line needs none
 *   titled   | anything else                           | belongs to the current file
 *
 * An input without titles costs one test a chunk.
 */

import { findTailTitle, mayBeTitle, titleBegins } from '../carriers/tail-title.ts'
import { LF, NO_BYTES } from '../core/ascii.ts'
import { limitsOf } from '../core/limits.ts'
import { RECENT_BYTES } from '../lines/recent-log.ts'
import { findAnnouncement } from '../text/announcement.ts'
import { findNeedle, lineStart } from '../text/needle.ts'
import { holdsPlace } from '../text/stack-lines.ts'
import { EngineAround } from './around.ts'
import type { Engine, EngineStats, InnerOptions } from './contract.ts'
import { TailedFiles } from './tailed-files.ts'

/** At most this much of a line is kept until it is known whether its file needs an engine. */
const LONGEST = RECENT_BYTES

export class TailedEngine extends EngineAround {
  readonly #options: InnerOptions
  /** A longer line is not an ordinary one. */
  readonly #longest: number
  readonly #make: (options: InnerOptions) => Engine
  /** The engine of an input without titles. */
  #only: Engine | undefined
  readonly #files: TailedFiles
  /** Offset of the current file's title. */
  #titleAt = 0
  /** What may be the beginning of a title, or of an ordinary line. */
  #held: Buffer = NO_BYTES
  #heldSinceTick = false
  /** The last byte was a line end. */
  #atLine = true
  /** Whether the current chunk is ordinary, once computed. */
  #chunkIsOrdinary: boolean | undefined
  #bytes = 0

  constructor(options: InnerOptions, make: (options: InnerOptions) => Engine) {
    super()
    const limits = limitsOf(options.limits)
    this.#options = options
    this.#longest = Math.min(LONGEST, limits.lineBytes)
    this.#make = make
    this.#files = new TailedFiles(options, limits, make)
  }

  protected get inner(): Engine | undefined {
    return this.#only
  }

  override get stats(): EngineStats {
    return this.#only?.stats ?? { ...this.#files.stats, bytes: this.#bytes }
  }

  override get notices(): readonly string[] {
    return this.#only?.notices ?? this.#files.notices
  }

  override get settled(): number {
    return this.#only?.settled ?? Math.min(this.#files.decided, this.#bytes - this.#held.length)
  }

  /** A fresh engine must see the title of the current file, and those of all files with something open. */
  override get resumeAt(): number {
    return this.#only?.resumeAt ?? Math.min(this.#titleAt, this.#files.resumeAt, this.settled)
  }

  override get open(): boolean {
    return this.#only?.open ?? this.#files.open
  }

  push(chunk: Uint8Array): void {
    if (this.#only !== undefined) {
      this.#only.push(chunk)
      return
    }
    this.#bytes += chunk.length
    const more = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    const buf = this.#held.length > 0 ? Buffer.concat([this.#held, more]) : more
    this.#held = NO_BYTES
    if (!this.#files.isAny && !this.#begins(buf)) return
    this.#read(buf)
  }

  tick(now: number): void {
    if (this.#held.length > 0 && this.#heldSinceTick) this.#release()
    this.#heldSinceTick = this.#held.length > 0
    this.#only?.tick(now)
    this.#files.tick(now)
  }

  end(): void {
    this.#release()
    this.#only?.end()
    this.#files.end()
  }

  /** Does the input begin with a title? If not, it contains none. */
  #begins(buf: Buffer): boolean {
    if (mayBeTitle(buf)) {
      const title = findTailTitle(buf, 0, true)
      if (title?.start === 0 && title.name !== undefined) return true
      if (!buf.includes(LF)) {
        this.#held = Buffer.from(buf)
        return false
      }
    }
    this.#only = this.#make(this.#options)
    this.#only.push(buf)
    return false
  }

  #read(buf: Buffer): void {
    this.#chunkIsOrdinary = undefined
    const base = this.#bytes - buf.length
    let pos = 0
    for (let title = findTailTitle(buf, 0, this.#atLine); title !== undefined; title = findTailTitle(buf, pos, true)) {
      this.#give(buf, pos, title.start, base)
      if (title.name === undefined) {
        this.#hold(buf, title.start)
        return
      }
      this.#files.switchTo(title.name, buf.subarray(title.start, title.end), base + title.start)
      this.#titleAt = base + title.start + (buf[title.start] === LF ? 1 : 0)
      this.#atLine = true
      pos = title.end
    }
    const rest = this.#heldFrom(buf, pos, titleBegins(buf, pos, this.#atLine))
    this.#give(buf, pos, rest, base)
    this.#hold(buf, rest)
  }

  /** The start of the incomplete line at the end of [pos, end), if it must wait for the decision whether its file needs an engine; else `end`. */
  #heldFrom(buf: Buffer, pos: number, end: number): number {
    if (this.#files.isRunning) return end
    const line = lineStart(buf, pos, end)
    return end - line > this.#longest ? end : line
  }

  #hold(buf: Buffer, from: number): void {
    this.#held = from < buf.length ? Buffer.from(buf.subarray(from)) : NO_BYTES
    this.#heldSinceTick = false
  }

  /** Gives up waiting for the rest of what was held. */
  #release(): void {
    this.#chunkIsOrdinary = undefined
    const held = this.#held
    this.#held = NO_BYTES
    if (held.length === 0) return
    if (this.#files.isAny) {
      this.#give(held, 0, held.length, this.#bytes - held.length)
      return
    }
    this.#only = this.#make(this.#options)
    this.#only.push(held)
  }

  /** [start, end) belongs to the current file. */
  #give(buf: Buffer, start: number, end: number, base: number): void {
    if (!this.#files.isAny || start >= end) return
    this.#atLine = buf[end - 1] === LF
    const piece = buf.subarray(start, end)
    if (!this.#files.isRunning && this.#isOrdinary(buf, start, end)) this.#files.remember(piece, base + start)
    else this.#files.push(piece, base + start, this.#titleAt)
  }

  /** Are these whole lines of log that no engine needs to read, except as the log before what follows? */
  #isOrdinary(buf: Buffer, start: number, end: number): boolean {
    if (buf[end - 1] !== LF || holdsLonger(buf, start, end, this.#longest)) return false
    // A chunk can contain thousands of titles.
    this.#chunkIsOrdinary ??= isOrdinary(buf)
    return this.#chunkIsOrdinary || isOrdinary(buf.subarray(start, end))
  }
}

/** Is one of the lines in [start, end) longer than `most` bytes? */
function holdsLonger(buf: Buffer, start: number, end: number, most: number): boolean {
  for (let line = start; end - line > most + 1; ) {
    const lf = buf.lastIndexOf(LF, line + most)
    if (lf < line) return true
    line = lf + 1
  }
  return false
}

/** Do `lines` contain nothing that may belong to a dump or announce one? */
function isOrdinary(lines: Buffer): boolean {
  const { length } = lines
  return (
    findNeedle(lines, 0, length, true) < 0 &&
    findAnnouncement(lines, 0, length, length) === length &&
    !holdsPlace(lines)
  )
}
