/**
 * A mount in a pipeline: log records go in one by one; those that are not dump come back unchanged and in order, and dumpstream's records come out
 * where a dump was complete. One engine per stream. Synchronous.
 *
 *   line is     | the engine has said                            | what happens
 *   ------------|------------------------------------------------|----------------------------------
 *   pending     | all of it is log                               | its record comes out
 *   pending     | some of it is log (a log line cut a dump line) | its record comes out with the rest
 *   pending     | none of it is log                              | dropped
 *   pending     | nothing yet                                    | it waits, and so does everything after it
 */

import { LF } from '../core/ascii.ts'
import { LIMITS } from '../core/limits.ts'
import type { DumpstreamRecord } from '../core/records.ts'
import { createEngine, type Engine, type EngineOptions } from '../engine/engine.ts'
import { findNeedle, lineStart } from '../text/needle.ts'
import { dumpIdentity } from './identity.ts'

/** The output of a mount, in order. `item` is what the caller passed with a line. */
export type Outcome<T> =
  | {
      readonly type: 'log'
      readonly item: T
      /** The remaining text, if part of the text was dump. */
      readonly rest: string | undefined
    }
  | {
      readonly type: 'record'
      readonly record: DumpstreamRecord
      /** Identity of the dump that the record is about: the same whenever the same dump is read (identity.ts). */
      readonly identity: string
      /** The line with the dump's first header; absent if it is no longer known. */
      readonly item: T | undefined
    }
  /** The line was dump: it does not come back. */
  | { readonly type: 'dump'; readonly item: T }

export interface MountLine<T> {
  /** Names the stream: lines of one stream are read together. */
  readonly stream: string
  /** With or without its line end; an empty line is `''`. May hold line feeds. */
  readonly text: string
  /** When it was written, milliseconds since the epoch. */
  readonly time?: number | undefined
  /** Attributes of the stream; those of its first line are used. */
  readonly attributes?: Readonly<Record<string, string>> | undefined
  /** Returned with the line. */
  readonly item: T
}

export type MountOptions = Omit<EngineOptions, 'source' | 'onRecord' | 'onLog' | 'attributes' | 'time'>

/** A line that may be the first header of a dump. */
interface Header<T> {
  readonly item: T
  readonly text: string
  readonly time: number | undefined
  readonly start: number
}

interface Pending<T> extends Header<T> {
  readonly type: 'log'
  readonly end: number
  /** The parts of it that are known to be log. */
  readonly pieces: Buffer[]
  bytes: number
  rest: string | undefined
  decided: boolean
}

type Slot<T> = Pending<T> | Exclude<Outcome<T>, { readonly type: 'log' }>

/** How many headers of an open dump are remembered; the first one counts. */
const HEADERS = 32

class MountStream<T> {
  readonly #engine: Engine
  readonly #source: string
  #headers: Header<T>[] = []
  /** Identity of the dump that the current records are about. */
  #identity = ''
  #item: T | undefined
  /** Lines that are not fully decided, oldest first. */
  #pending: Pending<T>[] = []
  /** What comes out next. A line is added as soon as any part of it is log. */
  #slots: Slot<T>[] = []
  #offset = 0

