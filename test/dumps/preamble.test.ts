import { describe, expect, it } from 'vitest'
import { readDumps } from './reader.ts'

const DUMP = 'goroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1\n'
const first = (text: string): unknown => readDumps(text).dumps[0]

describe('the first line of a preamble', () => {
  it.each([
    ['what a terminal shows of Ctrl-\\', '^\\SIGQUIT: quit\nPC=0x6cc43 m=2 sigcode=0\n\n', 'signal', 'SIGQUIT: quit'],
    ['what comes after a prompt', '/ # ^\\SIGQUIT: quit\nPC=0x6cc43 m=2 sigcode=0\n\n', 'signal', 'SIGQUIT: quit'],
    ['an old line of registers', '/ # ^\\SIGQUIT: quit\nPC=0x6cc43 m=2\n\n', 'signal', 'SIGQUIT: quit'],
    ['a string of code', 'const text = `fatal error: boom\n\n', 'fatal', 'boom'],
    ['a byte order mark', '\xef\xbb\xbfpanic: boom\n\n', 'panic', 'boom'],
    ['a prefix of the log package', '2026/11/24 08:01:14 panic: boom\n\n', 'panic', 'boom'],
    [
      'a prefix, and the signal line of the runtime',
      '2026/11/24 08:01:14 panic: boom\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]\n\n',
      'panic',
      'boom',
    ],
  ])('keeps its kind and reason: %s', (_what, preamble, kind, reason) => {
    expect(first(preamble + DUMP)).toMatchObject({ kind, reason, goroutines: 1 })
  })

  const SEGV = 'panic: runtime error: invalid memory address or nil pointer dereference'
  const SIGNAL = '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x10f2c5a]'
  const right = { kind: 'panic', reason: SEGV.slice('panic: '.length), goroutines: 1, damaged: 0 }

  it('can be wrapped by a terminal at any width, like the line of the signal', () => {
    for (let width = 8; width < SEGV.length; width++) {
      const wrap = (line: string): string => `${line.slice(0, width)}\n${line.slice(width)}`
      const { dumps, log } = readDumps(`${wrap(SEGV)}\n${SIGNAL}\n\n${DUMP}`)
      expect(dumps).toMatchObject([right])
      expect(log.toString()).toBe('')
    }
    for (let width = SIGNAL.indexOf('code'); width < SIGNAL.length; width++) {
      const { dumps, log } = readDumps(`${SEGV}\n${SIGNAL.slice(0, width)}\n${SIGNAL.slice(width)}\n\n${DUMP}`)
      expect(dumps).toMatchObject([right])
      expect(log.toString(), `${width}`).toBe('')
    }
  })

  it('can be wrapped by a mail client at a blank', () => {
    const { dumps, log } = readDumps(
      `${SEGV.replace('pointer ', 'pointer\n')}\n${SIGNAL.replace(' pc', '\npc')}\n\n${DUMP}`,
    )
    expect(dumps).toMatchObject([right])
    expect(log.toString()).toBe('')
  })

  it('does not continue on any other line', () => {
    const text = 'panic: runtime error: invalid memory\nserving\n'
    const { dumps, log } = readDumps(text + DUMP)
    expect(dumps).toMatchObject([{ kind: 'panic', reason: 'runtime error: invalid memory' }])
    expect(log.toString()).toBe('serving\n')
  })

  it('a recovered panic two lines before is not the reason', () => {
    expect(first(`recovered from panic: boom\nserving on\n${DUMP}`)).toMatchObject({ kind: 'single' })
  })
})

