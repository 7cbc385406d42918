/** How a goroutine waits, as bits. Computed once per state, since each rule asks for each signature of each dump. */
import { fact } from '../core/facts.ts'
import type { Signature } from '../core/model.ts'
import { namesOf } from '../core/names.ts'
import { rememberedText } from '../core/remembered.ts'

/** It does not run. */
export const WAITS: number = 1 << 0
/** It waits for something other than a goroutine of the program. */
export const OUTER: number = 1 << 1
export const LOCK: number = 1 << 2
/** A lock or a WaitGroup until Go 1.19; the frames decide which. */
export const SEMACQUIRE: number = 1 << 3
export const GROUP: number = 1 << 4
export const CONDITION: number = 1 << 5
export const SEND: number = 1 << 6
/** Receives and sends on a nil channel, and `select {}`, never end (Go specification, Receive operator, Send statements, Select statements). */
export const NEVER_ENDS: number = 1 << 7
/** A wait for a member of a pool can look like this. */
export const POOLED: number = 1 << 8
/** A call outside the program can look like this. */
export const CALLS: number = 1 << 9
export const RECEIVE: number = 1 << 10
export const SELECT: number = 1 << 11
/** To send or to receive: a profile does not always show which (parked.ts). */
export const CHANNEL: number = 1 << 12
/** An iterator whose next value nobody asks for (iter.Pull). */
export const COROUTINE: number = 1 << 13
/** Waits of workers between two jobs, and waits for a timer. */
export const RESTS: number = RECEIVE | SELECT | CHANNEL

export const ONE_OF_BOTH = 'chan'

const PATTERNS: readonly (readonly [way: number, pattern: RegExp])[] = [
  [WAITS, /^(?!running$)/],
  [OUTER, /^(?!sync\.|semacquire|chan\b|select)/],
  [LOCK, /^sync\.(?:Mutex|RWMutex)\./],
  [SEMACQUIRE, /^semacquire$/],
  [GROUP, /^sync\.WaitGroup\.Wait$/],
  [CONDITION, /^sync\.Cond\.Wait$/],
  [SEND, /^chan send$/],
  [NEVER_ENDS, /^(?:chan (?:receive|send) \(nil chan\)|select \(no cases\))$/],
  [POOLED, /^(?:select|chan send|chan receive)$/],
  [RECEIVE, /^chan receive$/],
  [SELECT, /^select$/],
  [CHANNEL, new RegExp(`^${ONE_OF_BOTH}$`)],
  [COROUTINE, /^coroutine$/],
  [CALLS, /^(?:select|chan(?: receive)?|IO wait|syscall|sync\.Cond\.Wait)$/],
]

/** A few dozen states exist (runtime/runtime2.go waitReasonStrings). */
const MOST_STATES = 256

const PARKED = /^(?:internal\/)?sync\.runtime_Semacquire(?:RW)?Mutex/
const LOCKS = /^sync\.\(\*(RWMutex|Mutex)\)\.(R?Lock)$/
/**
 * Functions of the standard library that park a goroutine, with the state that they imply (sync/runtime.go, internal/poll/fd_poll_runtime.go,
 * time/sleep.go).
 */
const PARKS: readonly (readonly [name: RegExp, state: string])[] = [
  [/^sync\.(?:runtime_SemacquireWaitGroup|\(\*WaitGroup\)\.Wait)$/, 'sync.WaitGroup.Wait'],
  [/^sync\.(?:runtime_notifyListWait|\(\*Cond\)\.Wait)$/, 'sync.Cond.Wait'],
  [/^internal\/poll\.runtime_pollWait$/, 'IO wait'],
  [/^time\.Sleep$/, 'sleep'],
]

/** The state of goroutines that their frames imply, if no header gives it; otherwise empty. */
export const stateByFrames: (signature: Signature) => string = fact(({ stack }: Signature) => {
  const names = namesOf(stack)
  const parked = names.findIndex(({ text }) => PARKED.test(text))
  if (parked < 0) {
    const inner = names[0]?.text ?? ''
    return PARKS.find(([name]) => name.test(inner))?.[1] ?? ''
  }
  for (let at = parked + 1; at < names.length; at++) {
    const [, type, method] = LOCKS.exec(names[at]?.text ?? '') ?? []
    if (type !== undefined) return `sync.${type}.${method}`
  }
  return ''
})

/** All bits of a state. */
export const waysOf: (state: string) => number = rememberedText(MOST_STATES, (state) =>
  PATTERNS.reduce((ways, [way, pattern]) => (pattern.test(state) ? ways | way : ways), 0),
)
