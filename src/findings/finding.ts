/** What the rules look at, and what they make of it. */
import type { Assessment, Bound, DumpTally, Signature, SignatureTally } from '../core/model.ts'
import { namesOf } from '../core/names.ts'
import type { FindingRecord } from '../core/records.ts'
import { addTo } from '../leaks/kin.ts'
import type { Track } from '../leaks/track.ts'
import { mainState } from '../leaks/words.ts'
import { waysOf } from './ways.ts'

/** A finding before it has its rank in a dump. */
export type Finding = Omit<FindingRecord, 'v' | 'type' | 'dump' | 'source' | 'rank'>

/** One signature of the dump, with all that is known of it. */
export interface Seen {
  /** Index into the signatures of the dump. */
  readonly slot: number
  readonly tally: SignatureTally
  readonly assessment: Assessment
  /** Undefined for dumps that show only a part of their process. */
  readonly track: Track | undefined
  /** It waits by design. */
  readonly idle: boolean
  /** State → goroutines. Those of a profile its frames and pcs tell (parked.ts); none where they do not. */
  readonly states: ReadonlyMap<string, number>
  /** The state that most of them are in; empty where none is known. */
  readonly state: string
  /** How any of them waits (ways.ts), by its state. */
  readonly ways: number
}

export function seenOf(
  slot: number,
  tally: SignatureTally,
  track: Track | undefined,
  assessment: Assessment,
  states: ReadonlyMap<string, number> = tally.states,
): Seen {
  const state = mainState({ states })
  let ways = 0
  for (const each of states.keys()) ways |= waysOf(each)
  return { slot, tally, track, assessment, idle: isIdle(tally.signature, states), states, state, ways }
}

/** Those with most goroutines first, of as many the one that came first. Most dumps have few counts. */
export function largestFirst(bySlot: readonly Seen[]): readonly Seen[] {
  if (bySlot.length < 2) return bySlot
  const byCount = new Map<number, Seen[]>()
  for (const each of bySlot) addTo(byCount, each.tally.count, each)
  return [...byCount].sort(([a], [b]) => b - a).flatMap(([, seen]) => seen)
}

/** One dump, with all that is known of it. */
export interface Scene {
  readonly dump: DumpTally
  /** In the order of the signatures of the dump. */
  readonly bySlot: readonly Seen[]
  /** Largest first. */
  readonly seen: readonly Seen[]
  readonly bound?: Bound | undefined
}

/** What `find` says of a scene, asked once: a dump may have thousands of signatures, and each asks. */
export function ofScene<T extends object>(find: (scene: Scene) => T): (scene: Scene) => T {
  const found = new WeakMap<Scene, T>()
  return (scene) => {
    const known = found.get(scene) ?? find(scene)
    found.set(scene, known)
    return known
  }
}

/** How the main goroutine waits for the end of the program, … */
const MAIN_WAITS = /^(?:chan receive|select|select \(no cases\)|sync\.WaitGroup\.Wait|semacquire|IO wait|sleep)$/
/** … and how it may do so in `main.main` alone: in what that calls, it is at work. */
const MAIN_WORKS = /^(?:IO wait|sleep)$/

function isIdle(signature: Signature, states: ReadonlyMap<string, number>): boolean {
  if (signature.idle !== 'main') return signature.idle === 'always'
  const isInMain = signature.title.function === 'main.main'
  for (const state of states.keys()) if (!MAIN_WAITS.test(state) || (!isInMain && MAIN_WORKS.test(state))) return false
  return true
}

/** How many goroutines they are. */
export function countOf(seen: readonly Seen[]): number {
  return seen.reduce((sum, { tally }) => sum + tally.count, 0)
}

/** Is a function of that name anywhere in its stack? */
export function isIn({ tally }: Seen, name: RegExp): boolean {
  return namesOf(tally.signature.stack).some(({ text }) => name.test(text))
}

/** It has a finding of its history. */
export function isJudged({ assessment }: Seen): boolean {
  return assessment.verdict === 'leaking' || assessment.verdict === 'stuck'
}
