/** Who called, where the function that waits is a helper that several callers share. */
import type { Frame } from '../core/model.ts'
import type { Writable } from '../core/records.ts'
import { addTo } from '../leaks/kin.ts'
import { isStandard } from '../stacks/title.ts'
import type { Finding, Scene, Seen } from './finding.ts'
import { faceOf, frameText } from './stack-text.ts'

export function tellApart(findings: readonly Writable<Finding>[], { seen }: Scene): void {
  const byFunction = new Map<string, Seen[]>()
  const wanted = new Set(findings.map((finding) => finding.function))
  for (const each of seen) {
    const name = faceOf(each.tally.signature).title.function
    if (wanted.has(name)) addTo(byFunction, name, each)
  }
  for (const finding of findings) {
    const same = byFunction.get(finding.function ?? '')
    if (same === undefined || same.length === 1) continue
    const own = same.find(({ tally }) => tally.signature.id === finding.signatures[0])
    const others = same.filter(({ tally }) => !finding.signatures.includes(tally.signature.id))
    const caller = own === undefined || others.length === 0 ? undefined : firstDifference(own, others)
    if (caller !== undefined) finding.caller = frameText(caller)
  }
}

/** Beyond the function that they share. */
function firstDifference(own: Seen, others: readonly Seen[]): Frame | undefined {
  const chains = others.map(callersOf)
  return callersOf(own).find(
    (frame, i) => !isStandard(frame.function) && chains.every((chain) => chain[i]?.function !== frame.function),
  )
}

function callersOf({ tally: { signature } }: Seen): readonly Frame[] {
  const { frames } = signature.stack
  return frames.slice(frames.findIndex((frame) => frame.function === signature.title.function) + 1)
}
