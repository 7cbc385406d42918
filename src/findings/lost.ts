/** Goroutines that nothing can ever wake. */
import { goroutines, placeOf } from '../leaks/words.ts'
import { about } from './about.ts'
import { faultOf } from './faults.ts'
import type { Finding, Scene, Seen } from './finding.ts'
import { NEVER_ENDS, waysOf } from './ways.ts'

export function lost({ seen }: Scene): Finding[] {
  const mayBe = seen.filter(({ ways, idle, tally }) => (ways & NEVER_ENDS) !== 0 && !idle && tally.leaked === 0)
  return mayBe.flatMap((each) => {
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

/** A single `select {}`, by a goroutine whose starter is alive, keeps something going on purpose. */
function isKept({ tally, states }: Seen, count: number): boolean {
  return count === 1 && states.has('select (no cases)') && tally.parents?.alive !== 0
}

function lostStates({ states }: Seen): [string, number][] {
  return [...states].filter(([state]) => (waysOf(state) & NEVER_ENDS) !== 0)
}
