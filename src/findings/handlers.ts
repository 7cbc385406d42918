/**
 * Request handlers that wait only for another goroutine, for minutes or after everyone who could end the wait has gone. They notice neither
 * that their client has left nor a deadline. Streams and long polls wait in a select instead: those are reported if their clients have left, or if
 * they are no streams. A handler that waits for goroutines of its connection has relatives at work.
 */
import { flagOfName, namesOf } from '../core/names.ts'
import { kinOf } from '../leaks/kin.ts'
import { goroutines, placeOf } from '../leaks/words.ts'
import { lastNameOf } from '../stacks/last-name.ts'
import { isDependency, isStandard, packageOf } from '../stacks/title.ts'
import { about, type Said } from './about.ts'
import { dumperOf, isActive, isOutside, mayPause, restsAll, SURE_MINUTES } from './active.ts'
import { isAnyAtWorkBeside } from './at-work.ts'
import { isSlowCall } from './calls.ts'
import { clientsOf, leftBehind } from './clients.ts'
import { codeOf } from './code.ts'

import { countOf, type Finding, isJudged, ofScene, type Scene, type Seen } from './finding.ts'
import { flightIn } from './flights.ts'
import { byPackageIn } from './members.ts'
import { emptyPools } from './pool.ts'
import { isRelieved } from './relieved.ts'
import { haltedIn } from './standstill.ts'
import { miscounts, unsignalled } from './unended.ts'
import { CONDITION, GROUP, NEVER_ENDS, OUTER, RECEIVE, SELECT } from './ways.ts'

/** net/http/server.go serve; h2_bundle.go runHandler. */
const HTTP = /^net\/http\.\(\*conn\)\.serve$|\.\(\*(?:http2)?serverConn\)\.runHandler$/
/** google.golang.org/grpc/server.go processUnaryRPC, since 1.85 wrapUnaryHandler. */
const UNARY = /(?:^|\/)google\.golang\.org\/grpc\.\(\*Server\)\.(?:processUnaryRPC|wrapUnaryHandler\.func1)$/
const serves = flagOfName(({ text }) => HTTP.test(text) || UNARY.test(text))
/** A single one may be a long poll, whatever its name. */
const MANY = 10
/** As for the clients of such calls (calls.ts). */
const LONG_MINUTES = 11
const isUnary = flagOfName(({ text }) => UNARY.test(text))
/** Words in the names of the program's own functions that say that a call lasts until something happens. */
const LASTS =
  /(?:[Aa]wait|[Ww]ait|[Ww]atch|[Pp]oll|[Ss]ubscri|[Ll]isten|[Ss]tream|[Nn]otif|[Pp]ull|[Rr]eceive|[Oo]bserve|[Ff]ollow|[Tt]ail|[Uu]pdates|[Ee]vents|[Hh]eartbeat|[Nn]ext|[Ll]ease|[Cc]ampaign)/
const mayLast = flagOfName(
  ({ text }) => !isStandard(text) && !text.includes('google.golang.org/') && LASTS.test(lastNameOf(text)),
)
/** net/http/server.go: what calls a function that was registered as a handler. */
const HANDS_OVER = /^net\/http\.HandlerFunc\.ServeHTTP$/
/** Number of handlers without minutes that is needed: a single one may have come just now. */
const DESERTED = 3

const late: (scene: Scene) => readonly Seen[] = ofScene((scene) =>
  waitingIn(scene).filter(
    (each) => isLate(each) && !isHelped(scene, each) && !looksOn(scene, each) && !mayServeOn(scene, each),
  ),
)

export function handlers(scene: Scene): Finding[] {
  return late(scene).map((each) => {
    const { count, signature, waitMax = 0 } = each.tally
    return aboutHandlers(scene, each, {
      finding: 'slow',
      severity: 'warning',
      title: `${goroutines(count)} in ${each.state} for up to ${waitMax} minutes ${placeOf(signature.title)}`,
      because: `${count === 1 ? 'a request handler waits there without watching its client' : 'request handlers wait there without watching their clients'}, and no other goroutine of this code is active`,
    })
  })
}

const desertedIn: (scene: Scene) => readonly Seen[] = ofScene((scene) => {
  const recent = waitingIn(scene).filter((each) => !isLate(each) && (each.ways & RECEIVE) === 0)
  if (countOf(recent) < DESERTED) return []
  const handling = new Set(recent)
  return recent.filter((each) => isDeserted(scene, handling, each))
})

