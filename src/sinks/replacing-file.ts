/**
 * A file that is replaced as a whole: readers see the old one or the new one, never a part.
 *
 * | the path is                                     | what happens                                                        |
 * |-------------------------------------------------|---------------------------------------------------------------------|
 * | absent, or a regular file                       | a file next to it is written, synced, given the old one's mode and  |
 * |                                                 | owner, and renamed over it                                          |
 * | a link                                          | the same, for what it leads to                                      |
 * | a device, a pipe, a descriptor of this process  | written in place                                                    |
 * | a file that can't be replaced: itself a mount,  | written in place; the first three of these are known before the old |
 * | of another owner, in a folder that is not       | content is gone, but a disk that fills up leaves a partial file     |
 * | writable                                        |                                                                     |
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

/** Characters kept of a name that is then extended: file systems allow 255 bytes. */
const NAME_CHARACTERS = 80
/** Errors of a folder or a mount that does not let its file be replaced. */
const IN_PLACE = new Set(['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV'])

export class ReplacingFile {
  readonly output: Output
  readonly #path: string
  readonly #target: string
  readonly #fd: number
  /** A file next to the target; undefined: written in place. */
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
   * Puts the new content in place of the old file.
   * @throws DumpstreamError `DS_OUTPUT`; the old file is then unchanged
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

  /** Leaves the old file unchanged. No effect after `commit`. */
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

/** Creates a file with the same mode and owner; undefined if that is not possible. */
function createBeside(target: string, old: Stats | undefined): { path: string; fd: number } | undefined {
  const name = basename(target).slice(0, NAME_CHARACTERS)
  const path = join(dirname(target), `.${name}.${process.pid}.tmp`)
  let fd: number | undefined
  try {
    // A killed process with this id may have left one. Never follows a link that somebody has put there.
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

/** Does not wait for a pipe: if nobody is at its other end, that is an error. */
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

/** Makes the rename itself durable. Some file systems cannot do this, and need not. */
function syncFolder(folder: string): void {
  let fd: number | undefined
  try {
    fd = openSync(folder, 'r')
    fsyncSync(fd)
  } catch {
    // The new content is written; after a power failure the old one may be back.
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

function failure(path: string, error: unknown): DumpstreamError {
  if (error instanceof DumpstreamError) return error
  return new DumpstreamError('DS_OUTPUT', `can't write to ${path}: ${writeErrorText(error)}`, { cause: error })
}
