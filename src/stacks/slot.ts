/** Counts of one signature in one dump: states, minutes, labels, and the starters of its goroutines. */

import type { Limits } from '../core/limits.ts'
import type { ParentTally, Signature, SignatureTally } from '../core/model.ts'
import type { HeaderInfo, LeakMark } from '../text/header.ts'
import type { GoroutineIdTable } from './ids.ts'

/** Goroutines of one signature whose headers had the same labels. */
interface Cell {
  readonly labels: ReadonlyMap<string, string>
  count: number
}

/** A record of a text profile: a number of goroutines with one stack. */
export interface ProfileRecord {
  readonly count: number
  readonly labels: ReadonlyMap<string, string> | undefined
  /** The runtime says that nothing can wake them. */
  readonly leaked: boolean
  /** Pcs of the runtime functions in which they wait, innermost first. */
  readonly parked: string
}

/** Bytes of a starter, and of a label value without its text. */
const PARENT_BYTES = 40
const VALUE_BYTES = 64

/** Memory that all slots of a dump take together. */
export interface Taken {
  bytes: number
  /** There is no room for anything new. */
  isFull: boolean
}

/** Distinct sets of labels that are counted separately before they are folded into the maps of the signature. */
const CELLS = 32

/** Most signatures have no labels, and one state: they share these maps. */
const NO_LABELS: ReadonlyMap<string, Map<string, number>> = new Map()
const NO_STATES: ReadonlyMap<string, number> = new Map()

/** If most stacks are distinct, most signatures have one goroutine, in one of a few states: their maps are shared too. */
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

/** Shared by signatures with one starter that is gone. */
const ONE_GONE: ParentTally = { distinct: 1, alive: 0, signatures: NO_SIGNATURES }

/** For one living starter; storing a map would take more than the rest of the signature. */
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

/** Fields that most slots do not need. */
interface Rest {
  /** Starters other than the first one. */
  parents: Set<number> | undefined
  cells: Cell[]
  labels: Map<string, Map<string, number>> | undefined
}

/** The counts of one signature in one dump. A field takes eight bytes, times a hundred thousand. */
export class Slot implements SignatureTally {
  readonly signature: Signature
  readonly #taken: Taken
  count = 0
  leaked = 0
  isUnexpected = false
  /** State of the first goroutine, and of all while there is no map. The map is kept once made, since callers ask more than once. */
  #state: string | undefined
  #states: Map<string, number> | undefined
  /** -1 until a header gives minutes. Not Infinity: a field that holds it is a separate heap object. */
  #leastMinutes = -1
  #mostMinutes = -1
  /** The first starter; 0 if none is known. */
  #parent = 0
  parents?: ParentTally
  /** For a profile: the pcs where all are parked, or the number per pcs. */
  #parked: string | Map<string, number> | undefined
  #rest: Rest | undefined

  constructor(signature: Signature, taken: Taken) {
    this.signature = signature
    this.#taken = taken
  }

