/**
 * `tail -F`: a file by its name, over rotation, truncation, deletion and re-creation, each byte once.
 *
 * | what the path shows             | what is done                                                                          |
 * |---------------------------------|---------------------------------------------------------------------------------------|
 * | the same file, longer           | read on                                                                               |
 * | the same file, shorter          | truncated: from its start                                                             |
 * | the same file, other bytes there| truncated and grown again since the last look: from its start                         |
 * | another file                    | the old one is read on until it is quiet, then the new one from its start; a writer   |
 * |                                 | that keeps the old one open a little longer is still read                             |
 * | no file                         | the old one is read on; a new one is waited for                                       |
 *
 * Losses no follower by name can avoid: bytes that are written after one look and truncated away before the next (copytruncate),
 * and a file that comes and is renamed away between two looks.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { DumpstreamError } from '../core/errors.ts'
import { systemErrorCode, systemErrorText } from '../core/system-error.ts'
import { identityOf } from './open.ts'
import type { ProcessIdentity } from './process.ts'

const READ_BYTES = 1 << 20
/** For all followers: a look is synchronous, and what it read is valid during the call only. */
const buffer = Buffer.allocUnsafe(READ_BYTES)
/** Reads of one file in one look: signals and the other files get their turn. */
const READS_A_LOOK = 16
/** Bytes before the position that are compared at each look: a file that was cut and has grown past the position differs in them. */
const FINGERPRINT_BYTES = 64
/** Looks without a new byte after which a rotated file counts as quiet. */
const QUIET_LOOKS = 2
/** How long the new file may be kept waiting by an old one that never is. */
const QUIET_WAIT_MS = 2_000
/** How long a rotated file is still looked at after its last byte: `logrotate` signals its service some time after the rename. */
const LINGER_MS = 10_000
/** Rotated files that are looked at once; the oldest goes. */
const LINGERING_MAX = 8

export interface FollowEvents {
  /** New bytes; the view is valid during the call only. */
  onChunk(bytes: Uint8Array): void
  /** One line for a person: not there yet, truncated, no longer readable. */
  onNotice(line: string): void
}

export interface FollowOptions {
  /** Where reading begins in the file that is there at first; later ones are read from their start. Default `start`. */
  readonly from?: 'start' | 'end'
  /** The process whose descriptor `path` is: when it has ended, the path is another one's or nobody's. */
  readonly process?: ProcessIdentity
}

export class Follower {
  readonly path: string
  readonly #events: FollowEvents
  readonly #process: ProcessIdentity | undefined
  #from: 'start' | 'end'
  #over = false
  #current: Tail | undefined
  #lingering: Tail[] = []
  /** The last complaint, so that it is made once. */
  #complaint = ''
  #more = false

  constructor(path: string, events: FollowEvents, options: FollowOptions = {}) {
    this.path = path
    this.#events = events
    this.#from = options.from ?? 'start'
    this.#process = options.process
  }

  /** The process has ended, and all that it wrote has been read. */
  get over(): boolean {
    return this.#over && !this.#more
  }

  /** Identity of the file that is read now, `dev:ino`. */
  get identity(): string | undefined {
    return this.#current?.identity
  }

  /**
   * Looks once and hands on what is new, 16 MiB at most. True when there may be more at once. `now` in milliseconds, from any
   * clock that runs on.
   */
  poll(now: number): boolean {
    this.#more = false
    this.#over ||= this.#process?.ended() === true
    const found = this.#over ? undefined : this.#look()
    if (this.#current === undefined && found !== undefined) this.#current = this.#openFirst(found, now)
    const current = this.#current
    if (current === undefined) return false
    this.#drain(current, now)
    if (found !== undefined && identityOf(found) !== current.identity) this.#rotate(current, found, now)
    this.#drainLingering(now)
    return this.#more
  }

  close(): void {
    for (const tail of this.#lingering) closeSync(tail.fd)
    this.#lingering = []
    if (this.#current !== undefined) closeSync(this.#current.fd)
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
      // What is not there at first is waited for, and is new then.
      this.#from = 'start'
      // A file that was read before is usually back in a moment.
      if (!absent || this.#current === undefined) {
        this.#complain(absent ? 'not there yet; waiting for it' : systemErrorText(error))
      }
      return undefined
    }
  }

  #openFirst(found: Stats, now: number): Tail | undefined {
    const tail = this.#openTail(now)
    if (tail !== undefined && this.#from === 'end') tail.position = found.size
    this.#from = 'start'
    return tail
  }

  #openTail(now: number): Tail | undefined {
    try {
      const fd = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK)
      return new Tail(fd, identityOf(fstatSync(fd)), now)
    } catch (error) {
      // Between the look and this the file may have gone again.
      if (systemErrorCode(error) !== 'ENOENT') this.#complain(systemErrorText(error))
      return undefined
    }
  }

