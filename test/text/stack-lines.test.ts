import { describe, expect, it } from 'vitest'
import { trailingStack } from '../../src/text/stack-lines.ts'

const stack = [
  '\t/src/shop/start.go:12 +0x1d',
  'created by example.com/shop.Start in goroutine 7',
  '\t/src/shop/cart.go:31',
  'example.com/shop.(*Cart[...]).Add(...)',
]

describe('trailingStack', () => {
  it('finds the stack that stands before its header', () => {
    const log = 'level=info msg=ready\n'
    const text = `${log}${stack.join('\n')}\nexample.com/sh`
    expect(trailingStack(Buffer.from(text)).from).toBe(log.length)
  })

  it('finds no stack in a log whose lines name their caller, as zap and logrus do', () => {
    const line = '{"level":"info","caller":"server/handler.go:12","msg":"handled (200)"}\n'
    expect(trailingStack(Buffer.from(`${line.repeat(100)}{"lev`)).from).toBeGreaterThanOrEqual(line.length * 99)
  })

  it('reads no further back than the stack goes', () => {
    const line = '{"level":"info","caller":"server/handler.go:12","msg":"handled (200)"}\n'
    const text = Buffer.from(line.repeat(1000) + stack.join('\n'))
    expect(trailingStack(text).from).toBeGreaterThan(line.length * 990)
  })
})

describe('trailingStack, whether it may have begun before', () => {
  const line = '{"level":"info","caller":"server/handler.go:12","msg":"handled (200)"}\n'

  it('is so of a stack that the lines begin in the middle of, and of few lines', () => {
    expect(trailingStack(Buffer.from(`${stack.join('\n')}\n`)).isOpen).toBe(true)
    expect(trailingStack(Buffer.from('level=info msg=ready\n')).isOpen).toBe(true)
    expect(trailingStack(Buffer.alloc(0)).isOpen).toBe(true)
  })

  it('is not so of a log whose lines name their caller, nor of a stack behind it', () => {
    expect(trailingStack(Buffer.from(line.repeat(100))).isOpen).toBe(false)
    expect(trailingStack(Buffer.from(`${line.repeat(100)}${stack.join('\n')}\n`)).isOpen).toBe(false)
  })
})
