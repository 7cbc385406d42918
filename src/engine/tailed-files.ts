/**
 * The files of one input: which of them have an engine, how far each has decided, and the log of all of them, which comes out in the order of the
 * input.
 */
import { attributesOfPath } from '../carriers/kubernetes.ts'
import type { Limits } from '../core/limits.ts'
import { RecentMap, RecentOrder } from '../core/lru.ts'
import type { Writable } from '../core/records.ts'
import { addStats, type Engine, type EngineStats, type InnerOptions, NO_STATS } from './contract.ts'
import { TailedFile } from './tailed-file.ts'
import { WaitingLog } from './waiting-log.ts'

/** How many other files with an engine are examined when one is created: some no longer need theirs. */
const LOOKS = 4

export class TailedFiles {
  readonly #options: InnerOptions
  readonly #limits: Limits
  readonly #make: (options: InnerOptions) => Engine
  /** Least recently used first. */
  readonly #files: RecentMap<string, TailedFile>
  #atHand: TailedFile | undefined
  /** The files with an engine, least recently used first; and those with undecided bytes, except the current file. */
  readonly #running = new RecentOrder<TailedFile>()
  readonly #undecided = new Set<TailedFile>()
  /** Totals of the engines that were dropped. */
  #past: EngineStats = NO_STATS
  /** Options that the engines of all files have. */
  #ofAll: InnerOptions
  readonly #log: WaitingLog
  /** Offset in the input before which all files but the current one have decided. */
  #others = Number.POSITIVE_INFINITY

  constructor(options: InnerOptions, limits: Limits, make: (options: InnerOptions) => Engine) {
    this.#options = options
    this.#ofAll = { ...options, qualified: true, source: '' }
    this.#limits = limits
    this.#make = make
    this.#log = new WaitingLog(options.onLog, limits.waitingBytes)
    this.#files = new RecentMap(limits.sources, (_, gone) => this.#stop(gone))
  }

