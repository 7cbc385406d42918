/** Decides which process a dump is of. A history must not continue across a restart, since ids start over, and two processes may share one log. */
import type { DumpTally, Signature } from '../core/model.ts'
import { type IdsOfDump, type LastDump, timeGoesBack } from './past.ts'

/**
 * Goroutine ids are handed out in batches of 16 to each P (runtime/proc.go `_GoidCacheBatch`), so a goroutine created after a dump may have an
 * id somewhat below the highest of that dump.
 */
const CACHED_IDS = 16 * 256
/** Number of ids to sample, spread over the dump: the oldest goroutines come first. */
const SAMPLE = 4096
/** Share of common ids that may have a different origin, because of cut and damaged stacks. */
const OTHER_ORIGIN = 0.1

/** In a container every main process has this pid. */
const PID_IN_CONTAINER = '1'

type Last = Pick<LastDump, 'time' | 'process' | 'ids' | 'maxId' | 'signatures'>

/** How the goroutines of a dump, except the main one, relate to those of an earlier dump. */
interface Relation {
  looked: number
  /** In both dumps; `other`: those with a different origin. */
  common: number
  other: number
  /** Only in this dump, with an id below the highest of the earlier dump; `impossible`: so far below that no P can have kept the id back. */
  strangers: number
  impossible: number
}

/**
 * The process that the dump is of: that of the last dump, or another that writes into the same log. Undefined for a new one. `pasts`: newest
 * dump first.
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
    // The main goroutine and those created at the start have the same ids in every process of one program: only the others distinguish processes.
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
  const { table } = now
  for (let place = 0; place < table.size; place += Math.ceil(table.size / SAMPLE)) {
    const [id, slot] = [table.id(place), table.signature(place)]
    if (id === 1 || slot < 0) continue
    relation.looked++
    const placeBefore = before.place(id)
    const was = before.signature(placeBefore)
    if (was >= 0) {
      relation.common++
      const signature = tally.signatures[slot]?.signature
      const earlier = last.signatures[was]
      if (signature !== undefined && earlier !== undefined && !sameOrigin(signature, earlier)) relation.other++
    } else if (id <= maxId && placeBefore < 0) {
      relation.strangers++
      if (id < maxId - CACHED_IDS) relation.impossible++
    }
  }
  return relation
}

function isRestart(last: Last, tally: DumpTally, now: IdsOfDump, relation: Relation): boolean {
  if (last.process !== undefined && tally.process !== undefined && last.process !== tally.process) return true
  // Without ids we cannot know which of the two is older, or whether the clock was set back.
  if (last.ids === undefined || now.table === undefined) return timeGoesBack(last, tally)
  const { looked, common, other, impossible } = relation
  // An id keeps its goroutine, and a goroutine its go statement.
  if (common > 0 && other > Math.max(1, common * OTHER_ORIGIN)) return true
  // A goroutine that the earlier dump lacks has an id from before it: only another process can have created it.
  if (impossible > Math.max(2, looked * OTHER_ORIGIN)) return true
  // No goroutine is left, and ids are lower than before.
  return common === 0 && looked > 0 && now.maxId < last.maxId
}

/** An earlier process may have ended, so it takes positive evidence to continue it, not only the absence of a contradiction. */
function continues(last: Last, tally: DumpTally, now: IdsOfDump, relation: Relation): boolean {
  if (isRestart(last, tally, now, relation)) return false
  // Other evidence has not shown a restart, and the pid is the same.
  if (last.process !== undefined && tally.process !== undefined && tally.process !== PID_IN_CONTAINER) return true
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
