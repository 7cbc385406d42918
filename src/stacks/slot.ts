/** Counts of one signature in one dump: states, minutes, labels, and who started its goroutines. */

import type { Limits } from '../core/limits.ts'
import type { ParentTally, Signature, SignatureTally } from '../core/model.ts'
import type { HeaderInfo, LeakMark } from '../text/header.ts'
import type { GoroutineIdTable } from './ids.ts'

/** Goroutines of one signature whose headers had the same labels. */
interface Cell {
  readonly labels: ReadonlyMap<string, string>
  count: number
}

/** So many goroutines of one stack. */
export interface ProfileRecord {
  readonly count: number
  readonly labels: ReadonlyMap<string, string> | undefined
  /** The runtime says that nothing can wake them. */
  readonly leaked: boolean
  /** The pcs of the runtime's functions that they wait in, innermost first. */
  readonly parked: string
}

/** What a goroutine takes that started others, and a value of a label beside its text. */
const PARENT_BYTES = 40
const VALUE_BYTES = 64

/** What all slots of a dump take together. */
export interface Taken {
  bytes: number
  /** There is no room for anything new. */
  isFull: boolean
}

/** Distinct sets of labels of a signature that are counted apart before they are folded into its maps. */
const CELLS = 32

/** Most signatures have no labels, and one state: neither costs them a map of their own. */
const NO_LABELS: ReadonlyMap<string, Map<string, number>> = new Map()
const NO_STATES: ReadonlyMap<string, number> = new Map()

/** Where most stacks are distinct, most signatures have one goroutine, in one of a few states. */
const ONE_IN = new Map<string, ReadonlyMap<string, number>>()
const MOST_STATES = 256

function oneIn(state: string): ReadonlyMap<string, number> {
  const known = ONE_IN.get(state)
  if (known !== undefined) return known
  const one = new Map([[state, 1]])
  if (ONE_IN.size < MOST_STATES) ONE_IN.set(state, one)
  return one
}

const NO_SIGNATURES: ReadonlyMap<number, number> = new Map()

/** As most have who were started by one that is gone. */
const ONE_GONE: ParentTally = { distinct: 1, alive: 0, signatures: NO_SIGNATURES }

/** As most others have: a map of each would take more than all else of the signature. */
class OneAlive implements ParentTally {
  readonly distinct = 1
  readonly alive = 1
  readonly #slot: number

  constructor(slot: number) {
    this.#slot = slot
  }

  get signatures(): ReadonlyMap<number, number> {
    return this.#slot < 0 ? NO_SIGNATURES : new Map([[this.#slot, 1]])
  }
}

/** What is counted of one signature in one dump. */
export class Slot implements SignatureTally {
  readonly signature: Signature
  readonly #taken: Taken
  count = 0
  leaked = 0
  isUnexpected?: boolean
  waitMin?: number
  waitMax?: number
  /** The state of the first one, and how many were in it: all, as long as there is no map. Who asks, asks more than once. */
  #state = ''
  #inState = 0
  #states: Map<string, number> | undefined
  /** -1 while no header has said any: a field that holds Infinity is an object of its own. */
  #leastMinutes = -1
  #mostMinutes = -1
  #noWait = false
  #labels: Map<string, Map<string, number>> | undefined
  #cells: Cell[] | undefined
  /** The first one; 0 when there was none. */
  #parent = 0
  #otherParents: Set<number> | undefined
  parents?: ParentTally
  /** Of a profile: where the first ones are parked, while all are there. */
  #parkedAt: string | undefined
  #parked: Map<string, number> | undefined

  constructor(signature: Signature, taken: Taken) {
    this.signature = signature
    this.#taken = taken
  }

