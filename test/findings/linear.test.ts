/**
 * Adversarial dumps: thousands of signatures, each of which makes the rules look for others. Analysis must cost no more than their length,
 * or these tests do not end in time: the first of them once took 100 seconds.
 */
import { describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/engine.ts'

const SIGNATURES = 8_000

/** Addresses far apart, like those of objects. */
const at = (i: number): string => `0xc${(i * 65_536).toString(16).padStart(9, '0')}`
const frame = (call: string, i: number): string => `${call}\n\t/app/p${i}/t.go:12 +0x1d\n`
const LOCK_SLOW = (address: string): string => frame(`sync.(*Mutex).lockSlow(${address})`, 0)
const IO = frame('internal/poll.runtime_pollWait(0x1, 0x72)', 0) + frame('net.(*conn).Read(0x1)', 0)

/** The text of `copies` goroutines for each of SIGNATURES stacks. */
function dump(copies: number, state: string, stack: (i: number, copy: number) => string, createdBy = ''): string {
  const parts: string[] = []
  let id = 100_000
  for (let i = 0; i < SIGNATURES; i++)
    for (let copy = 0; copy < copies; copy++)
      parts.push(`goroutine ${++id} [${state}]:\n${stack(i, copy)}${createdBy}\n`)
  return parts.join('')
}

const FLIGHT = 'golang.org/x/sync/singleflight.(*Group)'
const CREATOR = 'created by shop/p.start in goroutine 7\n\t/app/p/t.go:3 +0x1d\n'

const DUMPS: Readonly<Record<string, () => string>> = {
  'a WaitGroup for minutes in another function each': () =>
    dump(
      2,
      'sync.WaitGroup.Wait, 12 minutes',
      (i) =>
        frame('sync.(*WaitGroup).Wait(0xc000000000)', 0) +
        frame(`shop/p${i}.(*T${i}).all(0x1)`, i) +
        Array.from({ length: 80 }, (_, n) => frame(`shop/p.call${n}(0x1)`, n)).join(''),
    ),
  'one lock, with a different receiver type in each': () =>
    dump(
      3,
      'sync.Mutex.Lock, 12 minutes',
      (i) => frame('sync.(*Mutex).Lock(...)', 0) + frame(`shop/p${i}.(*T${i}).get(0xc000000000)`, i),
    ),
  'a pile for each lock': () =>
    dump(10, 'sync.Mutex.Lock, 12 minutes', (i) => LOCK_SLOW(at(i)) + frame(`shop/p${i}.(*T${i}).get(${at(i)})`, i)),
  'a pile for each lock, of one type and one package': () =>
    dump(
      6,
      'sync.Mutex.Lock, 12 minutes',
      (i) => LOCK_SLOW(at(i)) + frame(`shop/p.(*T).get(${at(i)})`, i) + frame(`shop/p.f${i}(0x1)`, i),
    ),
  'locks within one object, each of a different type': () =>
    dump(
      5,
      'sync.Mutex.Lock, 12 minutes',
      (i) =>
        LOCK_SLOW(`0xc0000${(i % 4096).toString(16).padStart(5, '0')}`) +
        frame(`shop/p${i}.(*T${i}).get(0xc000000000)`, i),
    ),
  'piles whose holders each wait for another lock': () =>
    dump(6, 'sync.Mutex.Lock, 12 minutes', (i, copy) =>
      copy === 0
        ? LOCK_SLOW(at(SIGNATURES + i)) +
          frame(`shop/q${i}.(*U${i}).get(${at(SIGNATURES + i)})`, i) +
          frame(`shop/p${i}.(*T${i}).hold(${at(i)})`, i)
        : LOCK_SLOW(at(i)) + frame(`shop/p${i}.(*T${i}).get(${at(i)})`, i),
    ),
  'waiters for a member of a pool': () =>
    dump(
      12,
      'select, 12 minutes',
      (i) => frame('database/sql.(*DB).conn(0xc000000000)', 0) + frame(`shop/p.q${i}(0x1)`, i),
    ),
  'waiters for a lock whose holders wait for the outside world': () =>
    dump(
      6,
      'sync.Mutex.Lock, 12 minutes',
      (i) => frame('sync.(*Mutex).Lock(...)', 0) + frame('shop/p.(*T).get(...)', 0) + frame(`shop/p.f${i}(0x1)`, i),
    ) + dump(1, 'IO wait, 12 minutes', (i) => IO + frame('shop/p.(*T).load(...)', 0) + frame(`shop/p.g${i}(0x1)`, i)),
  'senders that one function started': () =>
    dump(12, 'chan send, 12 minutes', (i) => frame(`shop/p.put${i}(0x1)`, i), CREATOR),
  'waiters for a WaitGroup, among others of the same creator': () =>
    dump(
      2,
      'sync.WaitGroup.Wait, 12 minutes',
      (i) => frame('sync.(*WaitGroup).Wait(0x1)', 0) + frame(`shop/p.f${i}(0x1)`, i),
      CREATOR,
    ),
  'many locks, each with one possible holder': () =>
    dump(1, 'sync.Mutex.Lock', (i) => LOCK_SLOW(at(i)) + frame(`shop/p${i}.(*T).get(${at(i)})`, i), CREATOR) +
    dump(1, 'chan receive', (i) => frame(`shop/p${i}.(*T).load(${at(i)})`, i), CREATOR),
  'handlers of one package': () =>
    dump(
      1,
      'chan receive, 12 minutes',
      (i) => frame('shop/p.get(0x1)', i) + frame(`shop/p.f${i}(0x1)`, i) + frame('net/http.(*conn).serve(0x1)', 0),
    ),
  'calls that wait for a shared call': () =>
    dump(
      1,
      'sync.WaitGroup.Wait',
      (i) => frame('sync.(*WaitGroup).Wait(0x1)', 0) + frame(`${FLIGHT}.Do(0x1)`, 0) + frame(`shop/p.f${i}(0x1)`, i),
      CREATOR,
    ) +
    dump(
      1,
      'chan receive',
      (i) => frame(`shop/q.g${i}(0x1)`, i) + frame(`${FLIGHT}.doCall(0x1)`, 0) + frame(`${FLIGHT}.Do(0x1)`, 0),
      CREATOR,
    ),
  'closures left behind by calls': () => dump(10, 'select', (i) => frame(`shop/p.f${i}.func1()`, i), CREATOR),
  'waiters for a condition': () =>
    dump(
      6,
      'sync.Cond.Wait, 12 minutes',
      (i) => frame('sync.(*Cond).Wait(0x1)', 0) + frame(`shop/p.f${i}(0x1)`, i),
      CREATOR,
    ),
  'calls to the outside world from one function': () =>
    dump(
      1,
      'IO wait, 12 minutes',
      (i) =>
        IO +
        frame('net/http.(*persistConn).roundTrip(0x1)', 0) +
        frame('shop/p.call(0x1)', 0) +
        frame(`shop/p.f${i}(0x1)`, i),
    ),
  'goroutines blocked forever': () =>
    dump(3, 'chan receive (nil chan), 12 minutes', (i) => frame('shop/p.f(0x1)', 0) + frame(`shop/p.g${i}(0x1)`, i)),
}

function findings(text: string): number {
  let found = 0
  const engine = createEngine({ onRecord: ({ type }) => (found += type === 'finding' ? 1 : 0) })
  const bytes = Buffer.from(text)
  for (let from = 0; from < bytes.length; from += 65_536) engine.push(bytes.subarray(from, from + 65_536))
  engine.end()
  expect(engine.stats.dumps).toBeGreaterThan(0)
  return found
}

describe('the analysis of a dump costs no more than its length', () => {
  it.each(Object.entries(DUMPS))('%s', (_, text) => {
    expect(findings(text())).toBeGreaterThanOrEqual(0)
  })

  it.each([
    ['of one creator', 'created by shop/p.start in goroutine 7\n\t/app/p/t.go:3 +0x1d\n', 'shop/p.work'],
    ['each of which started the next', '', 'shop/p.work'],
  ])('thousands of leaks %s', (_, createdBy, name) => {
    const dumps = [2, 4, 6, 8].map((copies, n) => {
      let id = 100_000
      const parts = [
        `2026-11-24T10:${10 + n}:00Z dump\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1d\n\n`,
      ]
      for (let copy = 0; copy < copies; copy++)
        for (let i = 0; i < 3_000; i++) {
          const creator =
            createdBy === '' ? `created by ${name}${i + 1} in goroutine ${id}\n\t/app/p/t.go:3 +0x1d\n` : createdBy
          parts.push(`goroutine ${++id} [chan receive]:\n${frame(`${name}${i}(0x1)`, i)}${creator}\n`)
        }
      return parts.join('')
    })
    expect(findings(dumps.join(''))).toBeGreaterThan(0)
  })
})
