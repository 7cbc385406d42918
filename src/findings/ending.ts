/**
 * Who ends something, and waits for minutes until it has ended. It tells those who are to end, and they do so at once, or finish what they are at: they
 * do not rest.
 */
import { factOfName, namesOf } from '../core/names.ts'
import { goroutines, placeOf } from '../leaks/words.ts'
import { isDependency, isStandard } from '../stacks/title.ts'
import { about } from './about.ts'
import { isAnyAtWorkNear } from './at-work.ts'
import { type Finding, isJudged, type Scene, type Seen } from './finding.ts'
import { SURE_MINUTES } from './goes-on.ts'
import { isRelievedApart } from './relieved.ts'
import { haltedIn } from './standstill.ts'
import { miscounts } from './unended.ts'
import { CONDITION, GROUP, RECEIVE } from './ways.ts'

/** A loop that takes what comes is called a drain, too: only where it waits for a WaitGroup does the name say more. */
const endsBy = factOfName(({ text }): string => {
  const [, name = ''] = isStandard(text)
    ? []
    : (/[.)]((?:[Cc]lose|[Ss]top|[Ss]hut[Dd]own|[Tt]erminate|[Dd]rain)(?:All)?)$/.exec(text) ?? [])
  return name.toLowerCase()
})

export function ending(scene: Scene): Finding[] {
  const told = new Set<Seen>([...haltedIn(scene).keys(), ...miscounts(scene)])
  return scene.seen
    .filter((each) => isEnding(each) && !told.has(each) && !isHelped(scene, each))
    .map((each) => {
      const { count, signature, waitMax = 0 } = each.tally
      return about([each], {
        finding: 'slow',
        severity: 'warning',
        title: `${goroutines(count)} in ${each.state} for up to ${waitMax} minutes ${placeOf(signature.title)}`,
        because: `${count === 1 ? 'it waits' : 'they wait'} for the end of others, none of whom is at work`,
      })
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
