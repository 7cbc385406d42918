/** Groups leaks that have one cause. */
import { namesOf } from '../core/names.ts'
import { addTo, creatorOf } from '../leaks/kin.ts'
import { isStandard } from '../stacks/title.ts'
import type { Seen } from './finding.ts'

/** States in which a goroutine may wait for those that it has started. */
const WAITS_FOR_OTHERS = /^(?:chan receive|select|sync\.WaitGroup\.Wait|sync\.Cond\.Wait|semacquire)$/
/** The two goroutines of a connection (net/http/transport.go dialConn). */
const CONNECTION = 'net/http.(*Transport).dialConn'
/** Goroutines that are started together come in equal numbers, except those in flight: largest ratio of two counts, … */
const AS_MANY = 1.25
/** … and smallest count for which that means anything. */
const LEAST_TOGETHER = 3

/**
 * Groups of leaks. Each begins with the one to look at first; then follow its victims, which leak because they wait for leaking goroutines that
 * they have started.
 */
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

/** The groups so far. There may be thousands of leaks, and each asks for the first group that it belongs to. */
class Groups {
  /** By creator: the first group with any goroutines that it has started, and the first group with exactly this many of them. */
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

  /** The first group with a leak whose victim or sibling it is. */
  of(each: Seen): number | undefined {
    const groups = [...(waitsForOthers(each) ? this.#withChildren(each) : []), ...this.#withNeighbours(each)]
    return groups.length === 0 ? undefined : groups.reduce((a, b) => Math.min(a, b))
  }

  /** Groups with leaks that a function on the stack of `each` has started, if `each` waits for others. */
  #withChildren({ tally }: Seen): number[] {
    return namesOf(tally.signature.stack).flatMap(({ text }) => (isStandard(text) ? [] : (this.#first.get(text) ?? [])))
  }

  /** Groups with leaks that were started by the creator of `each`, one for one. */
  #withNeighbours({ tally: { signature, count } }: Seen): number[] {
    const creator = creatorOf(signature)
    const first = creator === CONNECTION ? this.#first.get(creator) : undefined
    if (first !== undefined) return [first]
    if (isStandard(creator)) return []
    // n different counts take at least n²/2 goroutines, so this list is short.
    return [...(this.#byCount.get(creator) ?? [])].flatMap(([other, group]) => (isAsMany(count, other) ? [group] : []))
  }
}

function isAsMany(one: number, other: number): boolean {
  const [few, many] = one < other ? [one, other] : [other, one]
  return few >= LEAST_TOGETHER && many <= few * AS_MANY
}

function waitsForOthers({ tally }: Seen): boolean {
  for (const state of tally.states.keys()) if (!WAITS_FOR_OTHERS.test(state)) return false
  return true
}