/** The same without minutes. Receives do not count: they may come between two tries, or end with a timer. */
export function deserted(scene: Scene): Finding[] {
  return desertedIn(scene).map((each) => {
    const { count, signature } = each.tally
    return aboutHandlers(scene, each, {
      finding: 'stuck',
      severity: 'warning',
      title: `${goroutines(count)} ${count === 1 ? 'waits' : 'wait'} in ${each.state} ${placeOf(signature.title)}`,
      because: 'they handle requests, no other goroutine is in this code, and none that they may have asked is at work',
    })
  })
}

/**
 * Handlers that wait for another goroutine, in any way, although their clients have left. A stream or a long poll ends when the context of its request
 * does; a handler that does not look at it waits for something that may never come.
 */
export function forsaken(scene: Scene): Finding[] {
  const told = new Set([...toldIn(scene), ...late(scene), ...desertedIn(scene)])
  return scene.seen
    .filter((each) => !told.has(each) && isForsaken(scene, each))
    .map((each) => {
      const { count, signature, waitMax = 0 } = each.tally
      const left = leftBehind(scene, each)
      return about([each], {
        finding: 'slow',
        severity: 'warning',
        title: `${goroutines(count)} in ${each.state}${isLate(each) ? ` for up to ${waitMax} minutes` : ''} ${placeOf(signature.title)}`,
        because: `${left} of the clients whose requests they handle have left${isOutside(each) ? '' : ', and no other goroutine of this code is active'}`,
      })
    })
}

/** One client may have left just now. */
const LEFT = 2

function isForsaken(scene: Scene, each: Seen): boolean {
  const { idle, ways, tally } = each
  if (idle || isJudged(each) || leftBehind(scene, each) < (isLate(each) ? LEFT : DESERTED)) return false
  const { title } = tally.signature
  if (isDependency(title) || isStandard(title.function)) return false
  // A backend may take longer than a client waits, but not minutes.
  if (isOutside(each)) return isLate(each) && !isSlowCall(each)
  if ((ways & (RECEIVE | SELECT | CONDITION | GROUP)) === 0 || (ways & (OUTER | NEVER_ENDS)) !== 0) return false
  if (isLate(each)) return !isServedBy(scene, each)
  // Without minutes they may be the queue of a service that is overloaded, but at work.
  const [own = ''] = codeOf(tally.signature).packages
  return !isHelped(scene, each) && isQuiet(scene, own) && goingOnIn(scene, own).every((other) => other === each)
}

/**
 * Like `isHelped`, for those that have waited for minutes: who waits for the outside world as long has served nobody meanwhile, and who rests in a
 * library, without code of the program, is a timer of that library.
 */
function isServedBy(scene: Scene, each: Seen): boolean {
  const [own] = codeOf(each.tally.signature).packages
  if (own === undefined || isRelieved(scene, each)) return true
  if (own === 'main') return isAnyAtWorkBeside(scene, each)
  const dumper = dumperOf(scene)
  const near = new Set([own, packageOf(each.tally.signature.title.function)])
  return [...near].some((name) =>
    (byPackageIn(scene).get(name) ?? []).some((other) => {
      if (other === each || other === dumper || !isActive(other)) return false
      if (restsAll(other) && isDependency(other.tally.signature.title)) return false
      return !isOutside(other) || (other.tally.waitMin ?? 0) < SURE_MINUTES
    }),
  )
}

const waitingIn: (scene: Scene) => readonly Seen[] = ofScene((scene) => {
  const mayBe = scene.seen.filter(mayHang)
  if (mayBe.length === 0) return []
  const told = toldIn(scene)
  return mayBe.filter((each) => !told.has(each))
})

/** The goroutines that a handler waits for follow it in `signatures`. */
function aboutHandlers(scene: Scene, each: Seen, said: Said): Finding {
  const others = (each.ways & GROUP) === 0 ? [] : waitingChildren(scene, each).filter((other) => other !== each)
  return { ...about([each, ...others], said), goroutines: each.tally.count }
}

/** Goroutines that it has started and that wait for another goroutine. */
function waitingChildren({ dump, bySlot }: Scene, { slot }: Seen): readonly Seen[] {
  const children = kinOf(dump.signatures)
    .helpersOf(slot)
    .flatMap((child) => bySlot[child.slot] ?? [])
  return children.filter((child) => !isActive(child) && (child.ways & SELECT) === 0)
}

function isLate({ tally }: Seen): boolean {
  return (tally.waitMax ?? 0) >= SURE_MINUTES
}

/** Signatures that other rules report. */
const toldIn: (scene: Scene) => ReadonlySet<Seen> = ofScene(
  (scene) =>
    new Set([
      ...haltedIn(scene).keys(),
      ...flightIn(scene),
      ...miscounts(scene),
      ...unsignalled(scene),
      ...emptyPools(scene).map(({ seen }) => seen),
    ]),
)

