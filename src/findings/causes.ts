/** Leaks that have one cause. */
import { namesOf } from '../core/names.ts'
import { addTo, creatorOf } from '../leaks/kin.ts'
import { isStandard } from '../stacks/title.ts'
import type { Seen } from './finding.ts'

/** Who waits so may wait for those that it has started. */
const WAITS_FOR_OTHERS = /^(?:chan receive|select|sync\.WaitGroup\.Wait|sync\.Cond\.Wait|semacquire)$/
/** The two goroutines of a connection (net/http/transport.go dialConn). */
const CONNECTION = 'net/http.(*Transport).dialConn'
/** What is started together comes in the same numbers, but for some that are on their way, … */
const AS_MANY = 1.25
/** … which fewer do not show. */
const FEW = 3

/** Each the one to look at first, then its victims: those that wait for goroutines they have started, and that leak themselves. */
export function causes(leaks: readonly Seen[]): Seen[][] {
  const creators = new Map<string, Seen[]>()
  for (const each of leaks) addTo(creators, creatorOf(each.tally.signature), each)
  const ranks = new Map(leaks.map((each) => [each, rank(each, creators)]))
  const left = [...leaks].sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0) || b.tally.count - a.tally.count)
  const found: Seen[][] = []
  const groups = new Groups()
  for (const each of left) {
    const known = groups.of(each)
    if (known === undefined) found.push([each])
    else found[known]?.push(each)
    groups.add(each, known ?? found.length - 1)
  }
  return found
}

function rank(each: Seen, creators: ReadonlyMap<string, readonly Seen[]>): number {
  if (!waitsForOthers(each)) return 0
  const isVictim = namesOf(each.tally.signature.stack).some(
    ({ text }) => !isStandard(text) && creators.get(text)?.some((other) => other !== each) === true,
  )
  return isVictim ? 2 : 1
}

/** The leaks that have a cause already: there may be thousands, and each asks for the first group that it is of. */
class Groups {
  /** By creator: the first group of any that it has started, and of those of which it has started so many. */
  readonly #first = new Map<string, number>()
  readonly #byCount = new Map<string, Map<number, number>>()

  add({ tally: { signature, count } }: Seen, group: number): void {
    const creator = creatorOf(signature)
    if (creator === '') return
    this.#first.set(creator, Math.min(group, this.#first.get(creator) ?? group))
    const counts = this.#byCount.get(creator) ?? new Map<number, number>()
    this.#byCount.set(creator, counts)
    counts.set(count, Math.min(group, counts.get(count) ?? group))
  }

  /** The first group with one whose victim or neighbour it is. */
  of(each: Seen): number | undefined {
    const groups = [...(waitsForOthers(each) ? this.#withChildren(each) : []), ...this.#withNeighbours(each)]
    return groups.length === 0 ? undefined : groups.reduce((a, b) => Math.min(a, b))
  }

  /** With some that a function of `each` has started, which waits. */
  #withChildren({ tally }: Seen): number[] {
    return namesOf(tally.signature.stack).flatMap(({ text }) => (isStandard(text) ? [] : (this.#first.get(text) ?? [])))
  }

  /** With some that were started by the function that has started `each`, one beside the other. */
  #withNeighbours({ tally: { signature, count } }: Seen): number[] {
    const creator = creatorOf(signature)
    const first = creator === CONNECTION ? this.#first.get(creator) : undefined
    if (first !== undefined) return [first]
    if (isStandard(creator)) return []
    // As many counts as there are cost as many goroutines, squared.
    return [...(this.#byCount.get(creator) ?? [])].flatMap(([other, group]) => (isAsMany(count, other) ? [group] : []))
  }
}

function isAsMany(one: number, other: number): boolean {
  const [few, many] = one < other ? [one, other] : [other, one]
  return few >= FEW && many <= few * AS_MANY
}

function waitsForOthers({ tally }: Seen): boolean {
  for (const state of tally.states.keys()) if (!WAITS_FOR_OTHERS.test(state)) return false
  return true
}
