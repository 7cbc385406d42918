/**
 * A history as JSON, and back. The structure is written as it is, field by field; three things have a special form:
 *
 * | value                    | JSON                                                                                 |
 * |--------------------------|--------------------------------------------------------------------------------------|
 * | a Map                    | `{"$map":[[key,value],…]}`                                                           |
 * | a signature              | `{"$signature":n}`, an index into `signatures`: many tracks and dumps refer to each  |
 * | the goroutine ids        | `{"$ids":"…"}`: per id the step to it, its signature and flags, in variable bytes;    |
 * |                          | `"$minutes":"…"`: the minutes of those flagged as having some;                        |
 * |                          | `"$watched":"…"`: for how many seconds each was seen in its place                     |
 */
import { DumpstreamError } from '../core/errors.ts'
import type { GoroutineIds, Signature } from '../core/model.ts'
import type { Past } from './past.ts'
import { isPast, isSignature } from './snapshot-shape.ts'

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** Plain JSON. */
export interface HistorySnapshot {
  readonly signatures: Json
  /** Group and source, with their processes, least recently used first. */
  readonly sources: Json
}

/** Flags of an id, bits of one column. */
const MARKED = 1
const MINUTES = 2
const READY = 4
const FLAGS = 8

/** How deep a history is nested; deeper JSON is not a history. */
const DEPTH = 12

/** `most`: how many goroutine ids may be written; beyond it, the least recently used histories keep only counts. */
export function writeHistory(sources: Iterable<[string, readonly Past[]]>, most: number): HistorySnapshot {
  const writer = new Writer(most)
  const newestFirst = [...sources].reverse().map(([key, pasts]): Json => [key, writer.json(pasts)])
  return { sources: newestFirst.reverse(), signatures: writer.signatures }
}

/** @throws DumpstreamError `DS_OPTION` */
export function readHistory(snapshot: HistorySnapshot): [string, readonly Past[]][] {
  if (typeof snapshot !== 'object' || snapshot === null) throw refusal()
  const { signatures, sources } = snapshot
  if (!Array.isArray(signatures) || !signatures.every(isSignature) || !Array.isArray(sources)) throw refusal()
  return sources.map((entry: unknown): [string, Past[]] => {
    if (!Array.isArray(entry) || typeof entry[0] !== 'string') throw refusal()
    const pasts = value(entry[1], signatures, DEPTH)
    if (!Array.isArray(pasts) || !pasts.every(isPast)) throw refusal()
    return [entry[0], pasts]
  })
}

class Writer {
  readonly signatures: Json[] = []
  readonly #places = new Map<Signature, number>()
  #left: number

  constructor(most: number) {
    this.#left = most
  }

  json(value: unknown): Json {
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value !== 'object' || value === null) return null
    if (Array.isArray(value)) return value.map((each) => this.json(each))
    if (value instanceof Map) return { $map: [...value].map((entry) => this.json(entry)) }
    if (looksLikeSignature(value)) return { $signature: this.#place(value) }
    if (isIds(value)) return this.#ids(value)
    return this.#object(value)
  }

  #object(value: object): { readonly [name: string]: Json } {
    const fields = Object.entries(value).filter(([, each]) => each !== undefined)
    return Object.fromEntries(fields.map(([name, each]) => [name, this.json(each)]))
  }

  #place(signature: Signature): number {
    const known = this.#places.get(signature)
    if (known !== undefined) return known
    this.#places.set(signature, this.signatures.length)
    return this.signatures.push(this.#object(plain(signature))) - 1
  }

  #ids(ids: GoroutineIds): Json {
    this.#left -= ids.size
    if (this.#left < 0) return { $ids: null }
    const rows: [id: number, signature: number][] = []
    ids.forEach((id, signature) => {
      rows.push([id, signature])
    })
    rows.sort(([a], [b]) => a - b)
    const bytes: number[] = []
    const minutes: number[] = []
    const watched: number[] = []
    let before = 0
    for (const [id, signature] of rows) {
      putNumber(bytes, id - before)
      putNumber(bytes, (signature + 1) * FLAGS + flagsOf(ids, id))
      if (ids.minutes(id) > 0) putNumber(minutes, ids.minutes(id))
      putNumber(watched, ids.watched(id))
      before = id
    }
    const base64 = (numbers: readonly number[]): string => Buffer.from(numbers).toString('base64')
    return {
      $ids: base64(bytes),
      ...(minutes.length === 0 ? {} : { $minutes: base64(minutes) }),
      ...(watched.every((each) => each === 0) ? {} : { $watched: base64(watched) }),
    }
  }
}

function flagsOf(ids: GoroutineIds, id: number): number {
  return (ids.isMarked(id) ? MARKED : 0) | (ids.minutes(id) > 0 ? MINUTES : 0) | (ids.isReady(id) ? READY : 0)
}

/** Without the facts that signatures and stacks cache about themselves. */
function plain({ id, canonical, title, createdBy, idle, stack }: Signature): Signature {
  const { frames, createdBy: creator, elidedAt } = stack
  return { id, canonical, title, createdBy, idle, stack: { frames, createdBy: creator, elidedAt } }
}