  /** The path names another file: goes over to it once the old one is quiet. An empty new one can wait for its first byte. */
  #rotate(current: Tail, found: Stats, now: number): void {
    current.rotatedAt ??= now
    if (found.size === 0) return
    if (current.quietLooks < QUIET_LOOKS && now - current.rotatedAt < QUIET_WAIT_MS) return
    const next = this.#openTail(now)
    if (next === undefined) return
    this.#lingering.push(current)
    if (this.#lingering.length > LINGERING_MAX) {
      const oldest = this.#lingering.shift()
      if (oldest !== undefined) closeSync(oldest.fd)
    }
    this.#current = next
    this.#drain(next, now)
  }

  #drainLingering(now: number): void {
    if (this.#lingering.length === 0) return
    this.#lingering = this.#lingering.filter((tail) => {
      this.#drain(tail, now)
      if (now - tail.lastByteAt < LINGER_MS) return true
      closeSync(tail.fd)
      return false
    })
  }

  #drain(tail: Tail, now: number): void {
    try {
      const change = tail.checkForTruncation(fstatSync(tail.fd))
      if (change !== undefined) this.#events.onNotice(`${this.path}: ${change}`)
      tail.quietLooks++
      for (let reads = 0; reads < READS_A_LOOK; reads++) {
        const count = tail.read(buffer)
        if (count === 0) return
        tail.quietLooks = 0
        tail.lastByteAt = now
        const bytes = tail.skipHole(buffer.subarray(0, count))
        if (bytes.length > 0) this.#events.onChunk(bytes)
      }
      this.#more = true
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error
      this.#complain(systemErrorText(error))
    }
  }

  #complain(text: string): void {
    if (this.#complaint === text) return
    this.#complaint = text
    this.#events.onNotice(`${this.path}: ${text}`)
  }
}

/** One open file and how far it has been read. */
class Tail {
  readonly fd: number
  readonly identity: string
  position = 0
  quietLooks = 0
  lastByteAt: number
  rotatedAt: number | undefined
  readonly #fingerprint: Buffer = Buffer.alloc(FINGERPRINT_BYTES)
  readonly #now: Buffer = Buffer.alloc(FINGERPRINT_BYTES)
  #fingerprintLength = 0
  #modified = 0
  #afterTruncation = false

  constructor(fd: number, identity: string, now: number) {
    this.fd = fd
    this.identity = identity
    this.lastByteAt = now
  }

  /** Goes back to the start when the file was cut; says so. */
  checkForTruncation(stats: Stats): string | undefined {
    const untouched = stats.size === this.position && stats.mtimeMs === this.#modified
    this.#modified = stats.mtimeMs
    if (untouched || (stats.size >= this.position && this.#sameBytesBefore())) return undefined
    this.position = 0
    this.#fingerprintLength = 0
    this.#afterTruncation = true
    return 'was truncated; reading it from its start'
  }

  read(buffer: Buffer): number {
    const count = readSync(this.fd, buffer, 0, buffer.length, this.position)
    if (count === 0) return 0
    this.position += count
    this.#remember(buffer.subarray(0, count))
    return count
  }

  /** A writer that was not told of the truncation writes on at its old offset: the hole before it reads as NUL bytes nobody wrote. */
  skipHole(bytes: Uint8Array): Uint8Array {
    if (!this.#afterTruncation) return bytes
    const first = bytes.findIndex((byte) => byte !== 0)
    if (first === -1) return bytes.subarray(bytes.length)
    this.#afterTruncation = false
    return bytes.subarray(first)
  }

  #remember(bytes: Buffer): void {
    if (bytes.length >= FINGERPRINT_BYTES) {
      bytes.copy(this.#fingerprint, 0, bytes.length - FINGERPRINT_BYTES)
      this.#fingerprintLength = FINGERPRINT_BYTES
      return
    }
    const kept = Math.min(this.#fingerprintLength, FINGERPRINT_BYTES - bytes.length)
    this.#fingerprint.copy(this.#fingerprint, 0, this.#fingerprintLength - kept, this.#fingerprintLength)
    bytes.copy(this.#fingerprint, kept)
    this.#fingerprintLength = kept + bytes.length
  }

  #sameBytesBefore(): boolean {
    const length = this.#fingerprintLength
    if (length === 0) return true
    const count = readSync(this.fd, this.#now, 0, length, this.position - length)
    const there = this.#now.subarray(0, count)
    if (count === length && there.equals(this.#fingerprint.subarray(0, length))) return true
    // Only NUL bytes: the hole of a writer that kept its offset (see skipHole). What it wrote starts at or after our position.
    this.#afterTruncation = count === length && there.every((byte) => byte === 0)
    return this.#afterTruncation
  }
}
