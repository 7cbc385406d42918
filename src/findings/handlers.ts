/**
 * Handlers of requests that wait for another goroutine, and for nothing else, for minutes: they see neither that their client has left nor a
 * deadline. Streams and long polls wait in a select; a handler that waits for goroutines of its connection has kin at work.
 */
import { goroutines, placeOf } from '../leaks/words.ts'
import { about } from './about.ts'
import { codeOf } from './code.ts'
import { type Finding, isIn, isJudged, ofScene, type Scene, type Seen } from './finding.ts'
import { flightIn } from './flights.ts'
import { dumperOf, goesOn, SURE_MINUTES } from './goes-on.ts'
import { byPackageIn } from './members.ts'
import { emptyPools } from './pool.ts'
import { isRelieved } from './relieved.ts'
import { haltedIn } from './standstill.ts'
import { miscounts, unsignalled } from './unended.ts'
import { CONDITION, GROUP, RECEIVE } from './ways.ts'

/** net/http/server.go serve; h2_bundle.go runHandler; google.golang.org/grpc/server.go processUnaryRPC. */
const SERVES =
  /^net\/http\.\(\*conn\)\.serve$|\.\(\*(?:http2)?serverConn\)\.runHandler$|(?:^|\/)google\.golang\.org\/grpc\.\(\*Server\)\.processUnaryRPC$/

export function handlers(scene: Scene): Finding[] {
  const mayBe = scene.seen.filter(mayHang)
  if (mayBe.length === 0) return []
  const told = toldIn(scene)
  return mayBe
    .filter((each) => !told.has(each) && !isHelped(scene, each))
    .map((each) => {
      const { count, signature, waitMax = 0 } = each.tally
      return about([each], {
        finding: 'slow',
        severity: 'warning',
        title: `${goroutines(count)} in ${each.state} for up to ${waitMax} minutes ${placeOf(signature.title)}`,
        because: `${count === 1 ? 'a handler of a request waits' : 'handlers of requests wait'} so, without a look at their clients, and no other goroutine of this code goes on`,
      })
    })
}

/** Those of whom other rules say what is wrong. */
function toldIn(scene: Scene): ReadonlySet<Seen> {
  return new Set([
    ...haltedIn(scene).keys(),
    ...flightIn(scene),
    ...miscounts(scene),
    ...unsignalled(scene),
    ...emptyPools(scene).map(({ seen }) => seen),
  ])
}

function mayHang(each: Seen): boolean {
  const { states, waitMax = 0 } = each.tally
  if ((each.ways & (RECEIVE | GROUP | CONDITION)) === 0 || states.size > 1 || waitMax < SURE_MINUTES) return false
  return !each.idle && !isJudged(each) && isIn(each, SERVES)
}

/** Does another one of the code that waits go on, or one that belongs to it? */
function isHelped(scene: Scene, each: Seen): boolean {
  const [own] = codeOf(each.tally.signature).packages
  if (own === undefined || isRelieved(scene, each)) return true
  return goingOnIn(scene, own).some((other) => other !== each)
}

const goingOn = ofScene(() => new Map<string, readonly Seen[]>())

/** Two of those in a package who go on: one may be who asks, and thousands do. */
function goingOnIn(scene: Scene, name: string): readonly Seen[] {
  const known = goingOn(scene).get(name)
  if (known !== undefined) return known
  const dumper = dumperOf(scene)
  const found: Seen[] = []
  for (const each of byPackageIn(scene).get(name) ?? []) {
    if (each !== dumper && goesOn(each)) found.push(each)
    if (found.length === 2) break
  }
  goingOn(scene).set(name, found)
  return found
}
