/** The rules, in one table: the condition of each finding, and a dump that shows it. docs/findings-and-verdicts.md is generated from it. */
import type { FindingKind } from '../core/model.ts'
import { abandoned } from './abandoned.ts'
import { asking } from './asking.ts'
import { calls } from './calls.ts'
import { ring } from './chains.ts'
import { crash, deadlock, race, timeout } from './died.ts'
import { ending } from './ending.ts'
import type { Finding, Scene } from './finding.ts'
import { flights } from './flights.ts'
import { deserted, forsaken, handlers } from './handlers.ts'
import { growing, leak, stuck } from './judged.ts'
import { left } from './left.ts'
import { lost } from './lost.ts'
import { ownLock } from './own-lock.ts'
import { nobodyEnds, pileUp, standstill } from './pile-up.ts'
import { pool } from './pool.ts'
import { slow } from './slow.ts'

export interface Rule {
  readonly finding: FindingKind
  /** The condition. */
  readonly when: string
  /** A real dump in test/golden/dumps, or the test that shows it. */
  readonly example: string
  /** What the rule looks at. A running goroutine waits for nobody: if all run, the rules about waits are skipped. */
  readonly of: 'text' | 'waits' | 'verdicts'
  readonly find: (scene: Scene) => readonly Finding[]
}

