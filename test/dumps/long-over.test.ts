/** Dumps that were cut, with a long stretch of log before the next one. */
import { describe, expect, it } from 'vitest'
import { readDumps } from './reader.ts'

const log = (time: string, count = 4): string =>
  Array.from({ length: count }, (_, i) => `2026-11-24T${time}:0${i}Z served /${i}\n`).join('')
const STACK = 'main.work(0x1)\n\t/app/main.go:5 +0x20\ncreated by main.main\n\t/app/main.go:9 +0x1\n'
const LOGGED = `goroutine 900 [running]:\nruntime/debug.Stack()\n\t/go/debug/stack.go:26 +0x5e\n${STACK}`

describe('a preamble cut before its first goroutine', () => {
  const cut = (after: string): string => `${log('08:00')}SIGQUIT: quit\nPC=0x46a8e1 m=0 sigcode=0\n\n${after}`

  it('passed its kind on to a stack logged hours later', () => {
    const text = cut(`${log('10:15')}${LOGGED}`)
    const { dumps, log: rest } = readDumps(text)
    expect(dumps).toMatchObject([{ kind: 'single', reason: undefined, goroutines: 1 }])
    expect(rest.toString()).toBe(cut(log('10:15')))
  })

  it('keeps its kind across log lines of the same minute', () => {
    expect(readDumps(cut(`${log('08:00')}${LOGGED}`)).dumps).toMatchObject([{ kind: 'signal', goroutines: 1 }])
  })

  it('keeps its kind across one line with another time', () => {
    expect(readDumps(cut(`${log('10:15', 1)}${LOGGED}`)).dumps).toMatchObject([{ kind: 'signal', goroutines: 1 }])
  })
})

describe('a dump cut in the middle of a goroutine', () => {
  const before = `${log('08:00')}goroutine 1 [running]:\n${STACK}\ngoroutine 7 [select]:\nmain.work(0x1)\n`
  const later = `goroutine 31 [select]:\n${STACK}\ngoroutine 32 [select]:\n${STACK}`

  it('took the goroutines of a dump hours later', () => {
    const { dumps } = readDumps(`${before}${log('10:15')}${later}`)
    expect(dumps).toMatchObject([
      { goroutines: 2, damaged: 1, truncated: true },
      { goroutines: 2, damaged: 0, truncated: false },
    ])
  })

  it('continues after log lines of the same minute', () => {
    expect(readDumps(`${before}${log('08:00')}${later}`).dumps).toMatchObject([{ goroutines: 4 }])
  })

  it('continues after log lines of the same minute as log within it', () => {
    const text = `${before.replace('\ngoroutine 7', `${log('08:05', 2)}\ngoroutine 7`)}${log('08:05')}${later}`
    expect(readDumps(text).dumps).toMatchObject([{ goroutines: 4 }])
  })
})
