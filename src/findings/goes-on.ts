/** Who goes on: is at work, or waits for what is outside of the program. */
import type { Pool } from '../leaks/pools.ts'
import { codeOf } from './code.ts'
import type { Scene, Seen } from './finding.ts'
import { OUTER, POOLED, RESTS, waysOf } from './ways.ts'

/** Is it at work, or does it wait for what is outside of the program? Of whom a profile does not say how they wait, any may be at work. */
export function goesOn(each: Seen): boolean {
  if ((each.ways & OUTER) !== 0) return !keepsAlive(each)
  return each.state === '' || isOutside(each)
}

/** Does it wait for the network, or another program? */
export function isOutside({ tally, states }: Seen): boolean {
  if (states.size === 0) return false
  for (const each of states.keys()) {
    if (each === 'IO wait') continue
    if ((waysOf(each) & RESTS) === 0) return false
    if (!codeOf(tally.signature).calledOut) return false
  }
  return true
}

/** All wait to receive, or in a select: as idle as workers between two jobs. */
export function restsAll({ states }: Seen): boolean {
  for (const state of states.keys()) if ((waysOf(state) & RESTS) === 0) return false
  return states.size > 0
}

/**
 * Minutes that prove a wait of one. What a header says counts from the end of the collection before the one that has met the goroutine (mgcmark.go
 * markroot, mgc.go gcMark), and the runtime forces one each two minutes (proc.go forcegcperiod).
 */
export const SURE_MINUTES = 3

/** Does it wait to receive, or in a select, as one does who waits for a timer? Timers of minutes are rare. */
export function mayPause({ tally, ways }: Seen): boolean {
  return (ways & RESTS) !== 0 && (tally.waitMin ?? 0) < SURE_MINUTES
}

/** `main` that sleeps, so that the program does not end. */
function keepsAlive({ tally, states }: Seen): boolean {
  return states.has('sleep') && tally.signature.title.function === 'main.main' && states.size === 1
}

/** Whoever has the dump written runs, and is in it first. */
export function dumperOf({ dump, seen }: Scene): Seen | undefined {
  const [first] = dump.signatures
  if (dump.kind !== 'all' || first === undefined || first.count > 1 || !first.states.has('running')) return undefined
  return seen.find(({ tally }) => tally === first)
}

/** The pool that it waits for a member of. */
export function poolOf({ tally, state, ways }: Seen): Pool | undefined {
  if ((ways & POOLED) === 0 || (waysOf(state) & POOLED) === 0) return undefined
  return codeOf(tally.signature).pool
}
