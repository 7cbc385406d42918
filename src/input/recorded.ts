/**
 * The dumps of a file: either of a log, which an engine reads, or of JSON lines that dumpstream wrote earlier, which are read back. Only the
 * requested
 * dumps are kept.
 */

import split2 from 'split2'
import { BRACE_OPEN } from '../core/ascii.ts'
import { DumpstreamError } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { DumpRecord, DumpstreamRecord, SignatureRecord } from '../core/records.ts'
import { createEngine, type EngineOptions } from '../engine/engine.ts'
import type { RecordedDump } from '../report/diff.ts'
import { replaces, showsProcess } from '../sinks/process.ts'
import { openPath } from './open.ts'
import { readInput } from './read.ts'
import { isFleetRecord, isRecord } from './record-shape.ts'

/** Longest record that is read back, bytes: enough for a stack of 512 frames with long names. */
const RECORD_BYTES = 1 << 20
/** A longer line is skipped without ending the stream (split2 README; its types lack `skipOverflow`). */
const LINES = { maxLength: RECORD_BYTES, skipOverflow: true }

/** The dumps of one source that were kept. */
export interface SourceDumps {
  /** First and last are dumps that show the process, if there are any: the stack of a single goroutine cannot be compared. */
  readonly first: RecordedDump
  readonly last: RecordedDump
  /** The dump that was requested by number. */
  readonly numbered: RecordedDump | undefined
  /** The highest number. */
  readonly highest: number
}

export interface RecordedDumps {
  /** By source, in the order of their first dumps. */
  readonly sources: ReadonlyMap<string, SourceDumps>
  /** The dumps were read back, so their text is not available. */
  readonly readBack: boolean
  /** JSON lines that are not records. */
  readonly badLines: number
}

/** Reads FILE, plain or compressed. `number` asks for one dump besides the first and the last. */
export async function readRecorded(
  path: string,
  number: number | undefined,
  options: EngineOptions,
): Promise<RecordedDumps> {
  const collector = new Collector(number)
  const read = await readRecords(path, options, (record, member) => collector.add(record, member))
  return { sources: collector.sources, ...read }
}

/**
 * Reads FILE to its end and passes on its records; records of a log include their stacks. `member`: the member of an archive, which is read like
 * a separate FILE.
 */
export async function readRecords(
  path: string,
  options: EngineOptions,
  take: (record: DumpstreamRecord, member: string | undefined) => void,
): Promise<Pick<RecordedDumps, 'readBack' | 'badLines'>> {
  const signal = new AbortController().signal
  const input = await openPath(path, signal)
  let feed: Feed | undefined
  let member: string | undefined
  let badLines = 0
  let readBack = false
  let fault: DumpstreamError | undefined
  const close = async (): Promise<void> => {
    const over = feed
    feed = undefined
    readBack ||= over instanceof ReadBack
    const bad = (await over?.end()) ?? 0
    badLines += bad
  }
  let closing: Promise<void> = Promise.resolve()
  const turning = new AbortController()
  let mayTurn = input.kind === 'file' && input.size !== undefined
  try {
    await readInput(
      input,
      {
        onChunk: (bytes) => {
          if (bytes.length === 0) return
          feed ??= openFeed(bytes, path, member, take, options)
          feed.push(bytes)
          if (mayTurn && feed.isNewestFirst) turning.abort()
        },
        onPacked: () => {
          mayTurn = false
        },
        onMember: (name) => {
          closing = Promise.all([closing, close()]).then(() => {})
          member = name
        },
        onFault: (error) => {
          fault ??= error
        },
      },
      turning.signal,
    )
    if (turning.signal.aborted && input.size !== undefined) {
      const { size, fd } = input
      const { placedBackwards, readBackwards } = await import('./backwards.ts')
      const backwards = new FromLog((record) => take(placedBackwards(record, size), undefined), path, {
        ...options,
        order: 'oldest_first',
      })
      feed = backwards
      await readBackwards({ fd, size, onChunk: (lines) => backwards.push(lines) }, signal)
    }
  } finally {
    input.close()
  }
  await closing
  await close()
  if (fault !== undefined) throw fault
  return { readBack, badLines }
}

function openFeed(
  bytes: Uint8Array,
  path: string,
  member: string | undefined,
  take: (record: DumpstreamRecord, member: string | undefined) => void,
  options: EngineOptions,
): Feed {
  const taken = (record: DumpstreamRecord): void => take(record, member)
  if (isRecords(bytes)) return new ReadBack(taken)
  return new FromLog(taken, member ?? path, member === undefined ? options : { ...options, qualified: true })
}

