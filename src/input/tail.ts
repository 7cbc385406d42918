/**
 * One file that is followed: how far it has been read, and whether it is still the same. Its descriptor is closed while other files need
 * one: few are open, however many files are followed.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { systemErrorCode } from '../core/system-error.ts'
import { Fingerprint, fingerprintAt } from './fingerprint.ts'
import { identityOf } from './open.ts'
import { eachRotation, findFile, isRotationOf } from './rotations.ts'

/** A file that is renamed while it is looked for is looked for again. */
const LOOKS = 3
/** Descriptors that are open at once. Node itself has 20, and 64 must be enough for all. */
const MOST_OPEN = 32

/** Where reading may go on in another process. Plain JSON. */
export interface TailPlace {
  /** `dev:ino` */
  readonly identity: string
  readonly position: number
  /** The bytes before the position, Base64; empty where they are not known. */
  readonly fingerprint: string
  /** When it was written last, milliseconds since the epoch; 0 or absent: not known. */
  readonly modified?: number
}

/** Least recently used first. */
const open = new Set<Tail>()

export class Tail {
  readonly identity: string
  position = 0
  quietLooks = 0
  lastByteAt: number
  /** When it was seen that another file is at its path. */
  rotatedAt: number | undefined
  /** Goes up when the file was truncated. */
  generation = 0
  /** Where it was first, and last. It may have another name by now. */
  readonly #path: string
  #foundAt: string
  #fd: number | undefined
  readonly #fingerprint = new Fingerprint()
  #modified = 0
  #afterTruncation = false
  /** It has no name in its folder any more, and is not looked for again. */
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
   * What was read by another process: found where it is now, or under the name that rotation gave it; undefined when it is gone. `isRotated`:
   * another file had come to the path by then.
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

  /** The file of that identity, once at `path`, which is called `name` by now; undefined when it is not any more. */
  static openRotated(path: string, name: string, identity: string, now: number): Tail | undefined {
    const found = openIfThere(name, identity)
    if (found === undefined) return undefined
    const tail = new Tail(path, found.fd, now)
    tail.#foundAt = name
    tail.rotatedAt = now
    keep(tail)
    return tail
  }

  /** Nothing has happened to the file since the last look. */
  isUntouched(stats: Stats): boolean {
    return stats.size === this.position && stats.mtimeMs === this.#modified
  }

  /** @throws the system's error, ENOENT when the file is gone */
  stat(): Stats {
    return fstatSync(this.#descriptor())
  }

  /** When it was written last, as far as is known: the file may be gone. Milliseconds since the epoch; 0 for not yet. */
  get modified(): number {
    try {
      return this.stat().mtimeMs
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error
      return this.#modified
    }
  }

  /** What was read of it is not there any more: it was truncated, or is a new file that has the number of a deleted one. */
  isCut(): boolean {
    return this.stat().size < this.position || !this.#sameBytesBefore()
  }

  /** A copy of what was read so far, as `copytruncate` makes it, is read from there on. */
  skipWhatWasRead({ position, fingerprint }: TailPlace): void {
    const bytes = Buffer.from(fingerprint, 'base64')
    if (bytes.length === 0) return
    const there = Buffer.alloc(bytes.length)
    readSync(this.#descriptor(), there, 0, bytes.length, position - bytes.length)
    if (!there.equals(bytes)) return
    this.position = position
    this.#fingerprint.add(bytes)
  }

  /** Goes back to the start when the file was cut; says so. */
  checkForTruncation(stats: Stats): string | undefined {
    const untouched = this.isUntouched(stats)
    this.#modified = stats.mtimeMs
    if (untouched || (stats.size >= this.position && this.#sameBytesBefore())) return undefined
    this.position = 0
    this.generation++
    this.#fingerprint.clear()
    this.#afterTruncation = true
    return 'was truncated; reading it from its start'
  }

  read(buffer: Buffer): number {
    const count = readSync(this.#descriptor(), buffer, 0, buffer.length, this.position)
    if (count === 0) return 0
    this.position += count
    this.#fingerprint.add(buffer.subarray(0, count))
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

  /** `position` is one that has been read. */
  placeAt(position: number): TailPlace {
    const fingerprint = this.#bytesBefore(position).toString('base64')
    return { identity: this.identity, position, fingerprint, modified: this.#modified }
  }

  /** It is opened again when it is read again. */
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
        // Whoever asks treats it as it treats any file that is not there.
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
   * The file at `path`, which has the same number: a file that was deleted may have left it to another one, and that has other bytes where this
   * one has been read to. Under its own name it has been truncated, unless another file had come there before.
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
 * Files that were rotated after the one that was `modified` then, oldest first: nobody looked while they had their first name. `next`: the file
 * at the path a moment ago; what came after it comes later. `read`: identities of those that somebody did see, or will.
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
    // At once: by the end of the look it may have another name.
    const missed = Tail.openRotated(path, name, identity, now)
    if (missed !== undefined) found.set(identity, { tail: missed, modified: stats.mtimeMs })
  })
  return [...found.values()].sort((a, b) => a.modified - b.modified).map((each) => each.tail)
}

interface Opened {
  readonly fd: number
  readonly path: string
}

/** The file of that identity, wherever it is by now. */
function openFound(paths: readonly [string, ...string[]], identity: string): Opened | undefined {
  for (let looks = 0; looks < LOOKS; looks++) {
    const found = findFile(paths, identity)
    const opened = found === undefined ? undefined : openIfThere(found, identity)
    if (opened !== undefined) return opened
  }
  return undefined
}

/** The file at the path if it has that identity: between a look and this another one may have come there. */
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
