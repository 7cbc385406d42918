/** How many goroutines of a signature wait in which way. */
import { fact } from '../core/facts.ts'
import type { Signature, SignatureTally } from '../core/model.ts'
import { rememberedText } from '../core/remembered.ts'

/** A test of states, each of which is looked at once: there are a few dozen (runtime/runtime2.go waitReasonStrings). */
export function statesLike(pattern: RegExp): (state: string) => boolean {
  return rememberedText(256, (state) => pattern.test(state))
}

/** States in which a goroutine waits until another one does something. */
const isBlocked = statesLike(/^(?:chan (?:receive|send)|select|semacquire|sync\.|panicwait)/)
/** Waits for what may come. */
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

/** Until 1.19 a mutex is `semacquire`, as a WaitGroup is; the frame tells. */
export function isLock(state: string, tally: SignatureTally): boolean {
  return state === 'semacquire' && isInMutex(tally.signature)
}

const isInMutex = fact(({ stack }: Signature) =>
  stack.frames.some((frame) => /^(?:internal\/)?sync\.runtime_Semacquire(?:RW)?Mutex/.test(frame.function)),
)