/** The bytes of one dump of FILE, or of a member of it, including what is between its lines. */
export async function readRange(
  path: string,
  [start, end]: readonly [number, number],
  member: string | undefined,
): Promise<Buffer> {
  const parts: Buffer[] = []
  let offset = 0
  let isInside = member === undefined
  const controller = new AbortController()
  const input = await openPath(path, controller.signal)
  try {
    await readInput(
      input,
      {
        onChunk: (bytes) => {
          if (!isInside) return
          const from = Math.max(0, start - offset)
          const to = Math.min(bytes.length, end - offset)
          if (from < to) parts.push(Buffer.from(bytes.subarray(from, to)))
          offset += bytes.length
          if (offset >= end) controller.abort()
        },
        onMember: (name) => {
          isInside = name === member
        },
        // Faults were already reported when the whole FILE was read.
        onFault: () => {},
      },
      controller.signal,
    )
  } finally {
    input.close()
  }
  return Buffer.concat(parts)
}

/** Does it begin with a record of version 1? A log of JSON lines does not begin with `"v":1,"type":`. */
function isRecords(bytes: Uint8Array): boolean {
  return (
    bytes[0] === BRACE_OPEN &&
    /^\{"v":1,"type":"(?:dump|signature|goroutine|finding|summary|fleet)",/.test(
      Buffer.from(bytes.subarray(0, 64)).toString('latin1'),
    )
  )
}

/** Keeps for each source the first dump of its process, the last one, and the one with the requested number. */
class Collector {
  readonly #number: number | undefined
  readonly #sources = new Map<string, Source>()

  constructor(number: number | undefined) {
    this.#number = number
  }

  add(record: DumpstreamRecord, member: string | undefined): void {
    const source = this.#sources.get(record.source)
    if (record.type === 'signature') source?.open.signatures.push(record)
    if (record.type !== 'dump') return
    const kept: Kept = { dump: record, signatures: [], ...(member === undefined ? {} : { member }) }
    const numbered = record.dump === this.#number ? kept : undefined
    if (source !== undefined) {
      if (replaces(record, source.last.dump)) {
        if (!showsProcess(source.first.dump) && showsProcess(record)) source.first = kept
        source.last = kept
      }
      source.open = kept
      source.numbered = numbered ?? source.numbered
      source.highest = record.dump
    } else if (this.#sources.size < LIMITS.sources) {
      this.#sources.set(record.source, { first: kept, last: kept, open: kept, numbered, highest: record.dump })
    }
  }

  get sources(): ReadonlyMap<string, SourceDumps> {
    return this.#sources
  }
}

interface Source {
  first: Kept
  last: Kept
  /** The dump whose signatures follow. */
  open: Kept
  numbered: Kept | undefined
  highest: number
}

interface Kept {
  readonly dump: DumpRecord
  readonly signatures: SignatureRecord[]
  readonly member?: string
}

interface Feed {
  /** No record was passed on yet, and the input is better read from its end. */
  readonly isNewestFirst: boolean
  push(bytes: Uint8Array): void
  /** Resolves to the number of bad lines. */
  end(): Promise<number>
}

class FromLog implements Feed {
  readonly #engine

  get isNewestFirst(): boolean {
    return this.#engine.isNewestFirst === true
  }

  constructor(take: (record: DumpstreamRecord) => void, source: string, options: EngineOptions) {
    this.#engine = createEngine({ ...options, source, stacks: 'always', onRecord: take })
  }

  push(bytes: Uint8Array): void {
    this.#engine.push(bytes)
  }

  async end(): Promise<number> {
    this.#engine.end()
    return 0
  }
}

class ReadBack implements Feed {
  readonly isNewestFirst = false
  readonly #lines
  #bad = 0

  constructor(take: (record: DumpstreamRecord) => void) {
    this.#lines = split2('\n', (line: string) => readRecord(line), LINES)
    this.#lines.on('data', (record: DumpstreamRecord | typeof BAD) => {
      if (record === BAD) this.#bad++
      else take(record)
    })
  }

  push(bytes: Uint8Array): void {
    // Copied, because the reader reuses the chunk and split2 may keep its end.
    this.#lines.write(Buffer.from(bytes))
  }

  end(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#lines.once('error', (error) =>
        reject(new DumpstreamError('DS_INPUT', `can't read records back: ${error.message}`, { cause: error })),
      )
      this.#lines.once('end', () => resolve(this.#bad))
      this.#lines.end()
    })
  }
}

/** split2 ends the stream when its mapper returns null, and drops undefined. */
const BAD = Symbol('bad line')

function readRecord(line: string): DumpstreamRecord | typeof BAD | undefined {
  if (line.trim() === '') return undefined
  try {
    const value: unknown = JSON.parse(line)
    if (isFleetRecord(value)) return undefined
    return isRecord(value) ? value : BAD
  } catch {
    return BAD
  }
}
