/**
 * Many goroutines that wait to receive, or in a select, in one place, started by calls that have returned, while no goroutine of their code is
 * active. A few of them may be workers waiting for their next turn. A closure left by a call that has returned waits for something that only
 * that call knew.
 */
import { namesOf } from '../core/names.ts'
import { goroutines, placeOf } from '../leaks/words.ts'
import { isDependency, isStandard } from '../stacks/title.ts'
import { about } from './about.ts'
import { restsAll } from './active.ts'
import { codeOf } from './code.ts'
import { type Finding, isJudged, type Scene, type Seen } from './finding.ts'
import { isRelieved } from './relieved.ts'
import { isAnyActive } from './standstill.ts'

/** Number of goroutines needed if they are closures of their creator, … */
const CLOSURES = 100
/** … or otherwise: a service may have a worker for each of hundreds of customers, all of them asleep. */
const MANY = 1000
/** Number of different starters needed: one or two may have been the start of the service. */
const DISTINCT_CALLS = 5

export function left(scene: Scene): Finding[] {
  return scene.seen
    .filter((each) => isLeft(scene, each))
    .map((each) =>
      about([each], {
        finding: 'pile_up',
        severity: 'warning',
        title: `${goroutines(each.tally.count)} wait in ${each.state} ${placeOf(each.tally.signature.title)}`,
        because: 'the calls that have started them have returned, and no other goroutine of this code is active',
      }),
    )
}

function isLeft(scene: Scene, each: Seen): boolean {
  const { count, parents, signature } = each.tally
  if (count < CLOSURES || each.idle || parents === undefined || parents.distinct < DISTINCT_CALLS || isJudged(each))
    return false
  if (!restsAll(each)) return false
  const { title, createdBy } = signature
  if (createdBy === undefined || isStandard(title.function) || isDependency(title)) return false
  if (count < MANY && !title.function.startsWith(`${createdBy.function}.func`)) return false
  if (codeOf(signature).pool !== undefined || isAnyIn(scene, each, createdBy.function)) return false
  return !isAnyActive(scene, each, each) && !isRelieved(scene, each)
}

/** Is any of their starters still in the function that started them? */
function isAnyIn({ dump }: Scene, { tally }: Seen, creator: string): boolean {
  for (const slot of tally.parents?.signatures.keys() ?? []) {
    const parent = dump.signatures[slot]
    if (parent !== undefined && namesOf(parent.signature.stack).some(({ text }) => text === creator)) return true
  }
  return false
}
