/** The files that --follow watches: those that were named, and those that match patterns. */

import { elapsed, pause } from '../core/clock.ts'
import { DumpstreamError } from '../core/errors.ts'
import type { DumpstreamRecord } from '../core/records.ts'
import type { EngineSnapshot, WholeEngine } from '../engine/engine.ts'
import { Follower } from '../input/follow.ts'
import { matchingPaths } from '../input/pattern.ts'
import type { ProcessIdentity } from '../input/process.ts'
import type { Engines } from './engines.ts'
import { placeOf } from './own-output.ts'
import type { StateFile } from './state.ts'

/**
 * How often followed files are examined: often while one of them grows, so that a dump is printed within 50 ms of its end, and seldom when all
 * are quiet (1 % of a core against 0.2 %, on Node 20).
 */
const LOOK_MS = { growing: 40, quiet: 250 } as const
const QUIET_AFTER_MS = 5_000
/** How often patterns are matched again. */
const RESCAN_MS = 2_000
/** A file that has not matched its pattern for this long is gone: a rotation takes only a moment. */
const GONE_MS = 60_000
/** Files that patterns may open: each has its own engine. */
const MATCHED_FILES = 10_000
/** How often the state is saved: soon after a dump, so that a kill repeats few of them. */
const SAVE_MS = { dumps: 100, bytes: 1_000 } as const
const SAVE_SHARE = 10

interface Followed {
  readonly follower: Follower
  readonly engine: WholeEngine
  /** When its pattern last matched it; absent if it was named. */
  seen?: number
}

export interface FollowedParts {
  readonly engines: Engines
  readonly patterns: readonly string[]
  /** Files that the run itself writes, paths and descriptors. */
  readonly written: readonly (string | number)[]
  /** Where reading starts in a file that already exists. */
  readonly from: 'start' | 'end'
  readonly signal: AbortSignal
  readonly complain: (line: string) => void
  /** The state that another process has left, and that this one will leave. */
  readonly state: StateFile | undefined
}

export class FollowedFiles {
  readonly #parts: FollowedParts
  readonly #followed: Followed[] = []
  #toldTooMany = false
  #saved = { at: Number.NEGATIVE_INFINITY, took: 0, push: -1, dumps: 0 }
  #saveFailure: string | undefined

  constructor(parts: FollowedParts) {
    this.#parts = parts
  }

  /** Follows a file that was named; it need not exist yet. */
  async add(file: string): Promise<void> {
    this.#followed.push(await this.#open(file, this.#parts.from))
  }