  get stats(): EngineStats {
    let all = this.#past
    for (const { engine } of this.#running) if (engine !== undefined) all = addStats(all, engine.stats)
    return all
  }

  get notices(): readonly string[] {
    return [...this.#files.values()].flatMap(({ engine }) => engine?.notices ?? [])
  }

  get open(): boolean {
    for (const { engine } of this.#running) if (engine?.open === true) return true
    return !this.#log.isEmpty
  }

  /** Offset in the input before which all files have decided. */
  get decided(): number {
    return Math.min(this.#others, this.#atHand?.undecided ?? Number.POSITIVE_INFINITY)
  }

  /** Offset in the input of the first title that a fresh engine must see, that of a file with something open; infinite if there is none. */
  get resumeAt(): number {
    let first = Number.POSITIVE_INFINITY
    for (const file of this.#running) {
      const resumeAt = file.engine?.resumeAt ?? file.bytes
      if (resumeAt < file.bytes) first = Math.min(first, file.pieces[file.pieceOf(resumeAt)]?.title ?? 0)
    }
    return first
  }

  /** Is there a current file? */
  get isAny(): boolean {
    return this.#atHand !== undefined
  }

  /** Does the current file have an engine? Then the engine must get all of the file. */
  get isRunning(): boolean {
    return this.#atHand?.engine !== undefined
  }

  /** Reads a title, `bytes` at offset `at` of the input: the file of that name becomes the current one. */
  switchTo(name: string, bytes: Buffer, at: number): void {
    this.#pass(undefined, bytes, at)
    const before = this.#atHand
    const file = this.#files.get(name) ?? new TailedFile(name)
    this.#files.set(name, file)
    this.#atHand = file
    if (before !== undefined && before.undecided < Number.POSITIVE_INFINITY) this.#undecided.add(before)
    this.#undecided.delete(file)
    if (file.engine !== undefined) this.#running.renew(file)
    this.#look()
  }

  /** Takes log of the current file, which has no engine, at offset `input`. */
  remember(piece: Buffer, input: number): void {
    const file = this.#atHand
    file?.remember(piece)
    this.#pass(file, piece, input)
    this.#flush()
  }

  /** Takes bytes of the current file, at offset `input`, that may belong to a dump; `title`: offset of the title before them. */
  push(piece: Buffer, input: number, title: number): void {
    const file = this.#atHand
    if (file === undefined) return
    const engine = file.engine ?? this.#start(file)
    const last = file.pieces[file.pieces.length - 1]
    if (last === undefined || last.input - last.at !== input - file.bytes)
      file.pieces.push({ at: file.bytes, input, title })
    file.bytes += piece.length
    engine.push(piece)
    this.#learnOrder(engine)
    this.#flush()
    // A long line is log at once, but a dump may yet be found in it.
    if (!engine.open && engine.resumeAt >= file.bytes) file.pieces = file.pieces.slice(-1)
    else if (file.pieces.length > this.#limits.pieces) file.pieces.splice(0, this.#limits.pieces >> 1)
  }

  tick(now: number): void {
    for (const { engine } of this.#running) engine?.tick(now)
    this.#look()
    this.#log.tick(now, this.#options.idle ?? 1000)
  }

  end(): void {
    for (const { engine } of this.#running) engine?.end()
    this.#look()
    this.#log.flush(Number.POSITIVE_INFINITY)
  }

  /** Ends the engine of a file, and what is open in it. */
  #stop(file: TailedFile): void {
    this.#undecided.delete(file)
    const { engine } = file
    if (engine === undefined) return
    this.#running.remove(file)
    engine.end()
    this.#learnOrder(engine)
    this.#past = addStats(this.#past, engine.stats)
    file.engine = undefined
    file.pieces = []
    file.bytes = 0
  }

  #learnOrder(engine: Engine): void {
    if (this.#ofAll.order === 'oldest_first' || engine.stats.dumps === 0 || engine.isNewestFirst === true) return
    // A file has shown that its oldest line comes first: then the same holds for the others.
    this.#ofAll = { ...this.#ofAll, order: 'oldest_first' }
  }

  /** Creates the engine of a file; among those with nothing open, the least recently used ones lose theirs. */
  #start(file: TailedFile): Engine {
    const engine = this.#engineOf(file)
    file.engine = engine
    this.#running.append(file)
    for (let looks = LOOKS; looks > 0 && this.#running.size > this.#limits.files; looks--) {
      const { oldest } = this.#running
      if (oldest === undefined) break
      if (oldest !== file && oldest.engine?.open === false && oldest.undecided === Number.POSITIVE_INFINITY)
        this.#stop(oldest)
      // Examine a different one next time.
      else this.#running.renew(oldest)
    }
    return engine
  }

  #engineOf(file: TailedFile): Engine {
    const { source, qualified, attributes, time, onRecord, onLog, memory } = this.#options
    const { name } = file
    const recent = file.takeRecent()
    // Field by field, and only fields that are present: there can be thousands of files.
    const own: Writable<InnerOptions> = { ...this.#ofAll }
    own.source = qualified === true && source !== undefined ? `${source}:${name}` : name
    const named = attributesOfPath(name)
    if (Object.keys(named).length > 0) own.attributes = { ...attributes, ...named }
    if (memory !== undefined)
      own.memory = memory.placed((offset) => file.inInput(offset), { recent, sinceDump: recent })
    if (time !== undefined) own.time = (offset) => time(file.inInput(offset))
    if (onRecord !== undefined) own.onRecord = (record, frame) => onRecord(file.placed(record), frame)
    if (onLog !== undefined) own.onLog = (bytes, offset) => this.#logOf(file, bytes, offset)
    return this.#make(own)
  }

  /** Takes log of a file, at `offset` in it. */
  #logOf(file: TailedFile, bytes: Uint8Array, offset: number): void {
    for (let from = 0; from < bytes.length; ) {
      const next = file.pieces[file.pieceOf(offset + from) + 1]?.at ?? Number.POSITIVE_INFINITY
      const to = Math.min(bytes.length, next - offset)
      this.#pass(file, bytes.subarray(from, to), file.inInput(offset + from))
      from = to
    }
  }

  /** Takes log of `file`, or a title, at offset `at` of the input. */
  #pass(file: TailedFile | undefined, bytes: Uint8Array, at: number): void {
    this.#log.add(bytes, at, () => (file !== undefined && file === this.#atHand ? this.#others : this.decided))
  }

  #flush(): void {
    if (!this.#log.isEmpty) this.#log.flush(this.decided)
  }

  /** Updates how far the other files have decided, because the current file changed or a tick may have ended a dump. */
  #look(): void {
    this.#others = Number.POSITIVE_INFINITY
    if (!this.#log.isWanted) return
    for (const file of this.#undecided) {
      const first = file.undecided
      if (first === Number.POSITIVE_INFINITY) this.#undecided.delete(file)
      else this.#others = Math.min(this.#others, first)
    }
    this.#log.flush(this.decided)
  }
}
