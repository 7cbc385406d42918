/** Where the living starters of a finding's goroutines are. */
import type { SignatureTally } from '../core/model.ts'
import type { Writable } from '../core/records.ts'
import { type Finding, ofScene, type Scene } from './finding.ts'

/** Most signatures that are named. */
const MOST_PARENTS = 3

/** Adds the signatures of the living parents of the worst signature. */
export function addParents(finding: Writable<Finding>, scene: Scene): void {
  const { dump } = scene
  const { parents } = finding
  if (parents === undefined || parents.alive === 0) return
  const tally = byId(scene).get(finding.signatures[0] ?? '')
  const ids = [...(tally?.parents?.signatures ?? [])]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_PARENTS)
    .flatMap(([slot]) => dump.signatures[slot]?.signature.id ?? [])
  if (ids.length > 0) finding.parents = { ...parents, signatures: ids }
}

/** Cached, since there may be as many findings as signatures. */
const byId = ofScene(
  ({ dump }): ReadonlyMap<string, SignatureTally> =>
    new Map(dump.signatures.map((tally) => [tally.signature.id, tally])),
)
