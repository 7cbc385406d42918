/**
 * Several files in one input, as `tail -f a.log b.log` writes them: each is a source of its own, and has an engine of its own as soon as a dump
 * may begin in it. What is not dump comes out in the order of the input, titles included.
 *
 *   state    | input                              | what happens
 *   ---------|------------------------------------|---------------------------------------------------------
 *   start    | a title                            | its file is at hand; titled
 *   start    | anything else                      | one file, of which nothing is looked at here, to the end
 *   titled   | a title                            | log; its file is at hand
 *   titled   | what may be the beginning of one   | waits for the rest, or for the next tick but one
 *   titled   | a line without its end             | as that, unless its file has an engine: the line may be ordinary, and need none
 *   titled   | anything else                      | of the file at hand
 *
 * An input without titles costs one test a chunk.
 */

import { attributesOfPath } from '../carriers/kubernetes.ts'
import { findTitle, mayBeTitle, titleBegins } from '../carriers/tail-title.ts'
import { LF } from '../core/ascii.ts'
import { type Limits, limitsOf } from '../core/limits.ts'
import { RecentMap } from '../core/lru.ts'
import type { Writable } from '../core/records.ts'
import { RECENT_BYTES } from '../lines/recent-log.ts'
import { findAnnouncement } from '../text/announcement.ts'
import { findNeedle, lineStart } from '../text/needle.ts'
import { holdsPlace } from '../text/stack-lines.ts'
import { EngineAround } from './around.ts'
import type { Engine, EngineStats, InnerOptions } from './contract.ts'
import { add, NOTHING } from './stats.ts'
import { TailedFile } from './tailed-file.ts'
import { WaitingLog } from './waiting-log.ts'

/** Of the files without anything open, so many are looked at when one more comes: some need their engine no longer. */
const LOOKS = 4

/** No more is kept of a line before it is known whether its file needs an engine. */
const LONGEST = RECENT_BYTES

const EMPTY = Buffer.alloc(0)

export class TailedEngine extends EngineAround {
  readonly #options: InnerOptions
  readonly #limits: Limits
  /** A line that is longer is no ordinary one. */
  readonly #longest: number
  readonly #make: (options: InnerOptions) => Engine
  /** The engine of an input without titles. */
  #only: Engine | undefined
  /** Least recently used first. */
  readonly #files: RecentMap<string, TailedFile>
  #file: TailedFile | undefined
  /** Those with an engine, least recently used first; and of these, other than the one at hand, those that may still say something. */
  readonly #running = new Set<TailedFile>()
  readonly #undecided = new Set<TailedFile>()
  /** Of the file at hand. */
  #titleAt = 0
  /** What may be the beginning of a title, or of an ordinary line. */
  #held: Buffer = EMPTY
  #heldSinceTick = false
  /** The last byte was a line end. */
  #atLine = true
  /** Of the chunk at hand, once somebody has asked. */
  #chunkIsOrdinary: boolean | undefined
  #bytes = 0
  #past: EngineStats = NOTHING
  /** A file has shown that its oldest line is the first: so it is in the others. */
  #isForward = false
  readonly #log: WaitingLog
  /** Offset in the input before which no file but the one at hand has anything to say. */
  #others = Number.POSITIVE_INFINITY

  constructor(options: InnerOptions, make: (options: InnerOptions) => Engine) {
    super()
    this.#options = options
    this.#limits = limitsOf(options.limits)
    this.#longest = Math.min(LONGEST, this.#limits.lineBytes)
    this.#log = new WaitingLog(options.onLog, this.#limits.waitingBytes)
    this.#make = make
    this.#files = new RecentMap(this.#limits.sources, (_, gone) => this.#stop(gone))
  }

  protected get inner(): Engine | undefined {
    return this.#only
  }

