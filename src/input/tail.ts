/**
 * One followed file: how far it was read, and whether it is still the same. Its descriptor is closed when other files need one, so that only a few
 * are open, however many files are followed.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { systemErrorCode } from '../core/system-error.ts'
import { Fingerprint, fingerprintAt } from './fingerprint.ts'
import { identityOf } from './open.ts'
import { eachRotation, findFile, isRotationOf } from './rotations.ts'

/** If a file is renamed during the search, the search is repeated, at most this often. */
const LOOKS = 3
/** Descriptors that are open at the same time. Node itself uses 20, and 64 must be enough for everything. */
const MOST_OPEN = 32

/** Where another process can continue reading. Plain JSON. */
export interface TailPlace {
  /** `dev:ino` */
  readonly identity: string
  readonly position: number
  /** The bytes before the position, Base64; empty if unknown. */
  readonly fingerprint: string
  /** Time of its last modification, milliseconds since the epoch; 0 or absent if unknown. */
  readonly modified?: number
}

/** Least recently used first. */
const open = new Set<Tail>()

export class Tail {
  readonly identity: string
  position = 0
  quietLooks = 0
  lastByteAt: number
  /** When another file was first seen at its path. */
  rotatedAt: number | undefined
  /** Increased when the file was truncated. */
  generation = 0
  /** Where it was first, and where it was last seen. It may have another name by now. */
  readonly #path: string
  #foundAt: string
  #fd: number | undefined
  readonly #fingerprint = new Fingerprint()
  #modified = 0
  #afterTruncation = false
  /** It has no name in its folder any more, and is not searched for again. */
  #isGone = false

  private constructor(path: string, fd: number, now: number) {
    this.#path = path
    this.#foundAt = path
    this.#fd = fd
    this.identity = identityOf(fstatSync(fd))
    this.lastByteAt = now
  }

  /** @throws the system's error */
  static open(path: string, now: number): Tail {
    const tail = new Tail(path, openFile(path), now)
    keep(tail)
    return tail
  }

  /**
   * Reopens a file that another process has read: where it is now, or under its rotated name; undefined if it is gone. `isRotated`: another file
   * was already at the path.
   */
  static resume(path: string, place: TailPlace, isRotated: boolean, now: number): Tail | undefined {
    const found = openFound([path], place.identity)
    if (found === undefined) return undefined
    const tail = new Tail(path, found.fd, now)
    if (isRotated) tail.rotatedAt = now
    keep(tail)
    tail.position = place.position
    tail.#fingerprint.add(Buffer.from(place.fingerprint, 'base64'))
    if (tail.#isStill(found.path)) {
      tail.#foundAt = found.path
      return tail
    }
    tail.close()
    return undefined
  }

  /** Opens the file of that identity, once at `path` and now called `name`; undefined if it no longer is. */
  static openRotated(path: string, name: string, identity: string, now: number): Tail | undefined {
    const found = openIfThere(name, identity)
    if (found === undefined) return undefined
    const tail = new Tail(path, found.fd, now)
    tail.#foundAt = name
    tail.rotatedAt = now
    keep(tail)
    return tail
  }

  /** Is the file unchanged since the last look? */
  isUntouched(stats: Stats): boolean {
    return stats.size === this.position && stats.mtimeMs === this.#modified
  }

