/** Counts of one dump, updated while it streams in: one slot per signature, whatever the number of goroutines. */

import type { Limits } from '../core/limits.ts'
import type { Signature, SignatureTally } from '../core/model.ts'
import type { HeaderInfo } from '../text/header.ts'
import { Callers } from './callers.ts'
import { GoroutineIdTable } from './ids.ts'
import type { Signatures } from './signature.ts'
import { type ProfileRecord, Slot, type Taken } from './slot.ts'
import type { StackEntry } from './stack.ts'
import type { StackTree } from './stack-tree.ts'

/** Bytes of a signature without its text: its slot, and its entries in maps. */
const SLOT_BYTES = 512
/** Share of the memory limit that one dump may take. */
const SHARE = 1 / 2
/** Number of signatures up to which they are searched one by one: in some logs most dumps have a single goroutine. */
const FEW_SLOTS = 8

let serials = 0

export class Tally {
  /** Different for each tally, from 1. */
  readonly serial: number = ++serials
  readonly #slots: Slot[] = []
  /** Signature id → slot, once there are more than a few. */
  #slotOf: Map<string, number> | undefined
  readonly #signatures: Signatures
  readonly #limits: Limits
  readonly ids: GoroutineIdTable
  /** Created for the first goroutine that has calls to keep. */
  callers: Callers | undefined
  /** Some header gave the minutes that its goroutine has waited. */
  anyMinutes = false
  /** True once the limit of ids was hit: `ids` is then incomplete. */
  idsOverflow = false
  signaturesOverflow = false
  /** True once there was no memory for more. */
  memoryOverflow = false
  readonly #taken: Taken = { bytes: 0, isFull: false }
  readonly #most: number
  /** Goroutines that are in no signature. */
  other = 0
  goroutines = 0

  /** `expected`: number of goroutines of the previous dump, as a hint. */
  constructor(signatures: Signatures, limits: Limits, expected = 0) {
    this.#signatures = signatures
    this.#limits = limits
    this.#most = limits.memoryBytes * SHARE
    this.ids = new GoroutineIdTable(Math.min(expected, limits.goroutineIds))
  }

  /** Approximate bytes that it takes. */
  get bytes(): number {
    return this.#taken.bytes + this.ids.bytes + (this.callers?.bytes ?? 0)
  }

  /** Notes the id of a goroutine whose header was read. Returns a place for `add`, or -1 if the id is already in this dump or is not noted. */
  addId(id: number): number {
    if (id === 0) return -1
    if (this.ids.size < this.#limits.goroutineIds) return this.ids.add(id)
    this.idsOverflow = true
    return -1
  }

  /** Counts one goroutine; `entry` is undefined if the goroutine is damaged beyond recognition. Returns its signature. */
  add(
    place: number,
    id: number,
    info: HeaderInfo,
    entry: StackEntry | undefined,
    tree: StackTree,
  ): Signature | undefined {
    this.goroutines++
    const slot = entry === undefined ? -1 : this.#slot(entry, info.state)
    if (info.minutes !== undefined) this.anyMinutes = true
    if (place >= 0) this.ids.put(place, slot, info.minutes, info.ready)
    if (slot < 0 || entry === undefined) {
      this.other++
      return undefined
    }
    const found = this.#slots[slot] as Slot
    found.add(info, tree.calls.parent, this.#limits)
    if (tree.calls.count > 0) {
      this.callers ??= new Callers(this.#limits.callers)
      this.callers.add(id, info, slot, entry, tree.calls)
    }
    return found.signature
  }

  /**
   * Like `add`, for a goroutine whose stack the dump `has`, of which no calls are kept, and whose `info` has no labels.
   *
   * Hot: guarded by `npm run bench` (dump-heavy).
   */
  addKnown(place: number, info: HeaderInfo, entry: StackEntry, parent: number): Signature {
    const { slot } = entry
    this.goroutines++
    if (info.minutes !== undefined) this.anyMinutes = true
    if (place >= 0) this.ids.put(place, slot, info.minutes, info.ready)
    const found = this.#slots[slot] as Slot
    found.add(info, parent, this.#limits)
    return found.signature
  }

  /** Does this stack have a slot, and will its next goroutine have the same signature whatever its header says? */
  has(entry: StackEntry | undefined): boolean {
    return entry?.serial === this.serial && entry.slot >= 0 && !this.#signatures.stateful
  }

  /** Counts the goroutines of one record of a text profile, which has no ids and no states. */
  addRecord(record: ProfileRecord, entry: StackEntry | undefined): void {
    this.goroutines += record.count
    const slot = entry === undefined ? -1 : this.#slot(entry, '')
    if (slot < 0) this.other += record.count
    else this.#slots[slot]?.addMany(record, this.#limits)
  }

  /** Does any stack show the creator of its goroutine? */
  get hasCreators(): boolean {
    return this.#slots.some(({ signature }) => signature.stack.createdBy !== undefined)
  }

  /** -1 if there is no room for another one. */
  #slot(entry: StackEntry, state: string): number {
    if (entry.serial === this.serial && !this.#signatures.stateful) return entry.slot
    const slot = this.#isFull ? this.#oldSlot(entry, state) : this.#anySlot(entry, state)
    if (entry.serial !== this.serial) entry.callers = 0
    entry.serial = this.serial
    entry.slot = slot
    return slot
  }

  get #isFull(): boolean {
    return this.#slots.length >= this.#limits.signatures || this.#taken.isFull
  }

  /** Like `#slot`, for a full dump: for a signature that it does not have, only the id is computed. */
  #oldSlot(entry: StackEntry, state: string): number {
    const slot = this.#find(this.#signatures.idOf(entry, state))
    if (slot < 0) this.#overflow()
    else this.#signatures.of(entry, state)
    return slot
  }

  #anySlot(entry: StackEntry, state: string): number {
    const signature = this.#signatures.of(entry, state)
    const slot = this.#find(signature.id)
    if (slot >= 0) return slot
    this.#taken.isFull = this.bytes > this.#most
    return this.#taken.isFull ? this.#overflow() : this.#newSlot(signature, entry)
  }

  #find(id: string): number {
    if (this.#slotOf !== undefined) return this.#slotOf.get(id) ?? -1
    return this.#slots.findIndex(({ signature }) => signature.id === id)
  }

  #overflow(): -1 {
    if (this.#slots.length >= this.#limits.signatures) this.signaturesOverflow = true
    else this.memoryOverflow = true
    return -1
  }

  #newSlot(signature: Signature, { stack }: StackEntry): number {
    this.#taken.bytes += SLOT_BYTES + stack.bytes
    const slot = this.#slots.length
    this.#slots.push(new Slot(signature, this.#taken))
    if (this.#slotOf !== undefined) this.#slotOf.set(signature.id, slot)
    else if (slot >= FEW_SLOTS) this.#slotOf = new Map(this.#slots.map((each, i) => [each.signature.id, i]))
    return slot
  }

  /** The final counts, in the order in which the signatures were first seen. */
  finish(): readonly SignatureTally[] {
    for (const slot of this.#slots) slot.fold(this.#limits, this.ids)
    return this.#slots
  }
}