function value(json: unknown, signatures: readonly Signature[], depth: number): unknown {
  if (json === null) return undefined
  if (typeof json !== 'object') return json
  if (depth === 0) throw refusal()
  if (Array.isArray(json)) return json.map((each) => value(each, signatures, depth - 1))
  if ('$map' in json) return new Map(entries(json.$map).map(([key, each]) => [key, value(each, signatures, depth - 1)]))
  if ('$ids' in json)
    return typeof json.$ids === 'string'
      ? new SavedIds(
          numbersOf(json.$ids),
          '$minutes' in json ? numbersOf(json.$minutes) : [],
          '$watched' in json ? numbersOf(json.$watched) : [],
        )
      : undefined
  if ('$signature' in json) {
    const signature = typeof json.$signature === 'number' ? signatures[json.$signature] : undefined
    if (signature === undefined) throw refusal()
    return signature
  }
  return Object.fromEntries(Object.entries(json).map(([name, each]) => [name, value(each, signatures, depth - 1)]))
}

function numbersOf(json: unknown): number[] {
  if (typeof json !== 'string') throw refusal()
  return readNumbers(Buffer.from(json, 'base64'))
}

function entries(json: unknown): [unknown, unknown][] {
  if (!Array.isArray(json)) throw refusal()
  return json.map((entry: unknown) => {
    if (!Array.isArray(entry)) throw refusal()
    return [entry[0], entry[1]]
  })
}

/** The ids of a dump that another process has read. */
class SavedIds implements GoroutineIds {
  readonly size: number
  /** Ascending. */
  readonly #ids: Float64Array
  readonly #signatures: Int32Array
  readonly #flags: Uint8Array
  readonly #minutes: Uint16Array
  readonly #watched: Uint32Array

  constructor(numbers: readonly number[], minutes: readonly number[], watched: readonly number[]) {
    this.size = numbers.length >> 1
    this.#ids = new Float64Array(this.size)
    this.#signatures = new Int32Array(this.size)
    this.#flags = new Uint8Array(this.size)
    this.#minutes = new Uint16Array(this.size)
    this.#watched = new Uint32Array(this.size)
    let id = 0
    let wait = 0
    for (let place = 0; place < this.size; place++) {
      id += numbers[place * 2] ?? 0
      const rest = numbers[place * 2 + 1] ?? 0
      this.#ids[place] = id
      this.#signatures[place] = Math.floor(rest / FLAGS) - 1
      this.#flags[place] = rest % FLAGS
      if ((rest & MINUTES) !== 0) this.#minutes[place] = minutes[wait++] ?? 0
      this.#watched[place] = watched[place] ?? 0
    }
  }

  get(id: number): number {
    return this.#signatures[this.#place(id)] ?? -1
  }

  has(id: number): boolean {
    return this.#place(id) >= 0
  }

  mark(id: number): void {
    const place = this.#place(id)
    if (place >= 0) this.#flags[place] = (this.#flags[place] ?? 0) | MARKED
  }

  isMarked(id: number): boolean {
    return this.#has(id, MARKED)
  }

  minutes(id: number): number {
    return this.#minutes[this.#place(id)] ?? 0
  }

  watched(id: number): number {
    return this.#watched[this.#place(id)] ?? 0
  }

  watch(id: number, seconds: number): void {
    const place = this.#place(id)
    if (place >= 0) this.#watched[place] = seconds
  }

  isReady(id: number): boolean {
    return this.#has(id, READY)
  }

  forEach(visit: (id: number, signature: number, minutes: number) => void): void {
    for (let place = 0; place < this.size; place++)
      visit(this.#ids[place] as number, this.#signatures[place] as number, this.#minutes[place] as number)
  }

  #has(id: number, flag: number): boolean {
    return ((this.#flags[this.#place(id)] ?? 0) & flag) !== 0
  }

  /** -1 if the id is absent. */
  #place(id: number): number {
    let low = 0
    let high = this.size - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const found = this.#ids[middle] as number
      if (found === id) return middle
      if (found < id) low = middle + 1
      else high = middle - 1
    }
    return -1
  }
}

/** Seven bits a byte, lowest first; all bytes but the last have the eighth bit set. Ids go up to 2^53. */
function putNumber(bytes: number[], number: number): void {
  let rest = number
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  bytes.push(rest)
}

function readNumbers(bytes: Uint8Array): number[] {
  const numbers: number[] = []
  let number = 0
  let weight = 1
  for (const byte of bytes) {
    number += (byte & 0x7f) * weight
    weight *= 0x80
    if (byte > 0x7f) continue
    numbers.push(number)
    number = 0
    weight = 1
  }
  return numbers
}

function looksLikeSignature(value: object): value is Signature {
  return 'canonical' in value && 'stack' in value && 'id' in value
}

function isIds(value: object): value is GoroutineIds {
  return 'isMarked' in value && 'forEach' in value
}

function refusal(): DumpstreamError {
  return new DumpstreamError('DS_OPTION', 'snapshot must be a result of engine.snapshot(); this one is not')
}
