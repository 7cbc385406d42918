/**
 * `tail -F`: follows a file by name across rotation, truncation, deletion and re-creation, and reads each byte once.
 *
 * | what the path shows              | what is done                                                                          |
 * |----------------------------------|---------------------------------------------------------------------------------------|
 * | the same file, longer            | read on                                                                               |
 * | the same file, shorter           | truncated: read from its start                                                        |
 * | the same file, other bytes there | truncated and grown again since the last look: read from its start                    |
 * | another file                     | the old one is read until it is quiet, then those that came and were renamed since    |
 * |                                  | the last look, then the new one from its start; an old one that a writer keeps        |
 * |                                  | open a little longer is still read                                                    |
 * | no file                          | the old one is read on, while waiting for a new one                                   |
 *
 * Losses that no follower by name can avoid: bytes that are written after one look and truncated away before the next (copytruncate), and a file that
 * is created and deleted between two looks; a renamed one is found if its new name ends in digits. With more than 32 files, the descriptors of the
 * quiet ones are closed (tail.ts): what is written to one of these and deleted before the next look is lost, too.
 */
import { type Stats, statSync } from 'node:fs'
import { DumpstreamError } from '../core/errors.ts'
import type { DumpstreamRecord } from '../core/records.ts'
import { systemErrorCode, systemErrorText } from '../core/system-error.ts'
import { HandedOn } from './handed-on.ts'
import { identityOf } from './open.ts'
import type { ProcessIdentity } from './process.ts'
import { isAt } from './rotations.ts'
import { rotatedSince, Tail, type TailPlace } from './tail.ts'

const READ_BYTES = 1 << 20
/** Shared by all followers: a look is synchronous, and what it reads is valid only during the call. */
const buffer = Buffer.allocUnsafe(READ_BYTES)
/** Reads of one file per look, so that signals and the other files get their turn. */
const READS_A_LOOK = 16
/** Looks without a new byte after which a rotated file counts as quiet. */
const QUIET_LOOKS = 2
/** How long the new file waits at most for an old one that never becomes quiet. */
const QUIET_WAIT_MS = 2_000
/** How long a rotated file is still examined after its last byte: `logrotate` signals its service some time after the rename. */
const LINGER_MS = 10_000
/** Rotated files that are examined at the same time; the oldest is dropped. */
const LINGERING_MAX = 8
/** How many files that were already read are remembered. */
const READ_MAX = 64

export interface FollowEvents {
  /** New bytes; the view is valid only during the call. */
  onChunk(bytes: Uint8Array): void
  /** One line for a person: not there yet, truncated, no longer readable. */
  onNotice(line: string): void
}

export interface FollowOptions {
  /** Where reading begins in the file that exists at the start; later files are read from their start. Default `start`. */
  readonly from?: 'start' | 'end'
  /** The process whose descriptor `path` is: when it has ended, the path is gone or belongs to another process. */
  readonly process?: ProcessIdentity
  /** Where another process stopped reading: `placesAt` of its follower. */
  readonly resume?: readonly TailPlace[]
}

export class Follower {
  readonly path: string
  readonly #events: FollowEvents
  readonly #process: ProcessIdentity | undefined
  #from: 'start' | 'end'
  #over = false
  #current: Tail | undefined
  #lingering: Tail[] = []
  /** The last complaint, to make each only once. */
  #complaint = ''
  #more = false
  #resume: readonly TailPlace[]
  readonly #handed = new HandedOn()
  /** Identities of files that were read under the path. */
  readonly #read = new Set<string>()

  constructor(path: string, events: FollowEvents, options: FollowOptions = {}) {
    this.path = path
    this.#events = events
    this.#from = options.from ?? 'start'
    this.#process = options.process
    this.#resume = options.resume ?? []
  }

  /** The process has ended, and everything it wrote was read. */
  get over(): boolean {
    return this.#over && !this.#more
  }

  /** Identity of the current file, `dev:ino`. */
  get identity(): string | undefined {
    return this.#current?.identity
  }