  /** @throws the system's error, ENOENT if the file is gone */
  stat(): Stats {
    return fstatSync(this.#descriptor())
  }

  /** Time of its last modification, milliseconds since the epoch: the last known one if the file is gone; 0 if it was never examined. */
  get modified(): number {
    try {
      return this.stat().mtimeMs
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error
      return this.#modified
    }
  }

  /** Is what was read no longer there? The file was truncated, or is a new file with the inode number of a deleted one. */
  isCut(): boolean {
    return this.stat().size < this.position || !this.#sameBytesBefore()
  }

  /** If the file is a copy of what was read so far, as `copytruncate` makes it, continues after the read part. */
  skipWhatWasRead({ position, fingerprint }: TailPlace): void {
    const bytes = Buffer.from(fingerprint, 'base64')
    if (bytes.length === 0) return
    const there = Buffer.alloc(bytes.length)
    readSync(this.#descriptor(), there, 0, bytes.length, position - bytes.length)
    if (!there.equals(bytes)) return
    this.position = position
    this.#fingerprint.add(bytes)
  }

  /** Goes back to the start if the file was truncated, and returns a message. */
  checkForTruncation(stats: Stats): string | undefined {
    const untouched = this.isUntouched(stats)
    this.#modified = stats.mtimeMs
    if (untouched || (stats.size >= this.position && this.#sameBytesBefore())) return undefined
    this.position = 0
    this.generation++
    this.#fingerprint.clear()
    this.#afterTruncation = true
    return 'was truncated; reading from the start'
  }

  read(buffer: Buffer): number {
    const count = readSync(this.#descriptor(), buffer, 0, buffer.length, this.position)
    if (count === 0) return 0
    this.position += count
    this.#fingerprint.add(buffer.subarray(0, count))
    return count
  }

  /** A writer that does not notice the truncation continues at its old offset: the hole before it reads as NUL bytes that nobody wrote. */
  skipHole(bytes: Uint8Array): Uint8Array {
    if (!this.#afterTruncation) return bytes
    const first = bytes.findIndex((byte) => byte !== 0)
    if (first === -1) return bytes.subarray(bytes.length)
    this.#afterTruncation = false
    return bytes.subarray(first)
  }

  /** `position` must have been read. */
  placeAt(position: number): TailPlace {
    const fingerprint = this.#bytesBefore(position).toString('base64')
    return { identity: this.identity, position, fingerprint, modified: this.#modified }
  }

  /** Closes the descriptor; it is opened again for the next read. */
  close(): void {
    open.delete(this)
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  #descriptor(): number {
    if (this.#fd === undefined) {
      const found = this.#isGone
        ? openIfThere(this.#path, this.identity)
        : openFound([this.#foundAt, this.#path], this.identity)
      this.#fd = found?.fd
      this.#isGone = found === undefined || !this.#isStill(found.path)
      if (found === undefined || this.#isGone) {
        this.close()
        // The caller treats it like any file that does not exist.
        throw Object.assign(new Error('is gone'), { code: 'ENOENT', syscall: 'open' })
      }
      this.#foundAt = found.path
      keep(this)
      return found.fd
    }
    keep(this)
    return this.#fd
  }

  /**
   * Is it still this file? The file at `path` has the same inode number, but the number of a deleted file can be reused; then the bytes before the
   * read position differ. At its original path they may differ because it was truncated, unless another file had been seen there before.
   */
  #isStill(path: string): boolean {
    if (path === this.#path ? this.rotatedAt === undefined : path === this.#foundAt) return true
    const fingerprint = this.#fingerprint
    if (fingerprint.isEmpty || this.#fd === undefined) return isRotationOf(this.#path, path)
    return fingerprint.there(this.#fd, this.position).equals(fingerprint.bytes)
  }

  #bytesBefore(position: number): Buffer {
    if (position === this.position) return this.#fingerprint.bytes
    try {
      return fingerprintAt(this.#descriptor(), position)
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error
      return Buffer.alloc(0)
    }
  }

  #sameBytesBefore(): boolean {
    const { bytes, isEmpty } = this.#fingerprint
    if (isEmpty) return true
    const there = this.#fingerprint.there(this.#descriptor(), this.position)
    if (there.equals(bytes)) return true
    // Only NUL bytes: the hole of a writer that kept its offset (see skipHole). What it wrote starts at or after our position.
    this.#afterTruncation = there.length === bytes.length && there.every((byte) => byte === 0)
    return this.#afterTruncation
  }
}

function keep(tail: Tail): void {
  open.delete(tail)
  open.add(tail)
  for (const oldest of open) {
    if (open.size <= MOST_OPEN) return
    oldest.close()
  }
}

function openFile(path: string): number {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK
  try {
    return openSync(path, flags)
  } catch (error) {
    if (systemErrorCode(error) !== 'EMFILE' || open.size === 0) throw error
    for (const each of open) each.close()
    return openSync(path, flags)
  }
}

/**
 * Files that were rotated after the file last `modified` then, oldest first: they were renamed before anyone saw them at the path. `next`: the file
 * that
 * was at the path a moment ago; later files are not included. `read`: identities of files that were read, or will be.
 */
export function rotatedSince(
  path: string,
  modified: number,
  next: Tail | undefined,
  read: ReadonlySet<string>,
  now: number,
): Tail[] {
  if (modified === 0) return []
  const upTo = next?.modified ?? Infinity
  const found = new Map<string, { readonly tail: Tail; readonly modified: number }>()
  eachRotation(path, (name, stats) => {
    const identity = identityOf(stats)
    if (!stats.isFile() || read.has(identity) || found.has(identity)) return
    if (stats.mtimeMs < modified || stats.mtimeMs > upTo) return
    // Opened at once, because it may have another name by the end of the listing.
    const missed = Tail.openRotated(path, name, identity, now)
    if (missed !== undefined) found.set(identity, { tail: missed, modified: stats.mtimeMs })
  })
  return [...found.values()].sort((a, b) => a.modified - b.modified).map((each) => each.tail)
}

interface Opened {
  readonly fd: number
  readonly path: string
}

/** Opens the file of that identity, wherever it is by now. */
function openFound(paths: readonly [string, ...string[]], identity: string): Opened | undefined {
  for (let looks = 0; looks < LOOKS; looks++) {
    const found = findFile(paths, identity)
    const opened = found === undefined ? undefined : openIfThere(found, identity)
    if (opened !== undefined) return opened
  }
  return undefined
}

/** Opens the file at the path if it has that identity: another one may have come there since the look. */
function openIfThere(path: string, identity: string): Opened | undefined {
  try {
    const fd = openFile(path)
    if (identityOf(fstatSync(fd)) === identity) return { fd, path }
    closeSync(fd)
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
  }
  return undefined
}
