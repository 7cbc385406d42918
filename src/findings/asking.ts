/**
 * Goroutines that wait for minutes in a call that should be short, by its name or by its caller. In a healthy program some goroutine of that
 * code is at work meanwhile: the one that reads the responses, or that has what is wanted.
 */
import { factOfName, type Name, namesOf } from '../core/names.ts'
import { goroutines, placeOf } from '../leaks/words.ts'
import { lastNameOf } from '../stacks/last-name.ts'
import { isDependency, isStandard, packageOf } from '../stacks/title.ts'
import { about } from './about.ts'
import { SURE_MINUTES } from './active.ts'
import { isAnyAwakeAround } from './at-work.ts'
import { isCallOut } from './calls.ts'
import { isEnding } from './ending.ts'
import { type Finding, isJudged, type Scene, type Seen } from './finding.ts'
import { isServing } from './handlers.ts'
import { isRelievedApart } from './relieved.ts'
import { haltedIn } from './standstill.ts'
import { receiverType } from './waiting.ts'
import { CONDITION, GROUP, RECEIVE, SELECT } from './ways.ts'

interface Wanted {
  readonly what: string
  /** Function names, in lower case without `_`, … */
  readonly calls: readonly string[]
  /** … or what follows `await`, `wait`, `waitFor` and the like. */
  readonly awaited: readonly string[]
  /** No loop has such a name: a goroutine may begin with it. */
  readonly isOnce?: true
}

/**
 * Excludes names under which a worker may wait for its next piece of work (`get`, `take`, `next`, `receive`, `collect`, `wait`), or a program
 * for its end (`waitDone`).
 */
export const WANTED: readonly Wanted[] = [
  {
    what: 'an answer',
    calls: ['ask', 'call', 'exchange', 'invoke', 'query', 'request', 'roundtrip', 'rpc'],
    awaited: ['ack', 'acks', 'answer', 'confirm', 'confirmation', 'reply', 'response', 'result'],
  },
  {
    what: 'something that others hold',
    calls: [
      ...['acquire', 'borrow', 'checkout', 'obtain', 'reserve'],
      ...['acquireconn', 'acquirelock', 'acquireslot', 'acquiretoken'],
    ],
    awaited: [],
  },
  {
    what: 'a receiver',
    calls: ['add', 'append', 'commit', 'enqueue', 'insert', 'post', 'publish', 'push', 'put', 'rollback', 'submit'],
    awaited: [],
  },
  {
    what: 'something to start',
    calls: [],
    awaited: ['connected', 'init', 'initialized', 'loaded', 'ready', 'started', 'sync', 'synced'],
    isOnce: true,
  },
]

interface Caller {
  readonly what: string
  /** A function on the stack. */
  readonly inner: RegExp
  readonly source: string
}

/** Callers whose calls have to end. Request handlers have a separate rule. */
export const CALLERS: readonly Caller[] = [
  {
    what: 'a finalizer or cleanup, which holds up all others',
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

/** Row of CALLERS that a function matches; -1 for none. */
const callerRowOf = factOfName(({ text }): number => CALLERS.findIndex(({ inner }) => inner.test(text)))

/** The outermost function of a goroutine, if it only wraps one that may be a loop: a closure, or what the compiler or errgroup adds. */
const BEGINS = /\.(?:func|gowrap)\d+(?:\.\d+)*$/
const AWAITS = /^(?:\w*and)?(?:await|wait)(?:for|till|until)?(\w*)$/

/** Row of WANTED that a function matches; -1 for none. */
const rowOf = factOfName(({ text }): number => {
  const plain = (isStandard(text) ? '' : lastNameOf(text)).toLowerCase().replaceAll('_', '')
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

/**
 * `for an answer`, `in a test`; undefined for waits that may be long. Handlers, goroutines that end something, and calls outside the program have
 * separate rules.
 */
function waitOf(each: Seen): string | undefined {
  if (isServing(each) || isEnding(each) || isCallOut(each.tally.signature)) return undefined
  const caller = namesOf(each.tally.signature.stack).flatMap((name) => CALLERS[callerRowOf(name)] ?? [])[0]
  if (caller !== undefined) return `in ${caller.what}`
  const wanted = (each.ways & GROUP) === 0 ? wantedIn(each) : undefined
  return wanted === undefined ? undefined : `for ${wanted.what}`
}

function mayAsk(each: Seen): boolean {
  const { tally, states, ways, idle } = each
  // The main goroutine may wait like this for the end of the program, but not in a call like these.
  if ((idle && tally.signature.idle !== 'main') || (ways & (RECEIVE | SELECT | CONDITION | GROUP)) === 0) return false
  if (states.size > 1 || (tally.waitMin ?? 0) < SURE_MINUTES) return false
  return !isJudged(each) && !isDependency(tally.signature.title)
}

/**
 * Looks only at the function that waits and at other methods of its type: any other caller may run what it was given, which may be a loop. If
 * the goroutine began in a method of the same object, it may be asking for its next piece of work.
 */
function wantedIn({ tally: { signature } }: Seen): Wanted | undefined {
  const names = namesOf(signature.stack).filter(({ text }) => !isStandard(text))
  const [first] = names
  const begins = names.findLast(({ text }) => !BEGINS.test(text))
  if (first === undefined) return undefined
  const own = WANTED[rowOf(first)]
  if (own?.isOnce === true) return own
  if (begins === undefined || ownerOf(first) === ownerOf(begins)) return undefined
  const type = receiverType(first.text)
  const others = names.findIndex((name) => name !== first && (type === undefined || receiverType(name.text) !== type))
  return names.slice(0, others).flatMap((name) => WANTED[rowOf(name)] ?? [])[0]
}

/** The type of a method; for any other function its package. */
function ownerOf({ text }: Name): string {
  return receiverType(text) ?? packageOf(text)
}

function isHelped(scene: Scene, each: Seen): boolean {
  return isAnyAwakeAround(scene, each) || isRelievedApart(scene, each)
}
