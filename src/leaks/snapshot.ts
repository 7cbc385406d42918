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
import { GoroutineIdTable } from '../stacks/ids.ts'
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
    if (value instanceof GoroutineIdTable) return this.#ids(value)
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
    const rows = Array.from({ length: ids.size }, (_, place) => place).sort((a, b) => ids.id(a) - ids.id(b))
    const bytes: number[] = []
    const minutes: number[] = []
    const watched: number[] = []
    let before = 0
    for (const place of rows) {
      putNumber(bytes, ids.id(place) - before)
      putNumber(bytes, (ids.signature(place) + 1) * FLAGS + flagsOf(ids, place))
      if (ids.minutes(place) > 0) putNumber(minutes, ids.minutes(place))
      putNumber(watched, ids.watched(place))
      before = ids.id(place)
    }
    const base64 = (numbers: readonly number[]): string => Buffer.from(numbers).toString('base64')
    return {
      $ids: base64(bytes),
      ...(minutes.length === 0 ? {} : { $minutes: base64(minutes) }),
      ...(watched.every((each) => each === 0) ? {} : { $watched: base64(watched) }),
    }
  }
}

function flagsOf(ids: GoroutineIds, place: number): number {
  return (ids.isMarked(place) ? MARKED : 0) | (ids.minutes(place) > 0 ? MINUTES : 0) | (ids.isReady(place) ? READY : 0)
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
      ? readIds(
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
function readIds(numbers: readonly number[], minutes: readonly number[], watched: readonly number[]): GoroutineIdTable {
  const table = new GoroutineIdTable(numbers.length >> 1)
  let id = 0
  let wait = 0
  for (let row = 0; row < numbers.length >> 1; row++) {
    id += numbers[row * 2] ?? 0
    const rest = numbers[row * 2 + 1] ?? 0
    const place = table.add(id)
    if (place < 0) throw refusal()
    table.put(place, Math.floor(rest / FLAGS) - 1, (rest & MINUTES) === 0 ? 0 : minutes[wait++], (rest & READY) !== 0)
    if ((rest & MARKED) !== 0) table.mark(place)
  }
  for (let place = 0; place < Math.min(table.size, watched.length); place++) table.watch(place, watched[place] ?? 0)
  return table
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

function refusal(): DumpstreamError {
  return new DumpstreamError('DS_OPTION', 'snapshot must be a result of engine.snapshot(); this one is not')
}
