/**
 * Who waits for minutes in a call whose name says what it waits for, and that this does not take long. Where all is well somebody of that code is at work
 * meanwhile: who reads the answers, or has what is wanted. A function that a goroutine begins with is none, whatever its name: it may be a loop.
 */
import { entryOf, factOfName, namesOf } from '../core/names.ts'
import { goroutines, placeOf } from '../leaks/words.ts'
import { isDependency, isStandard, packageOf } from '../stacks/title.ts'
import { about } from './about.ts'
import { isAnyAtWorkNear, isAnyPausingBeside } from './at-work.ts'
import { isEnding } from './ending.ts'
import { type Finding, isJudged, type Scene, type Seen } from './finding.ts'
import { SURE_MINUTES } from './goes-on.ts'
import { isServing } from './handlers.ts'
import { isRelieved } from './relieved.ts'
import { haltedIn } from './standstill.ts'
import { CONDITION, RECEIVE, SELECT } from './ways.ts'

interface Wanted {
  readonly what: string
  /** Names of functions, without `_` and in lower case, … */
  readonly calls: readonly string[]
  /** … or what comes behind `await`, `wait`, `waitFor`, and the like. */
  readonly awaited: readonly string[]
}

/**
 * No name that a worker may have, which waits for its next work: `get`, `take`, `next`, `receive`, `collect`, `wait`. Nor that of who waits for the end of
 * the program: `waitDone`.
 */
export const WANTED: readonly Wanted[] = [
  {
    what: 'an answer',
    calls: ['ask', 'call', 'exchange', 'invoke', 'query', 'request', 'roundtrip', 'rpc'],
    awaited: ['ack', 'acks', 'answer', 'confirm', 'confirmation', 'reply', 'response', 'result'],
  },
  {
    what: 'what others have',
    calls: [
      ...['acquire', 'borrow', 'checkout', 'obtain', 'reserve'],
      ...['acquireconn', 'acquirelock', 'acquireslot', 'acquiretoken'],
    ],
    awaited: [],
  },
  {
    what: 'somebody who takes what it has',
    calls: ['add', 'append', 'commit', 'enqueue', 'insert', 'post', 'publish', 'push', 'put', 'rollback', 'submit'],
    awaited: [],
  },
  {
    what: 'a beginning',
    calls: [],
    awaited: ['connected', 'init', 'initialized', 'loaded', 'ready', 'started', 'sync', 'synced'],
  },
]

const AWAITS = /^(?:\w*and)?(?:await|wait)(?:for|till|until)?(\w*)$/

/** The row that a function is of; -1 for none. */
const rowOf = factOfName(({ text }): number => {
  const [, name = ''] = isStandard(text) ? [] : (/[.)](\w+)(?:\[.*\])?$/.exec(text) ?? [])
  const plain = name.toLowerCase().replaceAll('_', '')
  const [, what = ''] = AWAITS.exec(plain) ?? []
  return WANTED.findIndex(({ calls, awaited }) => calls.includes(plain) || awaited.includes(what))
})

export function asking(scene: Scene): Finding[] {
  return scene.seen.flatMap((each) => {
    const wanted = mayAsk(each) ? wantedIn(each) : undefined
    if (wanted === undefined || haltedIn(scene).has(each) || isHelped(scene, each)) return []
    const { count, signature, waitMax = 0 } = each.tally
    return about([each], {
      finding: 'slow',
      severity: 'warning',
      title: `${goroutines(count)} in ${each.state} for up to ${waitMax} minutes ${placeOf(signature.title)}`,
      because: `${count === 1 ? 'it waits' : 'they wait'} for ${wanted.what}, and no other goroutine of this code is at work`,
    })
  })
}

function mayAsk(each: Seen): boolean {
  const { tally, states, ways, idle } = each
  // The main goroutine waits so for the end of the program, but not in a call like these.
  if ((idle && tally.signature.idle !== 'main') || (ways & (RECEIVE | SELECT | CONDITION)) === 0) return false
  if (states.size > 1 || (tally.waitMin ?? 0) < SURE_MINUTES) return false
  return !isJudged(each) && !isDependency(tally.signature.title)
}

/** Of handlers, and who ends something, other rules tell. What calls into another package runs what it is given there, which may be a loop. */
function wantedIn(each: Seen): Wanted | undefined {
  if (isServing(each) || isEnding(each)) return undefined
  const { stack, title } = each.tally.signature
  const own = packageOf(title.function)
  const entry = entryOf(stack)
  for (const name of namesOf(stack)) {
    if (isStandard(name.text)) continue
    if (name.text === entry || packageOf(name.text) !== own) return undefined
    const wanted = WANTED[rowOf(name)]
    if (wanted !== undefined) return wanted
  }
  return undefined
}

function isHelped(scene: Scene, each: Seen): boolean {
  return isAnyAtWorkNear(scene, each) || isAnyPausingBeside(scene, each) || isRelieved(scene, each)
}
