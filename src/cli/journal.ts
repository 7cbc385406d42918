/**
 * Journals in a directory, written by filters that must not wait (mounts/journal.ts). Each filter has an id, and these files:
 *
 *   `ID.N.in`    what it wrote, in files of some megabytes; `ID.N.out`: the events for it
 *   `ID.state`   how far this was read: `dumpstream PROTOCOL N OFFSET`, then where to begin again after a stop; any change is a sign of life
 *   `ID.taken`   how far the filter has passed on the events: `N OFFSET`
 *   `ID.pid`     the process that reads it
 *
 * All of them survive a crash of either side: whichever starts next continues where its predecessor stopped, and takes over the journals of filters
 * that are gone.
 */
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { LF } from '../core/ascii.ts'
import { JOURNAL_PROTOCOL } from '../mounts/journal.ts'

/** Bytes after which the position is saved: the filter considers a silent reader hung. */
const CHUNK_BYTES = 256 << 10
const OUT_BYTES = 8 << 20
const MODE = 0o600
/** A position combines the number of a file and an offset in it into one number. */
const FILE = 2 ** 40

interface Saved {
  readonly resume: number
  /** Source → position before which its lines are done. */
  readonly done: Readonly<Record<string, number>>
}

export class Journal {
  readonly base: string
  #file: number
  #offset = 0
  #fd: number | undefined
  #rest: Buffer = Buffer.alloc(0)
  #saved: Saved = { resume: FILE, done: {} }

  /** `base`: directory and id. */
  constructor(base: string) {
    this.base = base
    this.#saved = readSaved(base) ?? this.#saved
    // Each file declares its streams once: so it is read from its beginning, and the lines before `resume` are skipped.
    this.#file = Math.floor(this.#saved.resume / FILE)
  }

  get position(): number {
    return this.#file * FILE + this.#offset
  }

  /** Was the line at `position` of `source` already handled? */
  isDone(source: string, position: number): boolean {
    return position < this.#saved.resume || position < (this.#saved.done[source] ?? 0)
  }

