/**
 * What one dump alone shows to wait too long, and the history to be as it was ten minutes ago, is stuck, whatever its state; and so are those who wait
 * for nothing else.
 */
import { caught } from '../leaks/caught.ts'
import { nowStuck } from '../leaks/judge.ts'
import { isUnchanged } from '../leaks/stuck.ts'
import { type Finding, isJudged, type Scene, type Seen } from './finding.ts'
import { GROUP } from './ways.ts'

export interface Proven {
  /** Those whom the findings tell. */
  readonly told: ReadonlyMap<Seen, Seen>
  /** Those who wait for them. */
  readonly caught: ReadonlyMap<Seen, Seen>
}

const NOBODY: ReadonlyMap<Seen, Seen> = new Map()
const NOTHING: Proven = { told: NOBODY, caught: NOBODY }

/** Each with what it is as stuck. `waits`: findings of the rules of waits. */
export function provenBy(waits: readonly Finding[], scene: Scene): Proven {
  if (!waits.some((finding) => finding.steps !== undefined)) return NOTHING
  const all = new Set(waits.flatMap(({ signatures }) => signatures))
  const late = new Set(waits.flatMap(({ finding, signatures }) => (finding === 'stuck' ? [] : signatures)))
  const told = scene.bySlot.filter((each) => {
    // Who waits for a group waits for all in it, of whom a standstill may be only some: `caught` asks for the others.
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