describe('a crash with only headers', () => {
  it.each([
    ['Go 1.2 that died while it printed', 'fatal error: fault\n[signal 0xb code=0x80 addr=0x0]\n\n', 'fatal', 'fault'],
    ['a page that shows no more', 'panic: boom\n\n', 'panic', 'boom'],
    ['a signal', 'SIGILL: illegal instruction\nPC=0x1832fea5 m=0\n\n', 'signal', 'SIGILL: illegal instruction'],
  ])('was log: %s', (_what, preamble, kind, reason) => {
    const { dumps, log } = readDumps(
      `before\n${preamble}goroutine 25 [running]:\n\ngoroutine 1 [select]:\nSegmentation fault\n`,
    )
    expect(dumps).toMatchObject([{ kind, reason, goroutines: 2, damaged: 2, truncated: true }])
    expect(log.toString()).toBe('before\nSegmentation fault\n')
  })

  it('is found at the end of the input, too', () => {
    expect(first('panic: boom\n\ngoroutine 1 [running]:\n')).toMatchObject({ kind: 'panic', goroutines: 1, damaged: 1 })
  })

  it('is not found without a preamble, or if other lines separate the preamble from a header', () => {
    for (const before of ['panic: boom\n\nand the text says\n', 'see this:\n'])
      expect(readDumps(`${before}goroutine 1 [running]:\nis a header\n`).dumps).toEqual([])
  })
})

describe('a stack without a header before the first goroutine was left in the log', () => {
  const MORE =
    'scanblock(0xc000012345, 0x28)\n\t/go/src/runtime/mgc0.c:948 +0x8c1\nruntime.mcall()\n\t/go/src/runtime/asm.s:9 +0x1\n\n'

  it.each([
    ['a function in C', MORE],
    ['a creator alone', 'created by main.main\n\t/src/main.go:9 +0x1\n\n'],
  ])('if it begins with %s', (_what, stack) => {
    const { dumps, log } = readDumps(`SIGSEGV: segmentation violation\nPC=0x40e191\n\n${stack}${DUMP}`)
    expect(dumps).toMatchObject([{ kind: 'signal', goroutines: 1, damaged: 0 }])
    expect(log.toString()).toBe('')
  })

  it('if it follows the pc that Go 1.0 printed', () => {
    const { dumps, log } = readDumps(`SIGQUIT: quit\npc: 0x40e191\n\n${MORE}${DUMP}`)
    expect(dumps).toMatchObject([{ kind: 'signal', reason: 'SIGQUIT: quit', goroutines: 1, damaged: 0 }])
    expect(log.toString()).toBe('')
  })

  it.each([
    [
      'runtime: newstack sp=0x10 stack=[0x10, 0x20]\n\tmorebuf={pc:0x1 sp:0x2 lr:0x0}\n\tsched={pc:0x1 sp:0x2}\n',
      'stack split at bad time',
    ],
    [
      'runtime: newstack called from g=0xc0\n\tm=0xc0 m->curg=0xc1 m->g0=0xc2 m->gsignal=0xc3\n',
      'wrong goroutine in newstack',
    ],
  ])('if the runtime could not grow it: %s', (before, error) => {
    const stack = 'syscall.Kill(0x1, 0x2)\n\t/go/src/syscall/asm.s:40 +0x5b\n'
    const { dumps, log } = readDumps(`${before}${stack}fatal error: runtime: ${error}\n\n${DUMP}`)
    expect(dumps).toMatchObject([{ kind: 'fatal', reason: `runtime: ${error}`, goroutines: 1, damaged: 0 }])
    expect(log.toString()).toBe('')
  })
})

it.each([
  'SIGABRT: used by abort, replace SIGIOT in the future',
  'SIGTRAP: trace trap (not reset when caught)',
  'SIGUSR1: user-defined signal 1',
])('the signal name of some systems was lost: %s', (line) => {
  const { dumps, log } = readDumps(`${line}\n\n${DUMP}`)
  expect(dumps).toMatchObject([{ kind: 'signal', reason: line, goroutines: 1 }])
  expect(log.toString()).toBe('')
})

it('a crash without goroutines was lost if a terminal padded its lines with blanks', () => {
  const lines = [
    'fatal error: boom',
    '[signal 0xc0000005 code=0x0 addr=0x10 pc=0x424bda]',
    '',
    'runtime stack:',
    'runtime.throw(0x63ece0)',
    '\t/go/panic.c:464 +0x67',
  ]
  for (const filled of [lines.map((line) => `${line} `), lines.map((line) => line.padEnd(80))]) {
    const { dumps, log } = readDumps(`${filled.join('\n')}\n`)
    expect(dumps).toMatchObject([{ kind: 'fatal', reason: 'boom', goroutines: 0 }])
    expect(log.toString()).toBe('')
  }
})