  get states(): ReadonlyMap<string, number> {
    if (this.#states === undefined && this.#inState === 1) return oneIn(this.#state)
    if (this.#states === undefined && this.#inState > 0) this.#states = new Map([[this.#state, this.#inState]])
    return this.#states ?? NO_STATES
  }

  get labels(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return this.#labels ?? NO_LABELS
  }

  add(info: HeaderInfo, parent: number, limits: Limits): void {
    const { state, minutes } = info
    this.count++
    if (parent !== 0 && parent !== this.#parent) this.#addParent(parent, limits)
    if (info.leaked !== '') this.#addLeaked(info.leaked)
    if (this.#states !== undefined) this.#states.set(state, (this.#states.get(state) ?? 0) + 1)
    else if (this.#inState === 0 || state === this.#state) {
      this.#state = state
      this.#inState++
    } else {
      this.#states = new Map([
        [this.#state, this.#inState],
        [state, 1],
      ])
    }
    if (minutes === undefined) this.#noWait = true
    else {
      if (minutes < this.#leastMinutes || this.#leastMinutes < 0) this.#leastMinutes = minutes
      if (minutes > this.#mostMinutes) this.#mostMinutes = minutes
    }
    if (info.labels !== undefined) this.#addLabels(info.labels, limits)
  }

  #addLeaked(mark: LeakMark): void {
    this.leaked++
    if (mark === 'unexpected') this.isUnexpected = true
  }

  #addParent(parent: number, limits: Limits): void {
    if (this.#parent === 0) {
      this.#parent = parent
      return
    }
    this.#otherParents ??= new Set()
    if (this.#otherParents.size >= limits.parents || this.#taken.isFull || this.#otherParents.has(parent)) return
    this.#otherParents.add(parent)
    this.#taken.bytes += PARENT_BYTES
  }

  #addLabels(labels: ReadonlyMap<string, string>, limits: Limits): void {
    this.#cells ??= []
    const known = this.#cells.find((each) => each.labels === labels)
    if (known !== undefined) {
      known.count++
      return
    }
    if (this.#cells.length >= CELLS) this.#foldLabels(limits)
    this.#cells.push({ labels, count: 1 })
  }

  addMany({ count, labels, leaked, parked }: ProfileRecord, limits: Limits): void {
    this.count += count
    this.#park(parked, count)
    if (leaked) this.leaked += count
    if (labels !== undefined && count > 0) this.#countLabels(labels, count, limits)
  }

  #park(at: string, count: number): void {
    this.#parkedAt ??= at
    if (this.#parked === undefined && at === this.#parkedAt) return
    this.#parked ??= new Map([[this.#parkedAt, this.count - count]])
    this.#parked.set(at, (this.#parked.get(at) ?? 0) + count)
  }

  get parked(): ReadonlyMap<string, number> | undefined {
    if (this.#parked !== undefined || this.#parkedAt === undefined) return this.#parked
    return new Map([[this.#parkedAt, this.count]])
  }

  fold(limits: Limits, ids: GoroutineIdTable): void {
    // A list of leaks does not show who has started them, whether or not they live.
    if (this.isUnexpected !== true) this.#foldParents(ids)
    if (this.#mostMinutes >= 0) {
      this.waitMin = this.#noWait ? 0 : this.#leastMinutes
      this.waitMax = this.#mostMinutes
    }
    if (this.#cells !== undefined) this.#foldLabels(limits)
  }

  #foldParents(ids: GoroutineIdTable): void {
    if (this.#parent === 0) return
    if (this.#otherParents === undefined) {
      this.parents = ids.has(this.#parent) ? new OneAlive(ids.get(this.#parent)) : ONE_GONE
      return
    }
    const signatures = new Map<number, number>()
    let alive = 0
    for (const id of [this.#parent, ...this.#otherParents]) {
      if (!ids.has(id)) continue
      alive++
      const slot = ids.get(id)
      if (slot >= 0) signatures.set(slot, (signatures.get(slot) ?? 0) + 1)
    }
    this.parents = { distinct: 1 + this.#otherParents.size, alive, signatures }
    this.#otherParents = undefined
  }

  #foldLabels(limits: Limits): void {
    for (const { labels, count } of this.#cells ?? []) this.#countLabels(labels, count, limits)
    this.#cells = []
  }

  #countLabels(labels: ReadonlyMap<string, string>, count: number, limits: Limits): void {
    this.#labels ??= new Map()
    for (const [key, value] of labels) {
      let values = this.#labels.get(key)
      if (values === undefined) {
        if (this.#labels.size >= limits.labels) continue
        values = new Map()
        this.#labels.set(key, values)
      }
      const isNew = !values.has(value)
      if (isNew && (values.size >= limits.labels || this.#taken.isFull)) continue
      if (isNew) this.#taken.bytes += VALUE_BYTES + value.length
      values.set(value, (values.get(value) ?? 0) + count)
    }
  }
}
