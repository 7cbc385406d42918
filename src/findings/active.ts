/** Which goroutines are active: at work, or waiting for something outside the program. */
import type { Pool } from '../leaks/pools.ts'
import { codeOf } from './code.ts'
import type { Scene, Seen } from './finding.ts'
import { OUTER, POOLED, RESTS, waysOf } from './ways.ts'

/** Is it active? A goroutine of a profile whose state is unknown may be, so it counts. */
export function isActive(each: Seen): boolean {
  if ((each.ways & OUTER) !== 0) return !keepsAlive(each)
  return each.state === '' || isOutside(each)
}

/** Does it wait for the network or another program? */
export function isOutside({ tally, states }: Seen): boolean {
  if (states.size === 0) return false
  for (const each of states.keys()) {
    if (each === 'IO wait') continue
    if ((waysOf(each) & RESTS) === 0) return false
    if (!codeOf(tally.signature).calledOut) return false
  }
  return true
}

/** Do all of them wait to receive or in a select, as idle workers do between two jobs? */
export function restsAll({ states }: Seen): boolean {
  for (const state of states.keys()) if ((waysOf(state) & RESTS) === 0) return false
  return states.size > 0
}

/**
 * Minutes in a header that prove a wait of at least one minute. A header counts from the end of the collection before the one that noted the
 * wait (mgcmark.go markroot, mgc.go gcMark), and the runtime forces a collection every two minutes (proc.go forcegcperiod).
 */
export const SURE_MINUTES = 3

/** May it wait for a timer: does it receive, or select, for less than `SURE_MINUTES`? Timers of minutes are rare. */
export function mayPause({ tally, ways }: Seen): boolean {
  return (ways & RESTS) !== 0 && (tally.waitMin ?? 0) < SURE_MINUTES
}

/** Is it `main.main` in a sleep that only keeps the program from ending? */
function keepsAlive({ tally, states }: Seen): boolean {
  return states.has('sleep') && tally.signature.title.function === 'main.main' && states.size === 1
}

/** The goroutine that writes the dump: it runs, and comes first. */
export function dumperOf({ dump, seen }: Scene): Seen | undefined {
  const [first] = dump.signatures
  if (dump.kind !== 'all' || first === undefined || first.count > 1 || !first.states.has('running')) return undefined
  return seen.find(({ tally }) => tally === first)
}

/** The pool for a member of which it waits. */
export function poolOf({ tally, state, ways }: Seen): Pool | undefined {
  if ((ways & POOLED) === 0 || (waysOf(state) & POOLED) === 0) return undefined
  return codeOf(tally.signature).pool
}
