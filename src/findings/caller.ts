/** Names the caller, if several callers share the function that waits. */
import type { Frame } from '../core/model.ts'
import type { Writable } from '../core/records.ts'
import { isStandard } from '../stacks/title.ts'
import type { Finding, Scene, Seen } from './finding.ts'
import { frameText } from './stack-text.ts'

export function addCallers(findings: readonly Writable<Finding>[], { seen }: Scene): void {
  const wanted = new Map<string, Sharing>()
  for (const finding of findings) if (finding.function !== undefined) wanted.set(finding.function, new Sharing())
  for (const each of seen) wanted.get(each.tally.signature.title.function)?.add(each)
  for (const finding of findings) {
    const caller = wanted.get(finding.function ?? '')?.callerOf(finding.signatures)
    if (caller !== undefined) finding.caller = frameText(caller)
  }
}

/** The signatures that wait in one function. */
class Sharing {
  readonly #seen: Seen[] = []
  /** Signature → its frames outside the function. Filled on the first question, if there are several signatures. */
  readonly #chains = new Map<string, readonly Frame[]>()
  /** By distance from the function: function → number of signatures that have it there. */
  readonly #counts: Map<string, number>[] = []

  add(seen: Seen): void {
    this.#seen.push(seen)
  }

  /** The first frame outside the function, of the first of `ids`, that no other signature has in that place. */
  callerOf(ids: readonly string[]): Frame | undefined {
    if (this.#seen.length < 2) return undefined
    if (this.#chains.size === 0) this.#count()
    const [own, ...others] = ids.map((id) => this.#chains.get(id))
    const among = others.filter((chain) => chain !== undefined)
    if (own === undefined || among.length + 1 === this.#seen.length) return undefined
    return own.find(({ function: name }, i) => {
      if (isStandard(name)) return false
      const known = 1 + among.filter((chain) => chain[i]?.function === name).length
      return this.#counts[i]?.get(name) === known
    })
  }

  #count(): void {
    for (const { tally } of this.#seen) {
      const chain = callersOf(tally)
      this.#chains.set(tally.signature.id, chain)
      for (const [i, { function: name }] of chain.entries()) {
        const counts = this.#counts[i] ?? new Map<string, number>()
        this.#counts[i] = counts
        counts.set(name, (counts.get(name) ?? 0) + 1)
      }
    }
  }
}

function callersOf({ signature }: Seen['tally']): readonly Frame[] {
  const { frames } = signature.stack
  const { function: name } = signature.title
  return frames.slice(frames.findIndex((frame) => frame.function === name) + 1)
}
