/**
 * A file that is written as a whole: who reads it sees the old one or the new one, never a part.
 *
 * | the path is                                     | what is done                                                        |
 * |-------------------------------------------------|---------------------------------------------------------------------|
 * | absent, or a regular file                       | a file beside it is written, synced, given the old one's mode and   |
 * |                                                 | owner, and renamed over it                                          |
 * | a link                                          | the same, for what it leads to                                      |
 * | a device, a pipe, a descriptor of this process  | written in place                                                    |
 * | a file that can't be replaced: mounted by       | written in place; the first three of these are known before the old |
 * | itself, of another owner, in a folder that may  | content is gone, but a disk that fills up leaves a part             |
 * | not be written                                  |                                                                     |
 */
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DumpstreamError } from '../core/errors.ts'
import { systemErrorCode, writeErrorText } from '../core/system-error.ts'
import { Output } from './output.ts'
import { descriptorAt, targetOf } from './path-target.ts'

/** Of a name that grows by a few characters: file systems allow 255 bytes. */
const NAME_CHARACTERS = 80
/** A folder or a mount that does not let go of its file. */
const IN_PLACE = new Set(['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV'])

export class ReplacingFile {
  readonly output: Output
  readonly #path: string
  readonly #target: string
  readonly #fd: number
  /** Beside the target; undefined: written in place. */
  readonly #temporary: string | undefined
  readonly #isOurs: boolean
  #open = true

  /** @throws DumpstreamError `DS_OUTPUT` */
  constructor(path: string) {
    this.#path = path
    try {
      const descriptor = descriptorAt(path)
      this.#isOurs = descriptor === undefined
      this.#target = targetOf(path)
      const old = descriptor === undefined ? statsOf(this.#target) : undefined
      const isReplaced = descriptor === undefined && old?.isFile() !== false && !this.#target.startsWith('/proc/')
      const beside = isReplaced ? createBeside(this.#target, old) : undefined
      this.#temporary = beside?.path
      this.#fd = descriptor ?? beside?.fd ?? openSync(this.#target, inPlace(old))
    } catch (error) {
      throw failure(path, error)
    }
    this.output = new Output(this.#fd, { name: path })
  }

  /**
   * Puts what was written in the place of the old file.
   * @throws DumpstreamError `DS_OUTPUT`: the old file is as it was
   */
  commit(): void {
    try {
      this.output.flush()
      if (this.output.failure !== undefined) throw this.output.failure
      if (this.#temporary === undefined) return
      fsyncSync(this.#fd)
      this.#putInPlace(this.#temporary)
      syncFolder(dirname(this.#target))
    } catch (error) {
      throw failure(this.#path, error)
    } finally {
      this.discard()
    }
  }

  /** Leaves the old file as it was. Without effect after `commit`. */
  discard(): void {
    if (!this.#open) return
    this.#open = false
    if (this.#isOurs) closeSync(this.#fd)
    if (this.#temporary !== undefined) rmSync(this.#temporary, { force: true })
  }

  #putInPlace(temporary: string): void {
    try {
      renameSync(temporary, this.#target)
    } catch (error) {
      if (!IN_PLACE.has(systemErrorCode(error) ?? '')) throw error
      copyFileSync(temporary, this.#target)
    }
  }
}

/** A file of the same mode and owner; undefined when there can't be one. */
function createBeside(target: string, old: Stats | undefined): { path: string; fd: number } | undefined {
  const name = basename(target).slice(0, NAME_CHARACTERS)
  const path = join(dirname(target), `.${name}.${process.pid}.tmp`)
  let fd: number | undefined
  try {
    // A process of this id may have been killed over it. Never through a link that somebody has put there.
    rmSync(path, { force: true })
    fd = openSync(path, 'wx', old === undefined ? 0o666 : 0o600)
    if (old !== undefined) likeOld(fd, old)
    return { path, fd }
  } catch (error) {
    if (fd !== undefined) {
      closeSync(fd)
      rmSync(path, { force: true })
    }
    if (old !== undefined && IN_PLACE.has(systemErrorCode(error) ?? '')) return undefined
    throw error
  }
}

function likeOld(fd: number, old: Stats): void {
  const { uid, gid } = fstatSync(fd)
  if (uid !== old.uid || gid !== old.gid) fchownSync(fd, old.uid, old.gid)
  fchmodSync(fd, old.mode & 0o7777)
}

/** A pipe is not waited for: whoever has nobody at its other end is told so. */
function inPlace(old: Stats | undefined): number {
  return constants.O_WRONLY | (old?.isFile() === true ? constants.O_TRUNC : constants.O_NONBLOCK)
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** The rename itself is on the disk only then. Some file systems can't, and need not. */
function syncFolder(folder: string): void {
  let fd: number | undefined
  try {
    fd = openSync(folder, 'r')
    fsyncSync(fd)
  } catch {
    // The new content is written; after a power cut it may be the old one.
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

function failure(path: string, error: unknown): DumpstreamError {
  if (error instanceof DumpstreamError) return error
  return new DumpstreamError('DS_OUTPUT', `can't write to ${path}: ${writeErrorText(error)}`, { cause: error })
}
