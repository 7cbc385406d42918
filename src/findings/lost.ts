/** Goroutines that nothing can ever wake. */
import { goroutines, placeOf } from '../leaks/words.ts'
import { about } from './about.ts'
import { faultOf } from './faults.ts'
import type { Finding, Scene, Seen } from './finding.ts'

/** Receives and sends on a nil channel, and `select {}`, never end (Go specification, Receive operator, Send statements, Select statements). */
const NEVER_ENDS = /^(?:chan (?:receive|send) \(nil chan\)|select \(no cases\))$/

export function lost({ seen }: Scene): Finding[] {
  return seen.flatMap((each) => {
    if (each.idle || each.tally.leaked > 0 || !mayBeLost(each)) return []
    const states = lostStates(each)
    const count = states.reduce((sum, [, number]) => sum + number, 0)
    if (count === 0 || isKept(each, count)) return []
    const names = states.map(([state]) => state).join(' and ')
    return about([each], {
      finding: 'lost',
      severity: 'warning',
      title: `${goroutines(count)} blocked forever in ${names} ${placeOf(each.tally.signature.title)}`,
      because: `nothing can wake a goroutine in ${names}`,
      ...faultAndHint(each, count),
    })
  })
}

function faultAndHint({ tally }: Seen, count: number): { readonly fault?: string; readonly hint?: string } {
  const known = count === tally.count ? faultOf(tally) : undefined
  return known === undefined ? {} : { fault: known.fault, hint: known.hint }
}

/** One `select {}` alone, by a goroutine that lives on, keeps something going on purpose. */
function isKept({ tally }: Seen, count: number): boolean {
  return count === 1 && tally.states.has('select (no cases)') && tally.parents?.alive !== 0
}

function mayBeLost({ tally }: Seen): boolean {
  for (const state of tally.states.keys()) if (NEVER_ENDS.test(state)) return true
  return false
}

function lostStates({ tally }: Seen): [string, number][] {
  return [...tally.states].filter(([state]) => NEVER_ENDS.test(state))
}
