/**
 * The rules, in one table: what must hold for a finding, and a dump that shows it. docs/findings-and-verdicts.md is printed from it.
 */
import type { FindingKind } from '../core/model.ts'
import { asking } from './asking.ts'
import { calls } from './calls.ts'
import { ring } from './chains.ts'
import { crash, deadlock, race, timeout } from './died.ts'
import { ending } from './ending.ts'
import type { Finding, Scene } from './finding.ts'
import { flights } from './flights.ts'
import { deserted, handlers } from './handlers.ts'
import { growing, leak, stuck } from './judged.ts'
import { left } from './left.ts'
import { lost } from './lost.ts'
import { ownLock } from './own-lock.ts'
import { nobodyEnds, pileUp, standstill } from './pile-up.ts'
import { pool } from './pool.ts'
import { slow } from './slow.ts'

export interface Rule {
  readonly finding: FindingKind
  /** What must hold. */
  readonly when: string
  /** A real dump in test/golden/dumps, or the test that shows it. */
  readonly example: string
  /** What it looks at. Who runs waits for nobody: of a dump where all do, no rule of waits is asked. */
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
    when: '50 goroutines or more wait for one lock, or 100 to send in one place; 20 for one lock whose holder waits for the world outside or for another goroutine; 10 where each of them has waited for 3 minutes, and, if they send, none of their kin is at work; 5 where both hold for a lock',
    example: 'test/findings/waits.test.ts',
    of: 'waits',
    find: pileUp,
  },
  {
    finding: 'pile_up',
    when: '1000 goroutines or more wait to receive, or in a select, in one place, or 100 in a closure of the function that has started them, the calls that have done so have returned, and no other goroutine of that code goes on',
    example: 'test/findings/left.test.ts',
    of: 'waits',
    find: left,
  },
  {
    finding: 'pool',
    when: '50 goroutines or more wait for a member of a pool that the table of pools knows, or 10 who have all waited for 3 minutes; fewer where nobody of their code is at work with one, or each that is known to be taken has one who waits for another',
    example: 'src/leaks/pools.ts',
    of: 'waits',
    find: pool,
  },
  {
    finding: 'slow',
    when: 'fewer than 10 goroutines have waited for a lock, or to send, for 3 minutes or more; to send, only where none of their kin (who has started them, whom they or the same function have started) is at work',
    example: 'src/findings/slow.ts',
    of: 'waits',
    find: slow,
  },
  {
    finding: 'slow',
    when: 'a call to the world outside that the table of calls knows takes longer than anybody waits, or 10 have taken 3 minutes; or 3 wait for the output of commands that have ended',
    example: 'test/findings/calls.test.ts',
    of: 'waits',
    find: calls,
  },
  {
    finding: 'slow',
    when: 'handlers of requests wait to receive, for a WaitGroup or for a condition, for 3 minutes or more, no other goroutine of the code that waits goes on, and none of their kin is at work',
    example: 'test/findings/handlers.test.ts',
    of: 'waits',
    find: handlers,
  },
  {
    finding: 'slow',
    when: 'goroutines wait for a WaitGroup, to receive or for a condition, for 3 minutes or more, in a function whose name says that it ends something (`Close`, `Stop`, `Shutdown`), and no other goroutine of that code goes on',
    example: 'test/findings/ending.test.ts',
    of: 'waits',
    find: ending,
  },
  {
    finding: 'slow',
    when: 'goroutines wait to receive, in a select or for a condition, for 3 minutes or more, in a call that the table of names knows, or, also for a WaitGroup, in one whose caller the table of callers knows, and no other goroutine of that code is at work',
    example: 'test/findings/asking.test.ts',
    of: 'waits',
    find: asking,
  },
  {
    finding: 'stuck',
    when: 'several goroutines of one package wait for locks, to send, or to write into a pipe, no other goroutine of that code is at work or waits for the world outside, and none who may hold the lock, or receive, rests in a receive or a select, which may be a timer; or one rests there who has started them, or closes what they are in; or the calls that have started the senders have returned; or those who would receive wait for the lock or send themselves. Who does nothing but send may hand out ids, or rows, and is held up only with others. One alone, if besides none of that code is in a select, and, if it waits for a lock, one alone may hold it, which waits for another itself',
    example: 'bench/verdicts/program/hangs',
    of: 'waits',
    find: standstill,
  },
  {
    finding: 'stuck',
    when: 'several wait for a WaitGroup, and none of them has started a goroutine that lives; or one, if nobody else is in its package, either; or 100 for a condition, or 5 for one that as many calls have come to, who has started them has exited, and no goroutine of that code goes on',
    example: 'test/findings/standstill.test.ts',
    of: 'waits',
    find: nobodyEnds,
  },
  {
    finding: 'stuck',
    when: 'one waits for a lock of an object, it is in another method of that object, nobody else is in any method of that type, and no other goroutine of that code goes on',
    example: 'test/findings/own-lock.test.ts',
    of: 'waits',
    find: ownLock,
  },
  {
    finding: 'stuck',
    when: '3 handlers of requests wait for a WaitGroup or for a condition, nobody else of the code that waits goes on or may have a timer, and nobody of another package than `main` is at work',
    example: 'test/findings/handlers.test.ts',
    of: 'waits',
    find: deserted,
  },
  {
    finding: 'stuck',
    when: 'several wait in singleflight for a call that another goroutine makes, which waits for another one itself, and no goroutine of the code that it calls goes on',
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
