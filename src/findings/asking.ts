/**
 * Who waits for minutes in a call that does not take long, by its name, or by who has called. Where all is well somebody of that code is at work
 * meanwhile: who reads the answers, or has what is wanted.
 */
import { factOfName, type Name, namesOf } from '../core/names.ts'
import { goroutines, placeOf } from '../leaks/words.ts'
import { isDependency, isStandard, packageOf } from '../stacks/title.ts'
import { about } from './about.ts'
import { isAnyAwakeAround } from './at-work.ts'
import { isEnding } from './ending.ts'
import { type Finding, isJudged, type Scene, type Seen } from './finding.ts'
import { SURE_MINUTES } from './goes-on.ts'
import { isServing } from './handlers.ts'
import { isRelievedApart } from './relieved.ts'
import { haltedIn } from './standstill.ts'
import { receiverType } from './waiting.ts'
import { CONDITION, GROUP, RECEIVE, SELECT } from './ways.ts'

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

interface Caller {
  readonly what: string
  /** A function in the stack. */
  readonly inner: RegExp
  readonly source: string
}

/** Who calls what has an end. Of handlers of requests another rule tells. */
export const CALLERS: readonly Caller[] = [
  {
    what: 'a finalizer, or a cleanup, which holds up all others',
    inner: /^runtime\.(?:runfinq|runFinalizers|runCleanups)$/,
    source: 'runtime/mfinal.go runFinalizers; mcleanup.go runCleanups',
  },
  {
    what: 'the initialization of a package',
    inner: /^[^()]*\.init(?:\.\d+)?$/,
    source: 'Go specification, Program initialization',
  },
  { what: 'a test', inner: /^testing\.tRunner$/, source: 'testing/testing.go tRunner' },
  {
    what: 'a reconciliation, which holds up its worker',
    inner: /\/controller-runtime\/pkg\/internal\/controller\.\(\*Controller(?:\[.*\])?\)\.reconcileHandler$/,
    source: 'sigs.k8s.io/controller-runtime/pkg/internal/controller/controller.go',
  },
]

/** The row that a function is of; -1 for none. */
const callerRowOf = factOfName(({ text }): number => CALLERS.findIndex(({ inner }) => inner.test(text)))

/** What a goroutine begins with, around a function that may be a loop: a closure, and what the compiler, or errgroup, puts around it. */
const BEGINS = /\.(?:func|gowrap)\d+(?:\.\d+)*$/
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
    const wait = mayAsk(each) ? waitOf(each) : undefined
    if (wait === undefined || haltedIn(scene).has(each) || isHelped(scene, each)) return []
    const { count, signature, waitMax = 0 } = each.tally
    return about([each], {
      finding: 'slow',
      severity: 'warning',
      title: `${goroutines(count)} in ${each.state} for up to ${waitMax} minutes ${placeOf(signature.title)}`,
      because: `${count === 1 ? 'it waits' : 'they wait'} ${wait}, and no other goroutine of this code is at work`,
    })
  })
}

/** `for an answer`, `in a test`; undefined for waits that may be long. Of handlers, and who ends something, other rules tell. */
function waitOf(each: Seen): string | undefined {
  if (isServing(each) || isEnding(each)) return undefined
  const caller = namesOf(each.tally.signature.stack).flatMap((name) => CALLERS[callerRowOf(name)] ?? [])[0]
  if (caller !== undefined) return `in ${caller.what}`
  const wanted = (each.ways & GROUP) === 0 ? wantedIn(each) : undefined
  return wanted === undefined ? undefined : `for ${wanted.what}`
}

function mayAsk(each: Seen): boolean {
  const { tally, states, ways, idle } = each
  // The main goroutine waits so for the end of the program, but not in a call like these.
  if ((idle && tally.signature.idle !== 'main') || (ways & (RECEIVE | SELECT | CONDITION | GROUP)) === 0) return false
  if (states.size > 1 || (tally.waitMin ?? 0) < SURE_MINUTES) return false
  return !isJudged(each) && !isDependency(tally.signature.title)
}

/**
 * Only of what waits itself, or in another method of its type: what calls anything else may run what it was given, which may be a loop. What a goroutine
 * asks its own object for may be its next work.
 */
function wantedIn({ tally: { signature } }: Seen): Wanted | undefined {
  const names = namesOf(signature.stack).filter(({ text }) => !isStandard(text))
  const [first] = names
  const begins = names.findLast(({ text }) => !BEGINS.test(text))
  if (first === undefined || begins === undefined || ownerOf(first) === ownerOf(begins)) return undefined
  const type = receiverType(first.text)
  const others = names.findIndex((name) => name !== first && (type === undefined || receiverType(name.text) !== type))
  return names.slice(0, others).flatMap((name) => WANTED[rowOf(name)] ?? [])[0]
}

/** The type of a method; the package of any other function. */
function ownerOf({ text }: Name): string {
  return receiverType(text) ?? packageOf(text)
}

function isHelped(scene: Scene, each: Seen): boolean {
  return isAnyAwakeAround(scene, each) || isRelievedApart(scene, each)
}