  /** Reads what is there, at most a chunk; false if there was nothing. */
  read(each: (line: string, position: number) => void): boolean {
    this.#fd ??= openIfThere(`${this.base}.${this.#file}.in`)
    if (this.#fd === undefined) return false
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    const count = readSync(this.#fd, buffer, 0, CHUNK_BYTES, this.#offset + this.#rest.length)
    if (count === 0) return this.#nextFile()
    const data = Buffer.concat([this.#rest, buffer.subarray(0, count)])
    let from = 0
    for (let lf = data.indexOf(LF); lf >= 0; lf = data.indexOf(LF, from)) {
      each(data.toString('utf8', from, lf), this.position)
      this.#offset += lf + 1 - from
      from = lf + 1
    }
    this.#rest = data.subarray(from)
    return true
  }

  /** `resume`: where to begin again; files before it are removed. `adopted`: chunks that were read of what other filters left. */
  save(resume: number, done: Readonly<Record<string, number>>, adopted: number): void {
    const rest = JSON.stringify({ resume, done, adopted })
    const text = `dumpstream ${JOURNAL_PROTOCOL} ${this.#file} ${this.#offset}\n${rest}\n`
    writeFileSync(`${this.base}.state.new`, text, { mode: MODE })
    renameSync(`${this.base}.state.new`, `${this.base}.state`)
    for (let file = Math.floor(resume / FILE) - 1; file > 0 && removed(`${this.base}.${file}.in`); ) file--
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  /** Removes the journal, because nothing of it is needed any more. */
  remove(): void {
    this.close()
    removeJournal(this.base)
  }

  #nextFile(): boolean {
    if (!existsSync(`${this.base}.${this.#file + 1}.in`)) return false
    this.close()
    this.#file++
    this.#offset = 0
    this.#rest = Buffer.alloc(0)
    return true
  }
}

/** The events for a filter. */
export class JournalOut {
  readonly #base: string
  #file: number
  #fd: number
  #size: number

  constructor(base: string) {
    this.#base = base
    this.#file = Math.max(1, ...filesOf(base, 'out'))
    this.#fd = openSync(`${base}.${this.#file}.out`, 'a', MODE)
    this.#size = statSync(`${base}.${this.#file}.out`).size
  }

  write(lines: string): void {
    if (this.#size > OUT_BYTES) {
      closeSync(this.#fd)
      this.#fd = openSync(`${this.#base}.${++this.#file}.out`, 'a', MODE)
      this.#size = 0
      const taken = Number(/^\d+/.exec(textOf(`${this.#base}.taken`))?.[0] ?? 1)
      for (const file of filesOf(this.#base, 'out')) if (file < taken) removed(`${this.#base}.${file}.out`)
    }
    writeFileSync(this.#fd, lines)
    this.#size += Buffer.byteLength(lines)
  }

  close(): void {
    closeSync(this.#fd)
  }
}

/** Registers this process as the reader of the journal. */
export function claim(base: string): void {
  writeFileSync(`${base}.pid`, `${process.pid}\n`, { mode: MODE })
}

export function release(base: string): void {
  if (textOf(`${base}.pid`).trim() === String(process.pid)) removed(`${base}.pid`)
}

/** Journals next to `base`, oldest first, and whether a process reads them. */
export function otherJournals(base: string): { base: string; isRead: boolean }[] {
  const folder = dirname(base)
  const ids = new Set(readdirSync(folder).flatMap((name) => /^(\d+-\d+)\.\d+\.(?:in|out)$/.exec(name)?.[1] ?? []))
  ids.delete(basename(base))
  return [...ids].sort().map((id) => ({ base: join(folder, id), isRead: isRead(join(folder, id)) }))
}

/** Events that the filter of `base` has not passed on yet. */
export function untaken(base: string): string {
  const [file = 1, offset = 0] = textOf(`${base}.taken`).trim().split(' ').map(Number)
  const texts = filesOf(base, 'out').flatMap((each) => {
    if (each < file) return []
    const bytes = Buffer.from(textOf(`${base}.${each}.out`, 'latin1'), 'latin1')
    return [bytes.toString('utf8', each === file ? offset : 0, bytes.lastIndexOf(LF) + 1)]
  })
  return texts.join('')
}

export function removeOut(base: string): void {
  for (const file of filesOf(base, 'out')) removed(`${base}.${file}.out`)
  removed(`${base}.taken`)
}

function removeJournal(base: string): void {
  for (const file of filesOf(base, 'in')) removed(`${base}.${file}.in`)
  for (const end of ['state', 'state.new', 'pid']) removed(`${base}.${end}`)
}

function isRead(base: string): boolean {
  const pid = Number(textOf(`${base}.pid`))
  if (!(pid > 0)) return false
  // The pid may belong to another process by now.
  if (existsSync('/proc/self/cmdline')) return textOf(`/proc/${pid}/cmdline`).includes(base)
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function readSaved(base: string): Saved | undefined {
  const [, json = ''] = textOf(`${base}.state`).split('\n')
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value !== 'object' || value === null || !('resume' in value) || typeof value.resume !== 'number')
      return undefined
    const done: Record<string, number> = {}
    if ('done' in value && typeof value.done === 'object' && value.done !== null) {
      for (const [source, position] of Object.entries(value.done)) {
        if (typeof position === 'number') done[source] = position
      }
    }
    return { resume: value.resume, done }
  } catch {
    return undefined
  }
}

/** Numbers of the files of a kind, in order. */
function filesOf(base: string, kind: 'in' | 'out'): number[] {
  const start = `${basename(base)}.`
  return readdirSync(dirname(base))
    .filter((name) => name.startsWith(start) && name.endsWith(`.${kind}`))
    .map((name) => Number(name.slice(start.length, -kind.length - 1)))
    .filter((number) => number > 0)
    .sort((a, b) => a - b)
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}

function removed(path: string): boolean {
  try {
    unlinkSync(path)
    return true
  } catch {
    return false
  }
}

/** Empty if there is no such file. */
function textOf(path: string, encoding: 'utf8' | 'latin1' = 'utf8'): string {
  try {
    return readFileSync(path, encoding)
  } catch {
    return ''
  }
}