  override get stats(): EngineStats {
    if (this.#only !== undefined) return this.#only.stats
    let all = this.#past
    for (const { engine } of this.#running) if (engine !== undefined) all = add(all, engine.stats)
    return { ...all, bytes: this.#bytes }
  }

  override get notices(): readonly string[] {
    const engines = [
      ...(this.#only === undefined ? [] : [this.#only]),
      ...[...this.#files.values()].map(({ engine }) => engine),
    ]
    return engines.flatMap((engine) => engine?.notices ?? [])
  }

  override get settled(): number {
    return this.#only?.settled ?? Math.min(this.#decided(), this.#bytes - this.#held.length)
  }

  /** A fresh engine must see the title of the file at hand, and those of all files with something open. */
  override get resumeAt(): number {
    if (this.#only !== undefined) return this.#only.resumeAt
    let first = this.#titleAt
    for (const file of this.#running) {
      const resumeAt = file.engine?.resumeAt ?? file.bytes
      if (resumeAt < file.bytes) first = Math.min(first, file.pieces[file.pieceOf(resumeAt)]?.title ?? 0)
    }
    return Math.min(first, this.settled)
  }

  override get open(): boolean {
    if (this.#only !== undefined) return this.#only.open
    for (const { engine } of this.#running) if (engine?.open === true) return true
    return !this.#log.isEmpty
  }

  push(chunk: Uint8Array): void {
    if (this.#only !== undefined) {
      this.#only.push(chunk)
      return
    }
    this.#bytes += chunk.length
    const more = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    const buf = this.#held.length > 0 ? Buffer.concat([this.#held, more]) : more
    this.#held = EMPTY
    if (this.#file === undefined && !this.#begins(buf)) return
    this.#read(buf)
  }

  tick(now: number): void {
    if (this.#held.length > 0 && this.#heldSinceTick) this.#release()
    this.#heldSinceTick = this.#held.length > 0
    this.#only?.tick(now)
    for (const { engine } of this.#running) engine?.tick(now)
    this.#look()
    this.#log.tick(now, this.#options.idle ?? 1000)
  }

  end(): void {
    this.#release()
    this.#only?.end()
    for (const { engine } of this.#running) engine?.end()
    this.#look()
    this.#log.flush(Number.POSITIVE_INFINITY)
  }

  /** Does the input begin with a title? If it does not, there will be no titles in it. */
  #begins(buf: Buffer): boolean {
    if (mayBeTitle(buf)) {
      const title = findTitle(buf, 0, true)
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
    for (let title = findTitle(buf, 0, this.#atLine); title !== undefined; title = findTitle(buf, pos, true)) {
      this.#give(buf, pos, title.start, base)
      if (title.name === undefined) {
        this.#hold(buf, title.start)
        return
      }
      this.#pass(undefined, buf.subarray(title.start, title.end), base + title.start)
      this.#switch(title.name)
      this.#titleAt = base + title.start + (buf[title.start] === LF ? 1 : 0)
      this.#atLine = true
      pos = title.end
    }
    const rest = this.#heldFrom(buf, pos, titleBegins(buf, pos, this.#atLine))
    this.#give(buf, pos, rest, base)
    this.#hold(buf, rest)
  }

  /** Where in [pos, end) the line begins that lacks its end, if that tells whether its file needs an engine; `end` otherwise. */
  #heldFrom(buf: Buffer, pos: number, end: number): number {
    if (this.#file?.engine !== undefined) return end
    const line = lineStart(buf, pos, end)
    return end - line > this.#longest ? end : line
  }

  #hold(buf: Buffer, from: number): void {
    this.#held = from < buf.length ? Buffer.from(buf.subarray(from)) : EMPTY
    this.#heldSinceTick = false
  }

  /** What was held gets no end. */
  #release(): void {
    this.#chunkIsOrdinary = undefined
    const held = this.#held
    this.#held = EMPTY
    if (held.length === 0) return
    if (this.#file !== undefined) {
      this.#give(held, 0, held.length, this.#bytes - held.length)
      return
    }
    this.#only = this.#make(this.#options)
    this.#only.push(held)
  }

  /** [start, end) is of the file at hand. */
  #give(buf: Buffer, start: number, end: number, base: number): void {
    const file = this.#file
    if (file === undefined || start >= end) return
    this.#atLine = buf[end - 1] === LF
    const input = base + start
    if (file.engine === undefined && this.#isOrdinary(buf, start, end)) {
      const piece = buf.subarray(start, end)
      file.remember(piece)
      this.#pass(file, piece, input)
      this.#flush()
      return
    }
    const engine = file.engine ?? this.#start(file)
    const last = file.pieces[file.pieces.length - 1]
    if (last === undefined || last.input - last.at !== input - file.bytes)
      file.pieces.push({ at: file.bytes, input, title: this.#titleAt })
    file.bytes += end - start
    engine.push(buf.subarray(start, end))
    this.#learnOrder(engine)
    this.#flush()
    // A long line is log at once, and a dump may yet be found in it.
    if (!engine.open && engine.resumeAt >= file.bytes) file.pieces = file.pieces.slice(-1)
    else if (file.pieces.length > this.#limits.pieces) file.pieces.splice(0, this.#limits.pieces >> 1)
  }

  /** Are these whole lines of log, of which no engine need know more than that they came before what comes? */
  #isOrdinary(buf: Buffer, start: number, end: number): boolean {
    if (buf[end - 1] !== LF || holdsLonger(buf, start, end, this.#longest)) return false
    // There may be thousands of titles in a chunk.
    this.#chunkIsOrdinary ??= isOrdinary(buf)
    return this.#chunkIsOrdinary || isOrdinary(buf.subarray(start, end))
  }

  #switch(name: string): void {
    const before = this.#file
    const file = this.#files.get(name) ?? new TailedFile(name)
    this.#files.set(name, file)
    this.#file = file
    if (before !== undefined && before.undecided < Number.POSITIVE_INFINITY) this.#undecided.add(before)
    this.#undecided.delete(file)
    if (this.#running.delete(file)) this.#running.add(file)
    this.#look()
  }

  /** What is open in it is all there will be. */
  #stop(file: TailedFile): void {
    this.#running.delete(file)
    this.#undecided.delete(file)
    const { engine } = file
    if (engine === undefined) return
    engine.end()
    this.#learnOrder(engine)
    this.#past = add(this.#past, engine.stats)
    file.engine = undefined
    file.pieces = []
    file.bytes = 0
  }

  #learnOrder(engine: Engine): void {
    this.#isForward ||= engine.stats.dumps > 0 && engine.isNewestFirst !== true
  }

  /** Makes the engine of a file; of those that have nothing open, the ones that were used longest ago lose theirs. */
  #start(file: TailedFile): Engine {
    const engine = this.#engineOf(file)
    file.engine = engine
    this.#running.add(file)
    let looks = LOOKS
    for (const each of this.#running) {
      if (this.#running.size <= this.#limits.files || looks-- === 0) break
      if (each === file) continue
      if (each.engine?.open === false && each.undecided === Number.POSITIVE_INFINITY) this.#stop(each)
      else {
        // Another one is looked at next time.
        this.#running.delete(each)
        this.#running.add(each)
      }
    }
    return engine
  }

  #engineOf(file: TailedFile): Engine {
    const { source, qualified, attributes, time, onRecord, onLog, memory } = this.#options
    const { name } = file
    const recent = file.takeRecent()
    // Field by field: there may be thousands of files.
    const own: Writable<InnerOptions> = { ...this.#options, qualified: true }
    own.source = qualified === true && source !== undefined ? `${source}:${name}` : name
    if (this.#isForward) own.order = 'oldest_first'
    const named = attributesOfPath(name)
    if (Object.keys(named).length > 0) own.attributes = { ...attributes, ...named }
    if (memory !== undefined)
      own.memory = memory.placed((offset) => file.inInput(offset), { recent, sinceDump: recent })
    if (time !== undefined) own.time = (offset) => time(file.inInput(offset))
    if (onRecord !== undefined) own.onRecord = (record, frame) => onRecord(file.placed(record), frame)
    if (onLog !== undefined) own.onLog = (bytes, offset) => this.#logOf(file, bytes, offset)
    return this.#make(own)
  }

  /** Log of a file, at `offset` of it. */
  #logOf(file: TailedFile, bytes: Uint8Array, offset: number): void {
    for (let from = 0; from < bytes.length; ) {
      const next = file.pieces[file.pieceOf(offset + from) + 1]?.at ?? Number.POSITIVE_INFINITY
      const to = Math.min(bytes.length, next - offset)
      this.#pass(file, bytes.subarray(from, to), file.inInput(offset + from))
      from = to
    }
  }

  /** Log of `file`, or a title, at `at` of the input. */
  #pass(file: TailedFile | undefined, bytes: Uint8Array, at: number): void {
    this.#log.add(bytes, at, () => (file !== undefined && file === this.#file ? this.#others : this.#decided()))
  }

  #flush(): void {
    if (!this.#log.isEmpty) this.#log.flush(this.#decided())
  }

  /** Looks anew how far the files that are not at hand have decided: the one at hand has changed, or a clock has ended a dump. */
  #look(): void {
    this.#others = Number.POSITIVE_INFINITY
    if (!this.#log.isWanted) return
    for (const file of this.#undecided) {
      const first = file.undecided
      if (first === Number.POSITIVE_INFINITY) this.#undecided.delete(file)
      else this.#others = Math.min(this.#others, first)
    }
    this.#log.flush(this.#decided())
  }

  /** Offset in the input before which no file has anything more to say. */
  #decided(): number {
    return Math.min(this.#others, this.#file?.undecided ?? Number.POSITIVE_INFINITY)
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

/** Is nothing in `lines` that may be of a dump, or may announce one? */
function isOrdinary(lines: Buffer): boolean {
  const { length } = lines
  return (
    findNeedle(lines, 0, length, true) < 0 &&
    findAnnouncement(lines, 0, length, length) === length &&
    !holdsPlace(lines)
  )
}
