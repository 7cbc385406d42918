/** The input and output of the rules. */
import type { Assessment, Bound, DumpTally, Signature, SignatureTally } from '../core/model.ts'
import { namesOf } from '../core/names.ts'
import type { FindingRecord } from '../core/records.ts'
import { addTo } from '../leaks/kin.ts'
import type { Track } from '../leaks/track.ts'
import { mainState } from '../leaks/words.ts'
import { waysOf } from './ways.ts'

/** A finding before its rank in the dump is known. */
export type Finding = Omit<FindingRecord, 'v' | 'type' | 'dump' | 'source' | 'rank'>

/** One signature of the dump, with everything known about it. */
export interface Seen {
  /** Index into the signatures of the dump. */
  readonly slot: number
  readonly tally: SignatureTally
  readonly assessment: Assessment
  /** Undefined for dumps that show only part of their process. */
  readonly track: Track | undefined
  /** It waits by design. */
  readonly idle: boolean
  /** State → number of goroutines. For a profile they are derived from frames and pcs (parked.ts); empty if that is not possible. */
  readonly states: ReadonlyMap<string, number>
  /** The most frequent state; empty if none is known. */
  readonly state: string
  /** The ways in which any of them waits (ways.ts). */
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

/** Most goroutines first; on a tie, in the order of the dump. Groups by count first, since most dumps have few different counts. */
export function largestFirst(bySlot: readonly Seen[]): readonly Seen[] {
  if (bySlot.length < 2) return bySlot
  const byCount = new Map<number, Seen[]>()
  for (const each of bySlot) addTo(byCount, each.tally.count, each)
  return [...byCount].sort(([a], [b]) => b - a).flatMap(([, seen]) => seen)
}

/** One dump, with everything known about it. */
export interface Scene {
  readonly dump: DumpTally
  /** In the order of the signatures of the dump. */
  readonly bySlot: readonly Seen[]
  /** Largest first. */
  readonly seen: readonly Seen[]
  readonly bound?: Bound | undefined
}

/** Caches the result of `find` per scene: a dump may have thousands of signatures, and each asks. */
export function ofScene<T extends object>(find: (scene: Scene) => T): (scene: Scene) => T {
  const found = new WeakMap<Scene, T>()
  return (scene) => {
    const known = found.get(scene) ?? find(scene)
    found.set(scene, known)
    return known
  }
}

/** States in which the main goroutine waits for the end of the program, … */
const MAIN_WAITS = /^(?:chan receive|select|select \(no cases\)|sync\.WaitGroup\.Wait|semacquire|IO wait|sleep)$/
/** … and those that count only in `main.main` itself: in a function that it calls, the goroutine is at work. */
const MAIN_WORKS = /^(?:IO wait|sleep)$/

function isIdle(signature: Signature, states: ReadonlyMap<string, number>): boolean {
  if (signature.idle !== 'main') return signature.idle === 'always'
  const isInMain = signature.title.function === 'main.main'
  for (const state of states.keys()) if (!MAIN_WAITS.test(state) || (!isInMain && MAIN_WORKS.test(state))) return false
  return true
}

/** Total number of goroutines. */
export function countOf(seen: readonly Seen[]): number {
  return seen.reduce((sum, { tally }) => sum + tally.count, 0)
}

/** Does any function on its stack match? */
export function isIn({ tally }: Seen, name: RegExp): boolean {
  return namesOf(tally.signature.stack).some(({ text }) => name.test(text))
}

/** It has a finding from its history. */
export function isJudged({ assessment }: Seen): boolean {
  return assessment.verdict === 'leaking' || assessment.verdict === 'stuck'
}
