import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LOG_LINES } from '../property/weave.ts'
import { readDumps } from './reader.ts'

const sample = (name: string): string => readFileSync(new URL(`../golden/dumps/${name}`, import.meta.url), 'utf8')
const SERVED = sample('crash-1.27-http.txt')
const ALL = sample('zoo-1.27-stack.txt')
const PROFILE = sample('zoo-1.27-pprof1.txt')
const log = (lines: number): string =>
  Array.from({ length: lines }, (_, n) => `${LOG_LINES[n % LOG_LINES.length]}\n`).join('')

const dumpsOf = (text: string): unknown[] =>
  readDumps(Buffer.from(text)).dumps.map((dump) =>
    `${dump.kind} ${dump.format} ${dump.goroutines} ${dump.reason ?? ''}`.trim(),
  )

/** What runtime.Stack writes into a buffer that is too small. */
const filled = (id: number): string => `goroutine ${id} [running]:\nmain.f()\n\t/src/a.go:3 +0x1\nmain.g()\n\t/src/b.`

describe('a dump after another one', () => {
  it('begins at its own header, and the other one ends before it', () => {
    const one = 'goroutine 7 [running]:\nmain.f(0x1)\n\t/src/a.go:3 +0x1\n'
    const two = one.replace('goroutine 7', 'goroutine 8')
    const [between, end] = [one.length + 'served\n'.length, one.length * 2 + 'served\n'.length]
    expect(readDumps(`${one}served\n${two}`).dumps.map(({ bytes }) => bytes)).toEqual([
      [0, one.length],
      [between, end],
    ])
  })

  it.each([
    [7, 7],
    [7, 8],
  ])('leaves the other one truncated if its buffer was full: goroutines %i and %i', (one, two) => {
    const { dumps } = readDumps(`${filled(one)}\n${filled(two)}\n`)
    expect(dumps.map(({ goroutines, truncated }) => ({ goroutines, truncated }))).toEqual([
      { goroutines: 1, truncated: true },
      { goroutines: 1, truncated: true },
    ])
  })

  it.each([1, 3, 30])('does not belong to the panic that net/http served %i lines before', (lines) => {
    expect(dumpsOf(SERVED + log(lines) + ALL)).toEqual(['panic stack 1 handler boom', 'all stack 39'])
  })

  it('can belong to a second panic that net/http served', () => {
    const second = SERVED.replace('handler boom', 'other').replace('goroutine 7 [', 'goroutine 8 [')
    expect(dumpsOf(SERVED + log(2) + second)).toEqual(['panic stack 1 handler boom', 'panic stack 1 other'])
  })

  it('belongs to the panic that net/http served while the first was open', () => {
    expect(dumpsOf(ALL + log(2) + SERVED + log(3) + ALL)).toEqual([
      'all stack 39',
      'panic stack 1 handler boom',
      'all stack 39',
    ])
  })

  it('can be a stack overflow with its reason', () => {
    const overflow = sample('crash-1.27-overflow.txt')
    expect(dumpsOf(ALL + log(2) + overflow)).toEqual(['all stack 39', 'fatal stack 7 stack overflow'])
  })

  it('does not belong to a panic or a fatal error that a log line separates from it', () => {
    const fatal = sample('dead-1.24-goexit.txt')
    expect(dumpsOf(sample('crash-1.27-panic.txt') + log(1) + ALL)).toEqual(['panic stack 1 boom', 'all stack 39'])
    expect(dumpsOf(fatal + log(1) + ALL)).toEqual([expect.stringMatching(/^fatal stack 1 /), 'all stack 39'])
  })

  it('can be a panic after a crash of all threads', () => {
    const threads = sample('tb-1.27-quit-crash.txt')
    expect(dumpsOf(threads + log(1) + sample('crash-1.27-panic.txt'))).toEqual([
      'signal stack 12 SIGQUIT: quit',
      'panic stack 1 boom',
    ])
  })

  it('was part of that one if it began with the stack of a thread', () => {
    const thread = 'goroutine 0 [idle]:\nruntime.futex()\n\t/go/sys.s:558 +0x23\n\n'
    const dump = `${thread}goroutine 7 [running]:\nmain.f(0x1)\n\t/src/a.go:3 +0x1\n`
    expect(dumpsOf(`${dump}\n${log(1)}\n${dump}`)).toEqual(['all stack 2', 'all stack 2'])
    // While the world is stopped, Go 1.1 shows such a stack among the others.
    expect(dumpsOf(`${dump}\n${thread}goroutine 8 [select]:\n`)).toEqual(['all stack 4'])
  })

  it('belongs to the panic that net/http served after a SIGQUIT of another process', () => {
    expect(dumpsOf(sample('zoo-1.21-quit.txt') + log(1) + SERVED)).toEqual([
      'signal stack 44 SIGQUIT: quit',
      'panic stack 1 handler boom',
    ])
  })

  it('does not belong to a panic many lines before', () => {
    const panic = sample('crash-1.27-panic.txt')
    expect(dumpsOf(panic + log(40) + ALL)).toEqual(['panic stack 1 boom', 'all stack 39'])
  })

  it('is found after a profile that was cut', () => {
    const cut = PROFILE.slice(0, PROFILE.length / 2)
    expect(dumpsOf(`${cut}\n${log(2)}${ALL}`)).toEqual(['all profile 14', 'all stack 39'])
  })

  it('is found after a profile whose empty lines a carrier dropped', () => {
    expect(dumpsOf(PROFILE.replace(/\n+/g, '\n') + log(2) + ALL)).toEqual(['all profile 39', 'all stack 39'])
  })
})

describe('a crash after a profile whose empty lines a carrier dropped', () => {
  it.each([
    ['crash-1.27-panic.txt', 'panic stack 1 boom'],
    ['zoo-1.21-quit.txt', 'signal stack 44 SIGQUIT: quit'],
  ])('keeps its kind and reason: %s', (name, dump) => {
    expect(dumpsOf(PROFILE.replace(/\n+/g, '\n') + log(2) + sample(name))).toEqual(['all profile 39', dump])
  })
})

describe('a profile', () => {
  it('is read with spaces instead of tabs', () => {
    const stacks = (text: string): unknown => readDumps(text).dumps[0]?.signatures.map(({ signature }) => signature.id)
    expect(stacks(PROFILE.replace(/\t/g, '        '))).toEqual(stacks(PROFILE))
  })
})

it('empty lines between log lines stay in the log while a dump is open', () => {
  const one = 'goroutine 7 [running]:\nmain.f(0x1)\n\t/src/a.go:3 +0x1\n'
  const two = 'goroutine 8 [select]:\nmain.g(0x1)\n\t/src/a.go:9 +0x1\n'
  const log = 'served a\n\n\nserved b\n\nserved c\n'
  const { dumps, log: left } = readDumps(`${one}\n${log}\n${two}`)
  expect(dumps).toMatchObject([{ goroutines: 2 }])
  expect(left.toString()).toBe(log)
  // The empty line between two goroutines can be among log lines.
  expect(readDumps(`${one}served a\n\nserved b\n${two}`).log.toString()).toBe('served a\nserved b\n')
})
