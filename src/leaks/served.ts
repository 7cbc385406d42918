/** Who may end a wait: a network peer, or related goroutines that are at work. */
import { fact } from '../core/facts.ts'
import type { Signature, SignatureTally } from '../core/model.ts'
import { entryOf, namesOf } from '../core/names.ts'
import { packageOf } from '../stacks/title.ts'
import { kinOf } from './kin.ts'
import { blockedShare, inState } from './states.ts'
import { THRESHOLDS } from './thresholds.ts'
import { lastStep, type Track } from './track.ts'

/** A dump with the tracks of its signatures; one object per dump. */
export interface Tracked {
  readonly signatures: readonly SignatureTally[]
  readonly tracks: readonly (Track | undefined)[]
}

const isPeerState = (state: string): boolean => state === 'IO wait'
/** Share of the goroutines that must each have been started by a live one that waits for its peer. */
const OF_CONNECTIONS = 0.9

/** Does each belong to a connection: was it started by a goroutine that waits for its peer? */
export function isOfConnections({ parents, count }: SignatureTally, signatures: readonly SignatureTally[]): boolean {
  if (parents === undefined || parents.distinct < count * OF_CONNECTIONS) return false
  let waiting = 0
  for (const [index, living] of parents.signatures) {
    const of = signatures[index]
    if (of !== undefined && (isPeer(of) || hasPeer(index, of, signatures))) waiting += living
  }
  return waiting >= count * OF_CONNECTIONS
}

/** Does each watch its connection through a goroutine that it has started? A handler of `net/http` does, while its client is connected. */
function hasPeer(slot: number, { count }: SignatureTally, signatures: readonly SignatureTally[]): boolean {
  let watched = 0
  for (const child of kinOf(signatures).startedBy(slot)) {
    const tally = signatures[child.slot]
    if (tally !== undefined && isPeer(tally)) watched += child.parents
  }
  return watched >= count * OF_CONNECTIONS
}

/** Share of the goroutines that must have started one that is at work. */
const WITH_WORKERS = 0.5

/** How many levels of supervisors are followed. */
const LEVELS = 4

/** Do they wait for goroutines that they have started and that are at work, or that wait for such goroutines themselves? Supervisors do. */
export function isOfWorkers(tally: SignatureTally, dump: Tracked): boolean {
  return hasWorkers(kinOf(dump.signatures).slotOf(tally), dump, LEVELS)
}

/** Level → slot → does it have workers? */
const supervisors = new WeakMap<Tracked, Map<number, boolean>[]>()

function hasWorkers(slot: number, dump: Tracked, levels: number): boolean {
  const levelled = supervisors.get(dump) ?? Array.from({ length: LEVELS + 1 }, () => new Map<number, boolean>())
  supervisors.set(dump, levelled)
  const known = levelled[levels]?.get(slot)
  if (known !== undefined) return known
  let waiting = 0
  for (const child of kinOf(dump.signatures).startedBy(slot)) {
    const tally = dump.signatures[child.slot]
    if (tally === undefined || child.slot === slot) continue
    if (isAtWork(tally, dump.tracks[child.slot]) || (levels > 1 && hasWorkers(child.slot, dump, levels - 1)))
      waiting += child.parents
  }
  const has = waiting >= (dump.signatures[slot]?.count ?? 0) * WITH_WORKERS
  levelled[levels]?.set(slot, has)
  return has
}

function isAtWork(tally: SignatureTally, track: Track | undefined): boolean {
  const step = lastStep(track)
  // A goroutine that waits for a silent peer serves nobody.
  if (blockedShare(tally) < 1 / 2) return !(isPeer(tally) && isSilent(track))
  return step !== undefined && (step.awake + (step.worked ?? 0)) * 2 > tally.count
}

/** Do minutes prove that most of those that stayed have not run, in a process watched for longer than the interval of pings? */
function isSilent(track: Track | undefined): boolean {
  const { slept, survivors = 0 } = lastStep(track) ?? {}
  if (slept === undefined || slept * 2 <= survivors) return false
  return (track?.steps ?? []).reduce((sum, { seconds = 0 }) => sum + seconds, 0) >= THRESHOLDS.silentSeconds
}

export function isPeer(tally: SignatureTally): boolean {
  return inState(tally, isPeerState) * 2 > tally.count
}

/**
 * Are enough goroutines at work among their starters, or among those started by the same function? The producer or reader may be one of them.
 * Short-lived goroutines, which every request has, do not count.
 */
export function isServed(tally: SignatureTally, dump: Tracked): boolean {
  const { signatures } = dump
  const staying = stayingIn(dump)
  const own = kinOf(signatures).slotOf(tally)
  const creator = ownCreator(tally.signature)
  let serving = creator === '' ? 0 : (staying.by.get(creator) ?? 0) - (staying.of[own] ?? 0)
  for (const [slot, living] of tally.parents?.signatures ?? []) {
    const parent = signatures[slot]
    if (slot === own || parent === undefined) continue
    if (creator === '' || ownCreator(parent.signature) !== creator) serving += Math.min(staying.of[slot] ?? 0, living)
  }
  return serving >= tally.count * WITH_WORKERS || isRead(tally, staying)
}

/** A connection waits until the body of the response has been read (net/http/transport.go readLoop). Is it being read? */
const AWAITS_READER = 'net/http.(*persistConn).readLoop'
const READER = 'net/http.(*bodyEOFSignal).Read'

function isRead({ signature, count }: SignatureTally, { readers }: Staying): boolean {
  return signature.title.function === AWAITS_READER && readers() >= count * WITH_WORKERS
}

/** Goroutines that are at work and were there before. */
interface Staying {
  /** By slot. */
  readonly of: readonly number[]
  /** By the function that has started them, if it is in their package: what servers and groups start is of all kinds. */
  readonly by: ReadonlyMap<string, number>
  /** Goroutines that read the body of a response. */
  readonly readers: () => number
}

const stayingFound = new WeakMap<Tracked, Staying>()

/** Computed once per dump: every signature asks. */
function stayingIn(dump: Tracked): Staying {
  const staying = stayingFound.get(dump) ?? findStaying(dump)
  stayingFound.set(dump, staying)
  return staying
}

function findStaying({ signatures, tracks }: Tracked): Staying {
  const of = signatures.map((tally, slot) =>
    isAtWork(tally, tracks[slot]) ? (lastStep(tracks[slot])?.survivors ?? 0) : 0,
  )
  const by = new Map<string, number>()
  for (const [slot, { signature }] of signatures.entries()) {
    const creator = ownCreator(signature)
    if (creator !== '') by.set(creator, (by.get(creator) ?? 0) + (of[slot] ?? 0))
  }
  let found: number | undefined
  const readers = (): number => {
    found ??= signatures
      .filter(({ signature }) => namesOf(signature.stack).some((name) => name.text === READER))
      .reduce((sum, { count }) => sum + count, 0)
    return found
  }
  return { of, by, readers }
}

/** The function that has started it, if in the same package; otherwise empty. */
const ownCreator = fact(({ createdBy, stack }: Signature): string => {
  if (createdBy === undefined) return ''
  return packageOf(createdBy.function) === packageOf(entryOf(stack)) ? createdBy.function : ''
})
