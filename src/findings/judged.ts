/** Findings from the verdicts of the history. */
import type { Severity, Verdict } from '../core/model.ts'
import { goroutines, mainState, placeOf } from '../leaks/words.ts'
import { about } from './about.ts'
import { reached } from './bound.ts'
import { causes } from './causes.ts'
import { classOf } from './class.ts'
import { faultOf } from './faults.ts'
import { countOf, type Finding, type Scene, type Seen } from './finding.ts'

/** Number of steps from which a leak is certain enough to wake somebody up, … */
const CERTAIN_STEPS = 4
/** … or number of goroutines. */
const CERTAIN_GOROUTINES = 100

export function leak(scene: Scene): Finding[] {
  return causes(judged(scene, 'leaking')).flatMap((seen) => {
    const [worst, ...others] = seen
    if (worst === undefined) return []
    const { count, signature } = worst.tally
    const known = faultOf(worst.tally)
    const found = about(seen, {
      finding: 'leak',
      severity: leakSeverity(worst),
      title: `${goroutines(count)} ${count === 1 ? 'leaks' : 'leak'}${inState(worst)} ${placeOf(signature.title)}`,
      because: `${reasonOf(worst)}${originOf(worst)}${withThem(others)}`,
      ...(known === undefined ? {} : { fault: known.fault, hint: known.hint }),
      class: classOf(seen),
    })
    const bound = scene.bound === undefined ? undefined : reached(scene, found, scene.bound)
    return bound === undefined ? found : { ...found, bound }
  })
}

/** `; 40 more leak with them in sync.WaitGroup.Wait at main.go:22`. */
function withThem(others: readonly Seen[]): string {
  const [first] = others
  if (first === undefined) return ''
  const count = countOf(others)
  return `; ${count} more leak with them${inState(first)} ${placeOf(first.tally.signature.title)}${others.length === 1 ? '' : ' and elsewhere'}`
}

/** Says whether one goroutine started them in a loop, or many started one each, as requests do. */
function originOf({ tally: { parents, count } }: Seen): string {
  if (parents === undefined || count === 1) return ''
  const { distinct, alive } = parents
  if (distinct === 1)
    return `; all were started by one goroutine, which ${alive === 1 ? 'is still alive' : 'has exited'}`
  if (alive > 0) return ''
  return distinct === count
    ? `; they were started one each by ${distinct} goroutines that have exited`
    : `; they were started by ${distinct} goroutines that have exited`
}

export function stuck(scene: Scene): Finding[] {
  return judged(scene, 'stuck').map((seen) =>
    about([seen], {
      finding: 'stuck',
      severity: seen.tally.count >= CERTAIN_GOROUTINES ? 'critical' : 'warning',
      title: `${goroutines(seen.tally.count)} ${seen.tally.count === 1 ? 'is' : 'are'} stuck${inState(seen)} ${placeOf(seen.tally.signature.title)}`,
      because: reasonOf(seen),
      class: classOf([seen]),
    }),
  )
}

export function growing(scene: Scene): Finding[] {
  return judged(scene, 'growing').map((seen) => {
    const { count, signature } = seen.tally
    return about([seen], {
      finding: 'growing',
      severity: 'info',
      title: `${goroutines(count)}${inState(seen)} ${placeOf(signature.title)}, ${count - (seen.assessment.delta ?? 0)} before`,
      because: reasonOf(seen),
    })
  })
}

function judged({ seen }: Scene, verdict: Verdict): Seen[] {
  return seen.filter((each) => each.assessment.verdict === verdict)
}

function leakSeverity({ tally, track }: Seen): Severity {
  const isLost = tally.leaked > 0 && tally.isUnexpected !== true
  const certain = isLost || (track?.steps.length ?? 0) >= CERTAIN_STEPS || tally.count >= CERTAIN_GOROUTINES
  return certain ? 'critical' : 'warning'
}

/** A profile has no states. */
function inState({ tally }: Seen): string {
  const state = mainState(tally)
  return state === '' ? '' : ` in ${state}`
}

function reasonOf({ assessment }: Seen): string {
  return assessment.evidence ?? ''
}
