/** How many goroutines of a signature wait in a given way. */
import { fact } from '../core/facts.ts'
import type { Signature, SignatureTally } from '../core/model.ts'
import { rememberedText } from '../core/remembered.ts'

/** A test of states that looks at each state once: there are a few dozen (runtime/runtime2.go waitReasonStrings). */
export function statesLike(pattern: RegExp): (state: string) => boolean {
  return rememberedText(256, (state) => pattern.test(state))
}

/** States in which a goroutine waits for another one. */
const isBlocked = statesLike(/^(?:chan (?:receive|send)|select|semacquire|sync\.|panicwait)/)
/** States in which a goroutine waits for work. */
const isKept = statesLike(/^(?:chan receive|select|sync\.Cond\.Wait)$/)

export function inState(tally: SignatureTally, holds: (state: string) => boolean): number {
  let sum = 0
  for (const [state, count] of tally.states) if (holds(state)) sum += count
  return sum
}

export function blockedShare(tally: SignatureTally): number {
  return inState(tally, isBlocked) / tally.count
}

export function mayBeKept(tally: SignatureTally): boolean {
  return inState(tally, isKept) > 0
}

/** Until Go 1.19 the state of a wait for a mutex is `semacquire`, as for a WaitGroup; the frame distinguishes them. */
export function isLock(state: string, tally: SignatureTally): boolean {
  return state === 'semacquire' && isInMutex(tally.signature)
}

const isInMutex = fact(({ stack }: Signature) =>
  stack.frames.some((frame) => /^(?:internal\/)?sync\.runtime_Semacquire(?:RW)?Mutex/.test(frame.function)),
)