  /** The first look determines where reading begins. */
  look(): void {
    for (const { follower } of this.#followed) follower.poll(elapsed())
  }

  /** Resolves when all files are over, or reading was stopped. */
  async read(): Promise<void> {
    const { engines, patterns, signal } = this.#parts
    const followed = this.#followed
    let last = elapsed()
    let scanned = Number.NEGATIVE_INFINITY
    let wait: number = LOOK_MS.growing
    while (!signal.aborted && (patterns.length > 0 || followed.some(({ follower }) => !follower.over))) {
      if (patterns.length > 0 && elapsed() - scanned >= RESCAN_MS) {
        const from = scanned < 0 ? this.#parts.from : 'start'
        scanned = elapsed()
        await this.#match(from)
      }
      let more = false
      for (const { follower } of followed) more = follower.poll(elapsed()) || more
      const late = elapsed() - last > wait * 3
      last = elapsed()
      wait = last - engines.lastPush < QUIET_AFTER_MS ? LOOK_MS.growing : LOOK_MS.quiet
      if (this.#isSaveDue()) this.#save()
      if (more) {
        await new Promise(setImmediate)
        continue
      }
      if (!late) engines.tick(followed.map(({ engine }) => engine))
      await pause(wait, signal)
    }
    // Read what was written before the signal.
    for (const { follower } of followed) follower.poll(elapsed())
  }

  /** Saves and closes. False if the state could not be saved. */
  close(): boolean {
    this.#save()
    for (const each of this.#followed) this.#close(each)
    return this.#saveFailure === undefined
  }

  #isSaveDue(): boolean {
    if (this.#parts.state === undefined) return false
    const since = elapsed() - this.#saved.at
    // Saving many files takes time, which must not hold up the log.
    if (since < this.#saved.took * SAVE_SHARE) return false
    return since >= SAVE_MS.bytes || (since >= SAVE_MS.dumps && this.#parts.engines.stats.dumps !== this.#saved.dumps)
  }

  /** Saves the state, unless an output has lost its reader: only what was written counts as done. */
  #save(): void {
    const { engines, state, complain } = this.#parts
    if (state === undefined || !engines.isRead) return
    const { lastPush: push } = engines
    const { dumps } = engines.stats
    if (this.#saved.push === push && this.#saved.dumps === dumps) return
    const at = elapsed()
    try {
      state.save(
        this.#followed.map(({ follower, engine }) => {
          const snapshot = engine.snapshot()
          return { path: follower.path, places: follower.placesAt(snapshot.resumeAt), snapshot }
        }),
      )
      this.#saveFailure = undefined
    } catch (error) {
      if (!(error instanceof DumpstreamError)) throw error
      if (this.#saveFailure !== error.message) complain(error.message)
      this.#saveFailure = error.message
    }
    this.#saved = { at, took: elapsed() - at, push, dumps }
  }

  /** Follows files that newly match, and drops those that have not matched for a while. */
  async #match(from: 'start' | 'end'): Promise<void> {
    const { patterns, written, complain } = this.#parts
    const followed = this.#followed
    const now = elapsed()
    const paths = new Set(patterns.flatMap(matchingPaths))
    for (const each of followed) {
      if (each.seen === undefined) paths.delete(each.follower.path)
      else if (paths.delete(each.follower.path)) each.seen = now
    }
    for (const each of followed.filter(({ seen }) => seen !== undefined && now - seen > GONE_MS)) {
      this.#close(each)
      followed.splice(followed.indexOf(each), 1)
    }
    const own = new Set(written.map(placeOf))
    for (const path of paths) {
      if (own.has(placeOf(path))) continue
      if (followed.length >= MATCHED_FILES) {
        if (!this.#toldTooMany) complain(`${path}: not followed, because ${MATCHED_FILES} files already are`)
        this.#toldTooMany = true
        return
      }
      followed.push({ ...(await this.#open(path, from)), seen: now })
    }
  }

  async #open(file: string, from: 'start' | 'end'): Promise<Followed> {
    const { engines, complain, state } = this.#parts
    const saved = state?.take(file)
    const engine = this.#engine(file, saved?.snapshot, (record) => follower.placed(record))
    const process = file.startsWith('/proc/') ? await identifyOwner(file) : undefined
    const follower: Follower = new Follower(
      file,
      { onChunk: (bytes) => engines.push(engine, bytes), onNotice: complain },
      { from, ...(saved === undefined ? {} : { resume: saved.places }), ...(process === undefined ? {} : { process }) },
    )
    return { follower, engine }
  }

  #engine(
    file: string,
    snapshot: EngineSnapshot | undefined,
    place: (record: DumpstreamRecord) => DumpstreamRecord,
  ): WholeEngine {
    const { engines, state } = this.#parts
    try {
      return engines.open(file, snapshot === undefined ? {} : { snapshot }, place)
    } catch (error) {
      if (error instanceof DumpstreamError && state !== undefined) throw state.refusal(error)
      throw error
    }
  }

  /** With a state file, an open dump is left to the next process. */
  #close({ follower, engine }: Followed): void {
    const { engines, state } = this.#parts
    if (state === undefined || follower.over) engines.close(engine)
    else engines.leave(engine)
    follower.close()
  }
}

async function identifyOwner(path: string): Promise<ProcessIdentity | undefined> {
  const { descriptorOf } = await import('../input/descriptor.ts')
  const { identifyProcess } = await import('../input/process.ts')
  const descriptor = descriptorOf(path)
  return descriptor === undefined ? undefined : identifyProcess(descriptor.pid)
}
