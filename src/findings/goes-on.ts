/** Who goes on: is at work, or waits for what is outside of the program. */
import { codeOf } from './code.ts'
import type { Scene, Seen } from './finding.ts'
import { OUTER } from './ways.ts'

/** Who waits so is as idle as a worker between two jobs. */
const MAY_BE_IDLE = /^(?:chan receive|select)$/

/** Is it at work, or does it wait for what is outside of the program? */
export function goesOn(each: Seen): boolean {
  return (each.ways & OUTER) === 0 ? isOutside(each) : !keepsAlive(each)
}

/** Does it wait for the network, or another program? */
export function isOutside({ tally }: Seen): boolean {
  for (const state of tally.states.keys()) {
    if (state === 'IO wait') continue
    if (!MAY_BE_IDLE.test(state)) return false
    if (!codeOf(tally.signature).calledOut) return false
  }
  return true
}

/** `main` that sleeps, so that the program does not end. */
function keepsAlive({ tally }: Seen): boolean {
  return tally.states.has('sleep') && tally.signature.title.function === 'main.main' && tally.states.size === 1
}

/** Whoever has the dump written runs, and is in it first. */
export function dumperOf({ dump, seen }: Scene): Seen | undefined {
  const [first] = dump.signatures
  if (dump.kind !== 'all' || first === undefined || first.count > 1 || !first.states.has('running')) return undefined
  return seen.find(({ tally }) => tally === first)
}
