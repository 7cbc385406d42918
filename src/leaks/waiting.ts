/** What the goroutines of a signature wait for, as far as their states, their starters and related goroutines show. */
import type { SignatureTally } from '../core/model.ts'
import { entryOf } from '../core/names.ts'
import { awaitsAnswer, hasAsked } from './asked.ts'
import { isEnclosed } from './enclosing.ts'
import { kinOf } from './kin.ts'
import { isOfConnections, isOfWorkers, isPeer, isServed, type Tracked } from './served.ts'
import { inState, isLock, mayBeKept, statesLike } from './states.ts'

/**
 * How they wait:
 *
 *   lost       | nothing wakes them
 *   weak       | by design
 *   sleep      | it ends by itself
 *   peer       | for the other end of a connection
 *   orphaned   | each was started by a different goroutine, and all of those are gone; or it is a handler whose client is gone, or waits for
 *              | what it has asked for (asked.ts)
 *   unreceived | like orphaned, but to send, which idle workers never do
 *   kept       | for work, all started by one goroutine, as workers, tickers and subscriptions are, or in a closure of a function that runs
 *   answer     | like kept, but for the response of a server, which a long poll has to wait for
 *   child      | for goroutines at work: their children, their starters, or others with the same starter
 *   blocked    | none of these
 */
export type Waiting =
  | 'lost'
  | 'orphaned'
  | 'unreceived'
  | 'blocked'
  | 'kept'
  | 'answer'
  | 'weak'
  | 'peer'
  | 'child'
  | 'sleep'

/** States that nothing ends, and waits for a lock, which are short in a healthy process: a goroutine in one of them from dump to dump is lost. */
const isLostState = statesLike(/^(?:select \(no cases\)|chan (?:send|receive) \(nil chan\)|sync\.(?:Mutex|RWMutex)\.)/)

function isLost(tally: SignatureTally): boolean {
  return inState(tally, (state) => isLostState(state) || isLock(state, tally)) === tally.count
}

/** States that end by themselves. */
const endsByItself = (state: string): boolean => state === 'sleep'

/** The goroutine of a context waits for a parent context of a type that the package does not know, and ends with the request that has created it. */
const CONTEXT = /^context\./
/** A handler whose connection no goroutine watches has lost its client (net/http/server.go startBackgroundRead). */
const HANDLER = 'net/http.(*conn).serve'

function isHandler({ signature }: SignatureTally): boolean {
  return entryOf(signature.stack) === HANDLER
}

export function waitingOf(tally: SignatureTally, dump: Tracked): Waiting {
  if (isLost(tally)) return 'lost'
  if (isPeer(tally) || isOfConnections(tally, dump.signatures)) return 'peer'
  if (inState(tally, endsByItself) * 2 > tally.count) return 'sleep'
  const isOrphaned = tally.parents !== undefined && tally.parents.distinct > 1 && tally.parents.alive === 0
  if (tally.signature.idle !== 'no')
    return isOrphaned && CONTEXT.test(tally.signature.title.function) ? 'orphaned' : 'weak'
  if (isOfWorkers(tally, dump) || isServed(tally, dump)) return 'child'
  if (tally.parents === undefined) return 'blocked'
  const { distinct } = tally.parents
  if (mayBeKept(tally) && isEnclosed(tally, dump)) return 'kept'
  if (isOrphaned) return mayBeKept(tally) ? 'orphaned' : 'unreceived'
  if (isHandler(tally) || hasAsked(tally.signature)) return 'orphaned'
  const isOfItself = tally.parents.signatures.has(kinOf(dump.signatures).slotOf(tally))
  if ((distinct > 1 && !isOfItself) || !mayBeKept(tally)) return 'blocked'
  return awaitsAnswer(tally.signature) ? 'answer' : 'kept'
}