  /**
   * Looks once and passes on what is new, at most 16 MiB. Returns whether there may be more right away. `now`: milliseconds of any monotonic
   * clock.
   */
  poll(now: number): boolean {
    this.#more = false
    this.#over ||= this.#process?.ended() === true
    const found = this.#over ? undefined : this.#look()
    if (this.#current === undefined) this.#current = this.#resumeFirst(now) ?? this.#openFirst(found, now)
    const current = this.#current
    if (current === undefined) return false
    const isQuiet = found !== undefined && identityOf(found) === current.identity && current.isUntouched(found)
    if (isQuiet) current.quietLooks++
    else this.#drain(current, now)
    if (found !== undefined && identityOf(found) !== current.identity) this.#rotate(current, found, now)
    this.#drainLingering(now)
    return this.#more
  }

  /**
   * Where reading must continue, in each file that is still read, for what follows the first `offset` bytes that were passed on. A later call must
   * not ask
   * for a smaller `offset`. The file at the path comes last. Empty if nothing was opened.
   */
  placesAt(offset: number): TailPlace[] {
    const places = this.#handed.placesFrom(offset)
    const current = this.#current === undefined ? [] : [this.#current]
    const read = [...this.#lingering, ...current]
    // A file that is neither read any more nor needed is done.
    const older = [...places.keys()].filter((tail) => !read.includes(tail))
    const found = [...older, ...read].map((tail) => tail.placeAt(places.get(tail) ?? tail.position))
    return found.length > 0 ? found : [...this.#resume]
  }

  /** The record with the place of its dump in the file in which the dump begins. It may continue in the next file. */
  placed(record: DumpstreamRecord): DumpstreamRecord {
    return this.#handed.placed(record)
  }

  close(): void {
    for (const tail of this.#lingering) tail.close()
    this.#lingering = []
    this.#current?.close()
    this.#current = undefined
  }

  #look(): Stats | undefined {
    try {
      const stats = statSync(this.path)
      if (stats.isDirectory()) throw new DumpstreamError('DS_INPUT', 'is a directory; name the files in it')
      this.#complaint = ''
      return stats
    } catch (error) {
      const absent = systemErrorCode(error) === 'ENOENT'
      // A file that does not exist at the start is new when it appears.
      this.#from = 'start'
      // A file that was read before usually comes back in a moment.
      if (!absent || (this.#current === undefined && this.#resume.length === 0)) {
        this.#complain(absent ? 'does not exist yet; waiting for it' : systemErrorText(error))
      }
      return undefined
    }
  }

  /**
   * Opens the files that were read before, wherever they are now, and those that came after them. The file at the path may be another one, and comes
   * last.
   */
  #resumeFirst(now: number): Tail | undefined {
    const place = this.#resume.at(-1)
    if (place === undefined) return undefined
    const tails = this.#resume.slice(0, -1).flatMap((each) => Tail.resume(this.path, each, true, now) ?? [])
    const last = Tail.resume(this.path, place, false, now)
    if (last !== undefined) tails.push(last)
    this.#resume = []
    this.#from = 'start'
    for (const tail of tails) this.#noteRead(tail)
    if (last === undefined) this.#events.onNotice(`${this.path}: the file read before is gone; reading from the start`)
    if (last === undefined || last.isCut()) {
      const missed = this.#missed(place.modified ?? 0, undefined, now)
      for (const tail of missed) tail.skipWhatWasRead(place)
      // A file that has replaced the last one came after the missed ones.
      tails.splice(last === undefined ? tails.length : -1, 0, ...missed)
    } else if (!isAt(this.path, last.identity)) {
      // Skipped while the file is at the path, since none came after it: up to ten thousand files can be resumed, each in a folder of as many.
      tails.push(...this.#missed(last.modified, undefined, now))
    }
    const current = tails.pop()
    for (const tail of tails) this.#drainAll(tail, now)
    this.#lingering = tails.slice(-LINGERING_MAX)
    return current
  }

  /** Files that came after the one last `modified` then, and before `next`, and were renamed before the next look. */
  #missed(modified: number, next: Tail | undefined, now: number): Tail[] {
    const missed = rotatedSince(this.path, modified, next, this.#read, now)
    for (const each of missed) this.#noteRead(each)
    return missed
  }

  #noteRead({ identity }: Tail): void {
    this.#read.add(identity)
    for (const oldest of this.#read) {
      if (this.#read.size <= READ_MAX) break
      this.#read.delete(oldest)
    }
  }

  #drainAll(tail: Tail, now: number): void {
    do {
      this.#more = false
      this.#drain(tail, now)
    } while (this.#more)
  }

  #openFirst(found: Stats | undefined, now: number): Tail | undefined {
    if (found === undefined) return undefined
    const tail = this.#openTail(now)
    if (tail === undefined) return undefined
    this.#noteRead(tail)
    if (this.#from === 'end') tail.position = found.size
    this.#from = 'start'
    return tail
  }

  #openTail(now: number): Tail | undefined {
    try {
      return Tail.open(this.path, now)
    } catch (error) {
      // The file may have gone since the look.
      if (systemErrorCode(error) !== 'ENOENT') this.#complain(systemErrorText(error))
      return undefined
    }
  }

  /** The path names another file: switches to it once the old one is quiet. An empty new file can wait for its first byte. */
  #rotate(current: Tail, found: Stats, now: number): void {
    current.rotatedAt ??= now
    if (found.size === 0) return
    if (current.quietLooks < QUIET_LOOKS && now - current.rotatedAt < QUIET_WAIT_MS) return
    const next = this.#openTail(now)
    if (next === undefined) return
    // Noted first: the file that is at the path now may be renamed before we look for the renamed ones.
    this.#noteRead(next)
    const missed = this.#missed(current.modified, next, now)
    for (const tail of missed) this.#drainAll(tail, now)
    this.#lingering.push(current, ...missed)
    while (this.#lingering.length > LINGERING_MAX) this.#lingering.shift()?.close()
    this.#current = next
    this.#drain(next, now)
  }

  #drainLingering(now: number): void {
    if (this.#lingering.length === 0) return
    this.#lingering = this.#lingering.filter((tail) => {
      this.#drain(tail, now)
      if (now - tail.lastByteAt < LINGER_MS) return true
      tail.close()
      return false
    })
  }

  #drain(tail: Tail, now: number): void {
    try {
      const change = tail.checkForTruncation(tail.stat())
      if (change !== undefined) this.#events.onNotice(`${this.path}: ${change}`)
      tail.quietLooks++
      for (let reads = 0; reads < READS_A_LOOK; reads++) {
        const count = tail.read(buffer)
        if (count === 0) return
        tail.quietLooks = 0
        tail.lastByteAt = now
        const bytes = tail.skipHole(buffer.subarray(0, count))
        if (bytes.length === 0) continue
        this.#handed.note(tail, bytes.length)
        this.#events.onChunk(bytes)
      }
      this.#more = true
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error
      // Nothing more can come from a file that is gone.
      tail.quietLooks++
      this.#complain(systemErrorText(error))
    }
  }

  #complain(text: string): void {
    if (this.#complaint === text) return
    this.#complaint = text
    this.#events.onNotice(`${this.path}: ${text}`)
  }
}
