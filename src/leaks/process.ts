/** Which process is a dump of? A history must not go on over a restart: ids start over. And two processes may share one log. */
import type { DumpTally, Signature } from '../core/model.ts'
import { type IdsOfDump, type LastDump, timeGoesBack } from './past.ts'

/**
 * Goroutine ids are handed out in batches of 16 to each P (runtime/proc.go `_GoidCacheBatch`), so that a goroutine born after a dump
 * may have an id somewhat below the dump's highest.
 */
const CACHED_IDS = 16 * 256
/** Ids looked at, all over the dump: the old goroutines come first. */
const SAMPLE = 4096
/** Share of common ids that may be seen with another origin: cut and damaged stacks. */
const OTHER_ORIGIN = 0.1

type Last = Pick<LastDump, 'time' | 'process' | 'ids' | 'maxId' | 'signatures'>

/** How the goroutines of a dump, the main one apart, relate to those of an earlier one. */
interface Relation {
  looked: number
  /** In both; of those, with another origin. */
  common: number
  other: number
  /** In this dump alone, with an id from before the earlier one; of those, so old that none can have been kept back. */
  strangers: number
  impossible: number
}

/**
 * The process that the dump is of: that of the last dump, or an earlier one that writes into the same log. Undefined for a new one.
 * `pasts`: newest dump first.
 */
export function processOf<P extends { readonly last: Last }>(
  tally: DumpTally,
  pasts: readonly P[],
  now: IdsOfDump,
): P | undefined {
  let best: { readonly past: P; readonly likeness: number } | undefined
  for (const [i, past] of pasts.entries()) {
    const relation = relate(past.last, tally, now)
    const same = i === 0 ? !isRestart(past.last, tally, now, relation) : continues(past.last, tally, now, relation)
    if (!same) continue
    // The main goroutine and those of the start have the same ids in every process of one program: what else is there tells.
    const likeness = relation.common - relation.other - relation.strangers
    const asLike = likeness === best?.likeness && past.last.maxId > best.past.last.maxId
    if (best === undefined || likeness > best.likeness || asLike) best = { past, likeness }
  }
  return best?.past
}

function relate(last: Last, tally: DumpTally, now: IdsOfDump): Relation {
  const { ids: before, maxId } = last
  const relation: Relation = { looked: 0, common: 0, other: 0, strangers: 0, impossible: 0 }
  if (before === undefined || now.table === undefined) return relation
  const step = Math.ceil(now.table.size / SAMPLE)
  let left = 1
  now.table.forEach((id, slot) => {
    if (--left > 0) return
    left = step
    if (id === 1 || slot < 0) return
    relation.looked++
    const was = before.get(id)
    if (was >= 0) {
      relation.common++
      const signature = tally.signatures[slot]?.signature
      const earlier = last.signatures[was]
      if (signature !== undefined && earlier !== undefined && !sameOrigin(signature, earlier)) relation.other++
    } else if (id <= maxId && !before.has(id)) {
      relation.strangers++
      if (id < maxId - CACHED_IDS) relation.impossible++
    }
  })
  return relation
}

function isRestart(last: Last, tally: DumpTally, now: IdsOfDump, relation: Relation): boolean {
  if (last.process !== undefined && tally.process !== undefined) return last.process !== tally.process
  // Without ids nobody knows which of the two is older, or whether the clock was set back.
  if (last.ids === undefined || now.table === undefined) return timeGoesBack(last, tally)
  const { looked, common, other, impossible } = relation
  // An id keeps its goroutine, and a goroutine its go statement.
  if (common > 0 && other > Math.max(1, common * OTHER_ORIGIN)) return true
  // A goroutine that was not there has an id from before: only another process can hand it out.
  if (impossible > Math.max(2, looked * OTHER_ORIGIN)) return true
  // Nothing is left, and ids are lower than they were.
  return common === 0 && looked > 0 && now.maxId < last.maxId
}

/** An earlier process may be over: what shows that it is not must be more than that nothing speaks against it. */
function continues(last: Last, tally: DumpTally, now: IdsOfDump, relation: Relation): boolean {
  if (isRestart(last, tally, now, relation)) return false
  if (last.process !== undefined && tally.process !== undefined) return true
  return relation.common > relation.strangers && now.maxId >= last.maxId && !timeGoesBack(last, tally)
}

/** The entry function and the creator do not change while a goroutine lives. */
function sameOrigin(a: Signature, b: Signature): boolean {
  if (a === b) return true
  return a.createdBy?.function === b.createdBy?.function && (a.createdBy !== undefined || entry(a) === entry(b))
}

function entry(signature: Signature): string | undefined {
  const { frames } = signature.stack
  return frames[frames.length - 1]?.function
}
