/**
 * A signature is stuck, whatever its state, if one dump alone shows that it waits too long and the history shows that it was the same ten
 * minutes ago. So are goroutines that wait only for stuck ones.
 */
import { caught } from '../leaks/caught.ts'
import { nowStuck } from '../leaks/judge.ts'
import { isUnchanged } from '../leaks/stuck.ts'
import { type Finding, isJudged, type Scene, type Seen } from './finding.ts'
import { GROUP } from './ways.ts'

export interface Proven {
  /** Signatures that findings report. */
  readonly told: ReadonlyMap<Seen, Seen>
  /** Signatures that wait only for those. */
  readonly caught: ReadonlyMap<Seen, Seen>
}

const NOBODY: ReadonlyMap<Seen, Seen> = new Map()
const NOTHING: Proven = { told: NOBODY, caught: NOBODY }

/** Maps each signature to its stuck version. `waits`: findings of the rules about waits. */
export function provenBy(waits: readonly Finding[], scene: Scene): Proven {
  if (!waits.some((finding) => finding.steps !== undefined)) return NOTHING
  const all = new Set(waits.flatMap(({ signatures }) => signatures))
  const late = new Set(waits.flatMap(({ finding, signatures }) => (finding === 'stuck' ? [] : signatures)))
  const told = scene.bySlot.filter((each) => {
    // A waiter for a WaitGroup waits for all of its goroutines, of which a standstill may contain only some: `caught` checks the others.
    const ids = (each.ways & GROUP) === 0 ? all : late
    return ids.has(each.tally.signature.id) && !isJudged(each) && isUnchanged(each.track)
  })
  if (told.length === 0) return NOTHING
  const slots = new Set(told.map(({ slot }) => slot))
  const tracks = scene.bySlot.map(({ track }) => track)
  const isCaught = (slot: number): boolean => {
    const each = scene.bySlot[slot]
    return slots.has(slot) || (each !== undefined && isJudged(each))
  }
  const others = [...caught(scene.dump.signatures, tracks, isCaught)].flatMap((slot) => scene.bySlot[slot] ?? [])
  return { told: asStuck(told), caught: asStuck(others.filter((each) => !isJudged(each))) }
}

function asStuck(seen: readonly Seen[]): ReadonlyMap<Seen, Seen> {
  return new Map(seen.map((each) => [each, { ...each, assessment: nowStuck(each.assessment, each.tally, each.track) }]))
}
