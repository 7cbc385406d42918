/** Is this dump of another process than the last one? A history must not go on over a restart: ids start over. */
import type { DumpTally, GoroutineIds, Signature } from '../model.ts'
import { timeGoesBack } from './late.ts'

/**
 * Goroutine ids are handed out in batches of 16 to each P (runtime/proc.go `_GoidCacheBatch`), so that a goroutine born after a dump
 * may have an id somewhat below the dump's highest.
 */
const CACHED_IDS = 16 * 256
/** Ids looked at. */
const SAMPLE = 4096
/** Share of common ids that may be seen with another origin: cut and damaged stacks. */
const OTHER_ORIGIN = 0.1

interface Last {
  readonly time: number | undefined
  readonly process: string | undefined
  readonly ids: GoroutineIds | undefined
  readonly maxId: number
  readonly signatures: readonly Signature[]
}

export function isRestart(
  last: Last,
  tally: DumpTally,
  now: { readonly table: GoroutineIds | undefined; readonly maxId: number },
): boolean {
  if (last.process !== undefined && tally.process !== undefined) return last.process !== tally.process
  const { ids: before, maxId } = last
  // Without ids nobody knows which of the two is older, or whether the clock was set back.
  if (before === undefined || now.table === undefined) return timeGoesBack(last, tally)
  let looked = 0
  let common = 0
  let other = 0
  let impossible = 0
  now.table.forEach((id, slot) => {
    if (id === 1 || slot < 0 || ++looked > SAMPLE) return
    const was = before.get(id)
    if (was >= 0) {
      common++
      const signature = tally.signatures[slot]?.signature
      const earlier = last.signatures[was]
      if (signature !== undefined && earlier !== undefined && !sameOrigin(signature, earlier)) other++
    } else if (id < maxId - CACHED_IDS && !before.has(id)) impossible++
  })
  // An id keeps its goroutine, and a goroutine its go statement.
  if (common > 0 && other > Math.max(1, common * OTHER_ORIGIN)) return true
  // A goroutine that was not there has an id from before: only another process can hand it out.
  if (impossible > Math.max(2, looked * OTHER_ORIGIN)) return true
  // Nothing is left, and ids are lower than they were.
  return common === 0 && looked > 0 && now.maxId < maxId
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
