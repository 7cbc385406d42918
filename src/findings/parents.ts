/** Where those who have started the goroutines of a finding are, as far as they live. */
import type { Finding, Scene } from './finding.ts'

/** Signatures named. */
const MOST = 3

/** With the signatures that the living parents of the worst signature are in. */
export function withParents(finding: Finding, { dump }: Scene): Finding {
  const { parents } = finding
  if (parents === undefined || parents.alive === 0) return finding
  const tally = dump.signatures.find(({ signature }) => signature.id === finding.signatures[0])
  const ids = [...(tally?.parents?.signatures ?? [])]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST)
    .flatMap(([slot]) => dump.signatures[slot]?.signature.id ?? [])
  return ids.length === 0 ? finding : { ...finding, parents: { ...parents, signatures: ids } }
}
