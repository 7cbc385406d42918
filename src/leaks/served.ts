/** Who is there beside those that wait, and may end their wait: a peer, or goroutines at work that belong to them. */
import type { Signature, SignatureTally } from '../core/model.ts'
import { blockedShare, inState } from './states.ts'
import { lastStep, type Track } from './track.ts'

/** A dump with what was seen of each of its signatures; one object for each dump. */
export interface Tracked {
  readonly signatures: readonly SignatureTally[]
  readonly tracks: readonly (Track | undefined)[]
}

const PEER = /^IO wait$/
/** Share of the goroutines that were each started by one that lives on and waits for its peer. */
const OF_CONNECTIONS = 0.9

/** Does each belong to a connection: was it started by another one that waits for its peer? */
export function isOfConnections({ parents, count }: SignatureTally, signatures: readonly SignatureTally[]): boolean {
  if (parents === undefined || parents.distinct < count * OF_CONNECTIONS) return false
  let waiting = 0
  for (const [index, living] of parents.signatures) {
    const of = signatures[index]
    if (of !== undefined && (isPeer(of) || hasPeer(index, of, signatures))) waiting += living
  }
  return waiting >= count * OF_CONNECTIONS
}

/** Does each watch its connection through another one that it has started? A handler of `net/http` does, while its client is there. */
function hasPeer(slot: number, { count }: SignatureTally, signatures: readonly SignatureTally[]): boolean {
  let watched = 0
  for (const other of signatures) {
    const started = other.parents?.signatures.get(slot) ?? 0
    if (started > 0 && isPeer(other)) watched += started
  }
  return watched >= count * OF_CONNECTIONS
}

/** Share of the goroutines of which one that they have started is at work. */
const WITH_WORKERS = 0.5

/** How far down supervisors of supervisors are followed. */
const LEVELS = 4

/** Do they wait for goroutines that they have started, and that go on, or wait so themselves? A supervisor does. */
export function isOfWorkers(tally: SignatureTally, dump: Tracked, levels: number = LEVELS): boolean {
  const { signatures, tracks } = dump
  let waiting = 0
  const slot = signatures.indexOf(tally)
  for (const [i, other] of signatures.entries()) {
    const started = other.parents?.signatures.get(slot) ?? 0
    if (started === 0 || other === tally) continue
    if (isAtWork(other, tracks[i]) || (levels > 1 && isOfWorkers(other, dump, levels - 1))) waiting += started
  }
  return waiting >= tally.count * WITH_WORKERS
}

function isAtWork(tally: SignatureTally, track: Track | undefined): boolean {
  if (blockedShare(tally) < 1 / 2) return true
  const step = lastStep(track)
  return step !== undefined && (step.awake + (step.worked ?? 0)) * 2 > tally.count
}

export function isPeer(tally: SignatureTally): boolean {
  return inState(tally, (state) => PEER.test(state)) * 2 > tally.count
}

/**
 * Are as many at work of those that have started them, or that the same function has started? A producer or a reader is among them.
 * Those of a moment, which every request has, do not count.
 */
export function isServed(tally: SignatureTally, dump: Tracked): boolean {
  const { signatures, tracks } = dump
  const sisters = sistersOf(tally, dump)
  let serving = 0
  for (const i of sisters) serving += staying(i)
  for (const [i, living] of tally.parents?.signatures ?? [])
    if (!sisters.includes(i)) serving += Math.min(staying(i), living)
  return serving >= tally.count * WITH_WORKERS || isRead(tally, signatures)

  function staying(i: number): number {
    const other = signatures[i]
    if (other === undefined || other === tally || !isAtWork(other, tracks[i])) return 0
    return lastStep(tracks[i])?.survivors ?? 0
  }
}

/** A connection waits until the body of the response is read (net/http/transport.go readLoop): is it being read? */
const AWAITS_READER = 'net/http.(*persistConn).readLoop'
const READER = 'net/http.(*bodyEOFSignal).Read'

function isRead({ signature, count }: SignatureTally, signatures: readonly SignatureTally[]): boolean {
  if (signature.title.function !== AWAITS_READER) return false
  let readers = 0
  for (const other of signatures)
    if (other.signature.stack.frames.some((frame) => frame.function === READER)) readers += other.count
  return readers >= count * WITH_WORKERS
}

const byCreator = new WeakMap<Tracked, ReadonlyMap<string, readonly number[]>>()

/** Slots of those whom the same function has started, all of one package: what servers and groups start is of all kinds. */
function sistersOf({ signature }: SignatureTally, dump: Tracked): readonly number[] {
  let index = byCreator.get(dump)
  if (index === undefined) {
    index = indexByCreator(dump)
    byCreator.set(dump, index)
  }
  const creator = ownCreator(signature)
  return creator === undefined ? [] : (index.get(creator) ?? [])
}

function indexByCreator({ signatures }: Tracked): Map<string, number[]> {
  const index = new Map<string, number[]>()
  for (const [slot, { signature }] of signatures.entries()) {
    const creator = ownCreator(signature)
    if (creator === undefined) continue
    const slots = index.get(creator)
    if (slots === undefined) index.set(creator, [slot])
    else slots.push(slot)
  }
  return index
}

function ownCreator({ createdBy, stack }: Signature): string | undefined {
  if (createdBy === undefined) return undefined
  const entry = stack.frames.at(-1)?.function ?? ''
  return packageOf(createdBy.function) === packageOf(entry) ? createdBy.function : undefined
}

function packageOf(name: string): string {
  const dot = name.indexOf('.', name.lastIndexOf('/') + 1)
  return dot < 0 ? name : name.slice(0, dot)
}