export const RULES: readonly Rule[] = [
  {
    finding: 'crash',
    when: 'the dump begins with a panic, a fatal error or a signal, or its only goroutine has `panic` in its stack',
    example: 'crash-1.27-nil.txt',
    of: 'text',
    find: crash,
  },
  {
    finding: 'deadlock',
    when: 'the runtime says that all goroutines are asleep',
    example: 'dead-1.27-mutex.txt',
    of: 'text',
    find: deadlock,
  },
  {
    finding: 'deadlock',
    when: 'each of several locks may be held by exactly one goroutine, which waits for the next of them; their addresses are known',
    example: 'test/findings/waits.test.ts',
    of: 'waits',
    find: ring,
  },
  {
    finding: 'leak',
    when: 'the verdict on a signature is `leaking`; goleak lists it',
    example: 'leaky-1.27-three-dumps.txt',
    of: 'verdicts',
    find: leak,
  },
  {
    finding: 'lost',
    when: 'goroutines other than the main one wait on a nil channel, or in a `select` without cases',
    example: 'zoo-1.27-stack.txt',
    of: 'waits',
    find: lost,
  },
  {
    finding: 'pile_up',
    when: '50 goroutines or more wait for one lock, or 100 to send in one place; 20 if the holder of the lock waits for the outside world or for another goroutine; 10 if as many have waited for 3 minutes and, for senders, none of their kin is at work; 5 if both are true of a lock',
    example: 'test/findings/waits.test.ts',
    of: 'waits',
    find: pileUp,
  },
  {
    finding: 'pile_up',
    when: '1000 goroutines or more wait to receive, or in a select, in one place, or 100 in a closure of the function that has started them; the calls that started them have returned, and no other goroutine of that code is active',
    example: 'test/findings/left.test.ts',
    of: 'waits',
    find: left,
  },
  {
    finding: 'pool',
    when: '50 goroutines or more wait for a member of a pool that the table of pools knows, or 10 that have waited for 3 minutes; fewer if no goroutine of their code is at work with a member, or if each member known to be taken is held by a goroutine that waits for another',
    example: 'src/leaks/pools.ts',
    of: 'waits',
    find: pool,
  },
  {
    finding: 'slow',
    when: 'goroutines that are no pile-up have waited for a lock, to send, or for a reader of a pipe, for 3 minutes or more; senders only if none of their kin (their starters, and goroutines that they or the same function have started) is at work',
    example: 'src/findings/slow.ts',
    of: 'waits',
    find: slow,
  },
  {
    finding: 'slow',
    when: 'a call outside the program that the table of calls knows takes longer than the table allows, or 10 have taken 3 minutes; or 3 wait for the output of commands that have exited',
    example: 'test/findings/calls.test.ts',
    of: 'waits',
    find: calls,
  },
  {
    finding: 'slow',
    when: 'request handlers wait to receive, for a WaitGroup or for a condition, for 3 minutes or more, no other goroutine of the waiting code is active, and none of their kin is at work; those that receive in their own body only if a client has left; 10 unary calls of gRPC also in a select, after 11 minutes, unless the name of a function says that it waits for an event',
    example: 'test/findings/handlers.test.ts',
    of: 'waits',
    find: handlers,
  },
  {
    finding: 'slow',
    when: 'request handlers wait for another goroutine, also in a select, although their clients have left, 2 of those that have waited for 3 minutes or 3 without minutes, and no other goroutine of the waiting code is active; for the outside world only if they have waited for 3 minutes',
    example: 'test/findings/clients.test.ts',
    of: 'waits',
    find: forsaken,
  },
  {
    finding: 'slow',
    when: 'goroutines wait for a WaitGroup, to receive or for a condition, for 3 minutes or more, in a function whose name says that it ends something (`Close`, `Stop`, `Shutdown`), and no other goroutine of that code is active',
    example: 'test/findings/ending.test.ts',
    of: 'waits',
    find: ending,
  },
  {
    finding: 'slow',
    when: 'goroutines wait to receive, in a select or for a condition, for 3 minutes or more, in a call that the table of names knows or (here also for a WaitGroup) whose caller the table of callers knows, and no other goroutine of that code is at work',
    example: 'test/findings/asking.test.ts',
    of: 'waits',
    find: asking,
  },
  {
    finding: 'slow',
    when: 'responses, queries, transactions or iterators were left open for 3 minutes or more (responses for 10), no goroutine uses them, and those that opened them (unknown for responses) have exited',
    example: 'test/findings/abandoned.test.ts',
    of: 'waits',
    find: abandoned,
  },
  {
    finding: 'stuck',
    when: 'several goroutines of one package wait for locks, to send, or to write into a pipe, no other goroutine of that code is at work or waits for the outside world, and none that may hold the lock, or receive, waits in a receive or a select, which may have a timer. One may wait there if it has started them or closes what they are in. Senders are also stuck if the calls that have started them have returned, or if those that would receive wait for the lock or send themselves. A goroutine that only sends may hand out ids or rows, and is stuck only together with others. A single goroutine is stuck if also none of that code is in a select and, for a lock, only one goroutine may hold it, which waits for another one itself',
    example: 'bench/verdicts/program/hangs',
    of: 'waits',
    find: standstill,
  },
  {
    finding: 'stuck',
    when: 'several goroutines wait for a WaitGroup, and none of them has started a goroutine that is alive; or one waits, and no other goroutine is in its package either; or 100 wait for conditions, or 5 from different calls for the same one, their starters have exited, and no other goroutine of that code is active',
    example: 'test/findings/standstill.test.ts',
    of: 'waits',
    find: nobodyEnds,
  },
  {
    finding: 'stuck',
    when: 'a goroutine waits for a lock of an object and is in another method of that object, no other goroutine is in a method of that type, and none of that code is active',
    example: 'test/findings/own-lock.test.ts',
    of: 'waits',
    find: ownLock,
  },
  {
    finding: 'stuck',
    when: '3 request handlers wait for a WaitGroup or for a condition, no other goroutine of the waiting code is active or may have a timer, and none of any package other than `main` is at work',
    example: 'test/findings/handlers.test.ts',
    of: 'waits',
    find: deserted,
  },
  {
    finding: 'stuck',
    when: 'several goroutines wait in singleflight, or for 3 minutes in a function of the program, for a call that another goroutine makes inside it, which waits for another one itself, and no goroutine of the code that it calls is active',
    example: 'test/findings/flights.test.ts',
    of: 'waits',
    find: flights,
  },
  {
    finding: 'stuck',
    when: 'the verdict on a signature is `stuck`',
    example: 'test/leaks/leak.test.ts',
    of: 'verdicts',
    find: stuck,
  },
  {
    finding: 'growing',
    when: 'the verdict on a signature is `growing`',
    example: 'leaky-1.27-three-dumps.txt',
    of: 'verdicts',
    find: growing,
  },
  {
    finding: 'race',
    when: 'the dump is a report of the race detector',
    example: 'race-1.27.txt',
    of: 'text',
    find: race,
  },
  {
    finding: 'timeout',
    when: 'the alarm of `go test` has gone off',
    example: 'test-1.27-timeout.txt',
    of: 'text',
    find: timeout,
  },
]