  get states(): ReadonlyMap<string, number> {
    if (this.#states !== undefined) return this.#states
    if (this.#state === undefined) return NO_STATES
    if (this.count === 1) return oneIn(this.#state)
    this.#states = new Map([[this.#state, this.count]])
    return this.#states
  }

  get labels(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return this.#rest?.labels ?? NO_LABELS
  }

  get waitMin(): number | undefined {
    return this.#mostMinutes < 0 ? undefined : this.#leastMinutes
  }

  get waitMax(): number | undefined {
    return this.#mostMinutes < 0 ? undefined : this.#mostMinutes
  }

  add(info: HeaderInfo, parent: number, limits: Limits): void {
    const { state, minutes } = info
    if (parent !== 0 && parent !== this.#parent) this.#addParent(parent, limits)
    if (info.leaked !== '') this.#addLeaked(info.leaked)
    if (this.#states !== undefined) this.#states.set(state, (this.#states.get(state) ?? 0) + 1)
    else if (this.count === 0) this.#state = state
    else if (state !== this.#state)
      this.#states = new Map([
        [this.#state ?? '', this.count],
        [state, 1],
      ])
    // A wait of less than a minute has no minutes; the first goroutine may have been such a one.
    if (minutes === undefined) this.#leastMinutes = 0
    else {
      if (minutes < this.#leastMinutes || this.count === 0) this.#leastMinutes = minutes
      if (minutes > this.#mostMinutes) this.#mostMinutes = minutes
    }
    this.count++
    if (info.labels !== undefined) this.#addLabels(info.labels, limits)
  }

  #addLeaked(mark: LeakMark): void {
    this.leaked++
    if (mark === 'unexpected') this.isUnexpected = true
  }

  #more(): Rest {
    this.#rest ??= { parents: undefined, cells: [], labels: undefined }
    return this.#rest
  }

  #addParent(parent: number, limits: Limits): void {
    if (this.#parent === 0) {
      this.#parent = parent
      return
    }
    const rest = this.#more()
    rest.parents ??= new Set()
    if (rest.parents.size >= limits.parents || this.#taken.isFull || rest.parents.has(parent)) return
    rest.parents.add(parent)
    this.#taken.bytes += PARENT_BYTES
  }

  #addLabels(labels: ReadonlyMap<string, string>, limits: Limits): void {
    const rest = this.#more()
    const known = rest.cells.find((each) => each.labels === labels)
    if (known !== undefined) {
      known.count++
      return
    }
    if (rest.cells.length >= CELLS) this.#foldLabels(rest, limits)
    rest.cells.push({ labels, count: 1 })
  }

  addMany({ count, labels, leaked, parked }: ProfileRecord, limits: Limits): void {
    this.#park(parked, count)
    this.count += count
    if (leaked) this.leaked += count
    if (labels !== undefined && count > 0) this.#countLabels(this.#more(), labels, count, limits)
  }

  #park(at: string, count: number): void {
    this.#parked ??= at
    if (this.#parked === at) return
    if (typeof this.#parked === 'string') this.#parked = new Map([[this.#parked, this.count]])
    this.#parked.set(at, (this.#parked.get(at) ?? 0) + count)
  }

  get parked(): ReadonlyMap<string, number> | undefined {
    return typeof this.#parked === 'string' ? new Map([[this.#parked, this.count]]) : this.#parked
  }

  fold(limits: Limits, ids: GoroutineIdTable): void {
    // A list of leaks does not show the starters, whether or not they are alive.
    if (!this.isUnexpected) this.#foldParents(ids)
    if (this.#rest !== undefined) this.#foldLabels(this.#rest, limits)
  }

  #foldParents(ids: GoroutineIdTable): void {
    if (this.#parent === 0) return
    const others = this.#rest?.parents
    if (others === undefined) {
      const place = ids.place(this.#parent)
      this.parents = place < 0 ? ONE_GONE : new OneAlive(ids.signature(place))
      return
    }
    const signatures = new Map<number, number>()
    let alive = 0
    for (const id of [this.#parent, ...others]) {
      const place = ids.place(id)
      if (place < 0) continue
      alive++
      const slot = ids.signature(place)
      if (slot >= 0) signatures.set(slot, (signatures.get(slot) ?? 0) + 1)
    }
    this.parents = { distinct: 1 + others.size, alive, signatures }
    this.#more().parents = undefined
  }

  #foldLabels(rest: Rest, limits: Limits): void {
    for (const { labels, count } of rest.cells) this.#countLabels(rest, labels, count, limits)
    rest.cells = []
  }

  #countLabels(rest: Rest, labels: ReadonlyMap<string, string>, count: number, limits: Limits): void {
    rest.labels ??= new Map()
    for (const [key, value] of labels) {
      let values = rest.labels.get(key)
      if (values === undefined) {
        if (rest.labels.size >= limits.labels) continue
        values = new Map()
        rest.labels.set(key, values)
      }
      const isNew = !values.has(value)
      if (isNew && (values.size >= limits.labels || this.#taken.isFull)) continue
      if (isNew) this.#taken.bytes += VALUE_BYTES + value.length
      values.set(value, (values.get(value) ?? 0) + count)
    }
  }
}