function mayHang(each: Seen): boolean {
  if (isLongUnary(each)) return true
  if ((each.ways & (RECEIVE | GROUP | CONDITION)) === 0 || (each.ways & (SELECT | OUTER | NEVER_ENDS)) !== 0)
    return false
  return !each.idle && !isJudged(each) && isServing(each)
}

/**
 * Is it a unary call of gRPC in a select, for longer than a call that is not a stream lasts by design, and by its names not a long poll? Unlike HTTP,
 * nothing shows whether the clients are still there.
 */
function isLongUnary(each: Seen): boolean {
  const { ways, tally, idle } = each
  if ((ways & SELECT) === 0 || (ways & (OUTER | NEVER_ENDS)) !== 0 || idle || isJudged(each)) return false
  if (tally.count < MANY || (tally.waitMax ?? 0) < LONG_MINUTES) return false
  const { title } = tally.signature
  if (isDependency(title) || isStandard(title.function)) return false
  const names = namesOf(tally.signature.stack)
  return names.some(isUnary) && !names.some(mayLast)
}

/** Does it handle a request? */
export function isServing(each: Seen): boolean {
  return namesOf(each.tally.signature.stack).some(serves)
}

/**
 * Does it receive in the body of the handler itself, and are all clients still there? Such a receive may be the stream: `for event := range
 * events`, or `<-r.Context().Done()`, which ends when the client leaves. A call for a result is a function of its own.
 */
function mayServeOn(scene: Scene, each: Seen): boolean {
  if ((each.ways & RECEIVE) === 0) return false
  // A method value has a wrapper, which only system tracebacks show.
  const names = namesOf(each.tally.signature.stack).filter(({ text }) => !text.endsWith('-fm'))
  const body = names.findIndex(({ text }) => !isStandard(text))
  return body >= 0 && HANDS_OVER.test(names[body + 1]?.text ?? '') && !hasLostClient(scene, each)
}

/** Does it wait for others that are in a select, and so may notice that the client has left? */
function looksOn({ dump, bySlot }: Scene, each: Seen): boolean {
  if ((each.ways & GROUP) === 0) return false
  return kinOf(dump.signatures)
    .helpersOf(each.slot)
    .some(({ slot }) => ((bySlot[slot]?.ways ?? 0) & SELECT) !== 0)
}

function hasLostClient(scene: Scene, each: Seen): boolean {
  return (clientsOf(scene, each)?.lost ?? 0) > 0
}

/** Is another goroutine of the waiting code, or a relative, active? */
function isHelped(scene: Scene, each: Seen): boolean {
  const [own] = codeOf(each.tally.signature).packages
  if (own === undefined || isRelieved(scene, each)) return true
  if (own === 'main' && hasLostClient(scene, each)) return isAnyAtWorkBeside(scene, each)
  return goingOnIn(scene, own).some((other) => other !== each)
}

/**
 * Without minutes: no other goroutine of the waiting code may be active or wait for a timer; and no active goroutine of any other code may have
 * been asked. `main` does not count among those, since it uses what others provide.
 */
function isDeserted(scene: Scene, handling: ReadonlySet<Seen>, each: Seen): boolean {
  const [own] = codeOf(each.tally.signature).packages
  if (scene.dump.kind === 'single' || scene.dump.truncated || own === undefined) return false
  const others = byPackageIn(scene).get(own) ?? []
  return others.every((other) => handling.has(other) || !(isActive(other) || mayPause(other))) && isQuiet(scene, own)
}

/** Is no goroutine active, in any package except `main`? */
function isQuiet(scene: Scene, own: string): boolean {
  const dumper = dumperOf(scene)
  return scene.seen.every((each) => {
    if (each === dumper || each.idle || !isActive(each)) return true
    const [name] = codeOf(each.tally.signature).packages
    return name === undefined || (name === 'main' && own !== 'main')
  })
}

const goingOn = ofScene(() => new Map<string, readonly Seen[]>())

/** Up to two active goroutines of a package: one of them may be the one that asks, and thousands ask. */
function goingOnIn(scene: Scene, name: string): readonly Seen[] {
  const known = goingOn(scene).get(name)
  if (known !== undefined) return known
  const dumper = dumperOf(scene)
  const found: Seen[] = []
  for (const each of byPackageIn(scene).get(name) ?? []) {
    if (each !== dumper && isActive(each)) found.push(each)
    if (found.length === 2) break
  }
  goingOn(scene).set(name, found)
  return found
}
