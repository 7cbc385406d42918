import { describe, expect, it } from 'vitest'
import { trailingStack } from '../../src/text/stack-lines.ts'

const stack = [
  '\t/src/shop/start.go:12 +0x1d',
  'created by example.com/shop.Start in goroutine 7',
  '\t/src/shop/cart.go:31',
  'example.com/shop.(*Cart[...]).Add(...)',
]

describe('trailingStack', () => {
  it('finds a trailing stack without its header', () => {
    const log = 'level=info msg=ready\n'
    const text = `${log}${stack.join('\n')}\nexample.com/sh`
    expect(trailingStack(Buffer.from(text)).from).toBe(log.length)
  })

  it('finds no stack in a log whose lines name their caller, as with zap and logrus', () => {
    const line = '{"level":"info","caller":"server/handler.go:12","msg":"handled (200)"}\n'
    expect(trailingStack(Buffer.from(`${line.repeat(100)}{"lev`)).from).toBeGreaterThanOrEqual(line.length * 99)
  })

  it('reads no further back than the stack goes', () => {
    const line = '{"level":"info","caller":"server/handler.go:12","msg":"handled (200)"}\n'
    const text = Buffer.from(line.repeat(1000) + stack.join('\n'))
    expect(trailingStack(text).from).toBeGreaterThan(line.length * 990)
  })
})

describe('trailingStack().isOpen, whether the stack may have begun earlier', () => {
  const line = '{"level":"info","caller":"server/handler.go:12","msg":"handled (200)"}\n'

  it('is true if the lines begin in the middle of a stack, and for few lines', () => {
    expect(trailingStack(Buffer.from(`${stack.join('\n')}\n`)).isOpen).toBe(true)
    expect(trailingStack(Buffer.from('level=info msg=ready\n')).isOpen).toBe(true)
    expect(trailingStack(Buffer.alloc(0)).isOpen).toBe(true)
  })

  it('is false for a log whose lines name their caller, and for a stack after such a log', () => {
    expect(trailingStack(Buffer.from(line.repeat(100))).isOpen).toBe(false)
    expect(trailingStack(Buffer.from(`${line.repeat(100)}${stack.join('\n')}\n`)).isOpen).toBe(false)
  })
})
