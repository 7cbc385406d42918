/**
 * Derives the states of a text profile, which has none. The innermost functions of the runtime have no frames in it, but their pcs are there:
 * goroutines that wait in the same way are parked at the same addresses of one binary.
 *
 *     1 @ 0x48e76e 0x41d2bc 0x41ceb7 0x7db46e    gopark, chansend, chansend1, main.(*compactor).suggest
 *     1 @ 0x48e76e 0x41e2ae 0x41ddd2 0x7d4a35    gopark, chanrecv, chanrecv1, main.main
 *     1 @ 0x48e76e 0x46d3f7 0x7d5a11             gopark, selectgo, main.(*cache).janitor
 *
 * The linker keeps the functions of a file in order, and in runtime/chan.go those that send come before those that receive. That holds from Go
 * 1.15 to 1.27 (test/golden/dumps/zoo-*-pprof1.txt).
 */
import type { Signature, SignatureTally } from '../core/model.ts'
import { fileOf } from '../core/names.ts'
import { ONE_OF_BOTH, stateByFrames } from './ways.ts'

/** Largest size of all functions of runtime/chan.go together, on any architecture, in bytes. */
const FILE_BYTES = 0x8000
/** With `-trimpath` only this much of the path is left. */
const RUNTIME = /(?:^|\/src\/)runtime\/[^/]*\.go$/
const NONE: ReadonlyMap<string, number> = new Map()

/** States per signature, by slot; empty if the profile does not show the state of all of its goroutines. */
export function parkedStates(signatures: readonly SignatureTally[]): readonly ReadonlyMap<string, number>[] {
  const parked = new Parked(signatures)
  return signatures.map((tally) => parked.statesOf(tally))
}

/** A wait on a channel: the address in the function that waits (chansend, chanrecv), and in its caller. */
interface Channel {
  readonly op: number
  readonly call: number
}

class Parked {
  /** Addresses in gopark of the goroutines whose frames show how they wait. */
  readonly #parks: ReadonlySet<number>
  /** Pcs → state: thousands of signatures have a few dozen. */
  readonly #states: ReadonlyMap<string, string>

  constructor(signatures: readonly SignatureTally[]) {
    const shown = new Set<string>()
    const hidden = new Set<string>()
    for (const { signature, parked } of signatures) {
      const all = stateByFrames(signature) !== '' ? shown : isInRuntime(signature) ? undefined : hidden
      for (const pcs of all === undefined ? [] : (parked?.keys() ?? [])) all?.add(pcs)
    }
    this.#parks = new Set([...shown].map((pcs) => numbersOf(pcs)[0] ?? 0))
    const channels = new Channels([...hidden].flatMap((pcs) => this.#channelOf(pcs) ?? []))
    this.#states = new Map([...hidden].map((pcs) => [pcs, this.#stateOf(pcs, channels)]))
  }

  statesOf({ signature, count, parked = NONE }: SignatureTally): ReadonlyMap<string, number> {
    const byFrames = stateByFrames(signature)
    if (byFrames !== '') return new Map([[byFrames, count]])
    if (isInRuntime(signature)) return NONE
    const states = new Map<string, number>()
    for (const [pcs, number] of parked) {
      const state = this.#states.get(pcs) ?? ''
      if (state === '') return NONE
      states.set(state, (states.get(state) ?? 0) + number)
    }
    return states
  }

  #stateOf(pcs: string, channels: Channels): string {
    const channel = this.#channelOf(pcs)
    if (channel !== undefined) return channels.stateOf(channel)
    const [park = 0, ...others] = numbersOf(pcs)
    return others.length === 1 && this.#parks.has(park) ? 'select' : ''
  }

  #channelOf(pcs: string): Channel | undefined {
    const [park = 0, op = 0, call = 0, ...others] = numbersOf(pcs)
    if (others.length > 0 || call === 0 || !this.#parks.has(park)) return undefined
    return call < op && op - call < FILE_BYTES ? { op, call } : undefined
  }
}

/** Largest distance between the calls of chanrecv in chanrecv1 and chanrecv2, which are next to each other. For chansend there is only chansend1. */
const TWINS_BYTES = 0x80

/** Distinguishes senders from receivers. */
class Channels {
  /** Addresses from which chansend and chanrecv are called, if any goroutine waits in them; empty if the addresses contradict the assumed order. */
  readonly #called: readonly (readonly number[])[]

  constructor(all: readonly Channel[]) {
    const called: number[][] = []
    for (const call of [...new Set(all.map((each) => each.call))].sort((a, b) => a - b)) {
      const last = called.at(-1)
      if (last !== undefined && call - (last.at(-1) ?? 0) <= TWINS_BYTES) last.push(call)
      else called.push([call])
    }
    const [[first = 0] = [], [second] = []] = called
    const isInOrder = all.every(
      ({ op, call }) => op - first < FILE_BYTES && (second === undefined || call >= second || op < second),
    )
    this.#called = called.length <= 2 && isInOrder ? called : []
  }

  stateOf({ call }: Channel): string {
    const [sends = [], receives = []] = this.#called
    if (this.#called.length < 2) return sends.length > 1 ? 'chan receive' : sends.length === 1 ? ONE_OF_BOTH : ''
    return sends.includes(call) ? 'chan send' : receives.includes(call) ? 'chan receive' : ''
  }
}

function numbersOf(pcs: string): number[] {
  return pcs === '' ? [] : pcs.split(' ').map(Number)
}

/** Is the innermost frame a function of the runtime, under the name that another package links to it? */
function isInRuntime({ stack }: Signature): boolean {
  return RUNTIME.test(fileOf(stack, 0)?.text ?? '')
}
