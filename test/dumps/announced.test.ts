import { expect, it } from 'vitest'
import { readDumps } from './reader.ts'

const PANIC = '2026/11/24 08:01:14 http: panic serving 127.0.0.1:35152: boom\n'
const DUMP = 'goroutine 7 [running]:\nmain.f(0x1)\n\t/app/main.go:12 +0x1d\n'
const dumpBehind = (log: string): unknown => readDumps(log + DUMP).dumps[0]

it('a dump after a panic that net/http reports belongs to that panic', () => {
  expect(dumpBehind(PANIC)).toMatchObject({ kind: 'panic', reason: 'boom' })
})

it('a panic that net/http reported long ago is not the reason of a dump', () => {
  // A header without frames: the lines before it are searched for a reason, but no dump follows.
  const header = 'goroutine 5 [running]:\n'
  const served = '2026/11/24 08:01:15 served\n'.repeat(100)
  expect(dumpBehind(PANIC + header + served)).toMatchObject({ kind: 'single' })
})
