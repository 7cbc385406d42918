/**
 * Goroutines that end something, and wait for minutes until it has ended. Those that they have told to end either end at once or finish their
 * current work; they do not rest.
 */
import { factOfName, namesOf } from '../core/names.ts'
import { creatorOf, kinOf } from '../leaks/kin.ts'
import { goroutines, placeOf } from '../leaks/words.ts'
import { lastNameOf } from '../stacks/last-name.ts'
import { isDependency, isStandard } from '../stacks/title.ts'
import { about } from './about.ts'
import { SURE_MINUTES } from './active.ts'
import { isAnyAtWorkNear } from './at-work.ts'
import { type Finding, isJudged, type Scene, type Seen } from './finding.ts'
import { isRelievedApart } from './relieved.ts'
import { haltedIn } from './standstill.ts'
import { miscounts } from './unended.ts'
import { receiverType } from './waiting.ts'
import { CONDITION, GROUP, OUTER, RECEIVE } from './ways.ts'

const ENDS = /^(?:[Cc]lose|[Ss]top|[Ss]hut[Dd]own|[Tt]erminate|[Dd]rain)(?:All)?$/

/**
 * The part of a function name that says that it ends something. A loop that takes what comes is also called a drain: that name counts only if
 * it waits for a WaitGroup.
 */
const endsBy = factOfName(({ text }): string => {
  const name = isStandard(text) ? '' : lastNameOf(text)
  return ENDS.test(name) ? name.toLowerCase() : ''
})

export function ending(scene: Scene): Finding[] {
  const told = new Set<Seen>([...haltedIn(scene).keys(), ...miscounts(scene)])
  return scene.seen
    .filter((each) => isEnding(each) && !told.has(each) && !isHelped(scene, each))
    .map((each) => {
      const { count, signature, waitMax = 0 } = each.tally
      const found = about([each, ...awaitedBy(scene, each)], {
        finding: 'slow',
        severity: 'warning',
        title: `${goroutines(count)} in ${each.state} for up to ${waitMax} minutes ${placeOf(signature.title)}`,
        because: `${count === 1 ? 'it waits' : 'they wait'} for others to end, and none of them is at work`,
      })
      return { ...found, goroutines: count }
    })
}

/**
 * Goroutines that should have ended, but wait for minutes themselves: those that `each` has started, or that were started by a function on its
 * stack or by a method of a type on its stack. `main.main` does not count: it starts goroutines of all kinds.
 */
function awaitedBy(scene: Scene, each: Seen): readonly Seen[] {
  const inside = namesOf(each.tally.signature.stack).flatMap(({ text }) =>
    isStandard(text) || text === 'main.main' ? [] : [text, receiverType(text) ?? text],
  )
  const around = new Set(inside)
  const started = new Set(
    kinOf(scene.dump.signatures)
      .helpersOf(each.slot)
      .map(({ slot }) => slot),
  )
  return scene.seen.filter((other) => {
    if (other === each || other.idle || isJudged(other) || (other.tally.waitMin ?? 0) < SURE_MINUTES) return false
    if ((other.ways & OUTER) !== 0) return false
    const creator = creatorOf(other.tally.signature)
    return started.has(other.slot) || around.has(creator) || around.has(receiverType(creator) ?? creator)
  })
}

export function isEnding(each: Seen): boolean {
  const { tally, states, ways } = each
  if ((ways & (RECEIVE | GROUP | CONDITION)) === 0 || states.size > 1 || (tally.waitMin ?? 0) < SURE_MINUTES)
    return false
  if (isJudged(each) || isDependency(tally.signature.title)) return false
  return namesOf(tally.signature.stack).some((name) => {
    const end = endsBy(name)
    return end !== '' && ((ways & GROUP) !== 0 || !end.startsWith('drain'))
  })
}

function isHelped(scene: Scene, each: Seen): boolean {
  return isAnyAtWorkNear(scene, each) || isRelievedApart(scene, each)
}
