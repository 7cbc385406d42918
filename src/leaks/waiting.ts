/** For what the goroutines of a signature wait, as far as their states, those that have started them, and those beside them tell. */
import type { SignatureTally } from '../core/model.ts'
import { kinOf } from './kin.ts'
import { isOfConnections, isOfWorkers, isPeer, isServed, type Tracked } from './served.ts'
import { inState, isLock, mayBeKept } from './states.ts'

/**
 * How they wait. `lost`: where nothing wakes them; `weak`: by design; `sleep`: it ends by itself; `peer`: for the other end of a
 * connection; `orphaned`: each was started by another goroutine, all of which are gone; `unreceived`: the same, to send, which idle
 * workers never do; `kept`: for what may come, all started by one goroutine, as workers, tickers and subscriptions are; `child`: for
 * goroutines that are at work: those that they have started, or that have started them, or that come from where they come from.
 */
export type Waiting = 'lost' | 'orphaned' | 'unreceived' | 'blocked' | 'kept' | 'weak' | 'peer' | 'child' | 'sleep'

/** States that nothing ends, and those of a lock, which are short where all is well: whoever is in one from dump to dump is lost. */
const LOST = /^(?:select \(no cases\)|chan (?:send|receive) \(nil chan\)|sync\.(?:Mutex|RWMutex)\.)/

function isLost(tally: SignatureTally): boolean {
  return inState(tally, (state) => LOST.test(state) || isLock(state, tally)) === tally.count
}

/** States that end by themselves. */
const ENDS = /^sleep$/

export function waitingOf(tally: SignatureTally, dump: Tracked): Waiting {
  if (isLost(tally)) return 'lost'
  if (isPeer(tally) || isOfConnections(tally, dump.signatures)) return 'peer'
  if (inState(tally, (state) => ENDS.test(state)) * 2 > tally.count) return 'sleep'
  if (tally.signature.idle !== 'no') return 'weak'
  if (isOfWorkers(tally, dump) || isServed(tally, dump)) return 'child'
  if (tally.parents === undefined) return 'blocked'
  const { distinct, alive } = tally.parents
  if (distinct > 1 && alive === 0) return mayBeKept(tally) ? 'orphaned' : 'unreceived'
  const isOfItself = tally.parents.signatures.has(kinOf(dump.signatures).slotOf(tally))
  return (distinct === 1 || isOfItself) && mayBeKept(tally) ? 'kept' : 'blocked'
}