  constructor(source: string, attributes: MountLine<T>['attributes'], options: MountOptions) {
    this.#source = source
    this.#engine = createEngine({
      ...options,
      source,
      ...(attributes === undefined ? {} : { attributes }),
      time: (offset) => this.#pending.find(({ end }) => end > offset)?.time,
      onRecord: (record) => {
        // A pipeline has no end that a summary could describe.
        if (record.type === 'summary') return
        if (record.type === 'dump') this.#identify(record.bytes)
        this.#slots.push({ type: 'record', record, identity: this.#identity, item: this.#item })
      },
      onLog: (bytes, offset) => this.#log(bytes, offset),
    })
  }

  get open(): boolean {
    return this.#engine.open || this.#pending.length > 0 || this.#slots.length > 0
  }

  push(line: MountLine<T>): Outcome<T>[] {
    const bytes = Buffer.from(line.text.endsWith('\n') ? line.text : `${line.text}\n`)
    const start = this.#offset
    this.#offset += bytes.length
    const pending: Pending<T> = {
      type: 'log',
      item: line.item,
      text: line.text,
      time: line.time,
      start,
      end: this.#offset,
      pieces: [],
      bytes: 0,
      rest: undefined,
      decided: false,
    }
    this.#pending.push(pending)
    this.#note(pending, bytes)
    this.#engine.push(bytes)
    return this.#take()
  }

  tick(now: number): Outcome<T>[] {
    this.#engine.tick(now)
    return this.#take()
  }

  end(): Outcome<T>[] {
    this.#engine.end()
    return this.#take()
  }

  #note(line: Pending<T>, bytes = Buffer.from(line.text)): void {
    if (this.#headers.length < HEADERS && findNeedle(bytes, 0, bytes.length, false) >= 0) this.#headers.push(line)
  }

  #identify([start, end]: readonly [number, number]): void {
    const isWithin = (line: Header<T>): boolean => line.start >= start && line.start < end
    // One record can contain both log and dump.
    const first =
      this.#headers.find(isWithin) ??
      this.#pending.find(isWithin) ??
      this.#pending.find((line) => line.start < end && line.end > start)
    const text = first === undefined ? '' : firstHeader(first.text)
    this.#identity = dumpIdentity(this.#source, first?.time, text)
    this.#item = first?.item
    this.#headers = []
    for (const line of this.#pending) if (line.start >= end) this.#note(line)
  }

  #log(bytes: Uint8Array, offset: number): void {
    const end = offset + bytes.length
    for (const line of this.#pending) {
      if (line.start >= end) break
      if (line.end <= offset) continue
      const from = Math.max(line.start, offset)
      const to = Math.min(line.end, end)
      if (line.bytes === 0) this.#slots.push(line)
      line.bytes += to - from
      // The view belongs to the engine; a whole line needs no copy.
      if (to - from < line.end - line.start) line.pieces.push(Buffer.from(bytes.subarray(from - offset, to - offset)))
    }
  }

  #take(): Outcome<T>[] {
    const { settled } = this.#engine
    let decided = 0
    for (const line of this.#pending) {
      if (line.end > settled) break
      decided++
      line.decided = true
      if (line.bytes === 0) this.#slots.push({ type: 'dump', item: line.item })
      else if (line.bytes < line.end - line.start) {
        line.rest = Buffer.concat(line.pieces).toString().replace(/\n$/, '')
      }
    }
    if (decided > 0) {
      const logs = new Set<Header<T>>(
        this.#pending.slice(0, decided).filter((line) => line.bytes === line.end - line.start),
      )
      if (logs.size > 0) this.#headers = this.#headers.filter((line) => !logs.has(line))
      this.#pending = this.#pending.slice(decided)
    }
    const out: Outcome<T>[] = []
    for (const slot of this.#slots) {
      if (slot.type === 'log' && !slot.decided) break
      out.push(slot.type === 'log' ? { type: 'log', item: slot.item, rest: slot.rest } : slot)
    }
    if (out.length > 0) this.#slots = this.#slots.slice(out.length)
    return out
  }
}

/** The line of a text that contains its first header. */
function firstHeader(text: string): string {
  const bytes = Buffer.from(text)
  const at = Math.max(0, findNeedle(bytes, 0, bytes.length, false))
  const end = bytes.indexOf(LF, at)
  return bytes.toString('utf8', lineStart(bytes, 0, at), end < 0 ? bytes.length : end).trimEnd()
}

export class Mount<T> {
  readonly #options: MountOptions
  readonly #most: number
  /** Least recently used first. */
  readonly #streams = new Map<string, MountStream<T>>()

  constructor(options: MountOptions = {}) {
    this.#options = options
    this.#most = options.limits?.sources ?? LIMITS.sources
  }

  /** Takes the text of one record. The output can include earlier lines, and lines of a stream that had to make room. */
  push(line: MountLine<T>): Outcome<T>[] {
    const out: Outcome<T>[] = []
    let stream = this.#streams.get(line.stream)
    if (stream === undefined) {
      for (const [key, oldest] of this.#streams) {
        if (this.#streams.size < this.#most) break
        out.push(...oldest.end())
        this.#streams.delete(key)
      }
      stream = new MountStream(line.stream, line.attributes, this.#options)
    }
    this.#streams.delete(line.stream)
    this.#streams.set(line.stream, stream)
    out.push(...stream.push(line))
    return out
  }

  /** Is a dump in progress in the stream, or is a line of it waiting? If not, only lines that may begin a dump are of interest. */
  isOpen(stream: string): boolean {
    return this.#streams.get(stream)?.open ?? false
  }

  /** Is any stream open? */
  get open(): boolean {
    for (const stream of this.#streams.values()) if (stream.open) return true
    return false
  }

  /** Like Engine.tick, for every stream. */
  tick(now: number): Outcome<T>[] {
    return [...this.#streams.values()].flatMap((stream) => stream.tick(now))
  }

  /** Completes what is open, and forgets all streams. */
  end(): Outcome<T>[] {
    const out = [...this.#streams.values()].flatMap((stream) => stream.end())
    this.#streams.clear()
    return out
  }
}

/**
 * A mount in a pipeline of log records: each record goes in with an item of the caller, and decided ones come out, in order.
 *
 * @throws DumpstreamError `DS_OPTION` at the first line of a stream, for an invalid option
 * @example
 * const mount = createMount<LogRecord>()
 * for (const { type, ...outcome } of mount.push({ stream: pod, text: record.log, time: record.time, item: record })) …
 */
export function createMount<T>(options: MountOptions = {}): Mount<T> {
  return new Mount(options)
}
