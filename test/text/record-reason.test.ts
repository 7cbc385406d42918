/** The panic as described by a record that holds a stack. */
import { describe, expect, it } from 'vitest'
import { readRecordReason } from '../../src/text/record-reason.ts'

const STACK = 'goroutine 7 [running]:\nmain.f(0x1)\n\t/app/main.go:3 +0x1d\n'
const json = (fields: object): string => JSON.stringify(fields)
const quoted = JSON.stringify(STACK)

describe('the reason in a record', () => {
  it.each([
    ['a message that begins like that of the runtime', json({ level: 'error', msg: 'panic: boom', stack: STACK })],
    ['a message that mentions the panic', json({ message: 'recovered from panic: boom', stack: STACK })],
    [
      'a field of controller-runtime',
      json({ msg: 'Observed a panic', controller: 'x', panic: 'boom', stacktrace: STACK }),
    ],
    ['an error beside a message about a panic', json({ msg: 'recovered from panic', error: 'boom', stack: STACK })],
    ['the error of a handler that panicked', json({ msg: 'handler panicked', err: 'boom', stack: STACK })],
    ['a field and nothing else', json({ msg: 'request failed', panic: 'boom', stack: STACK })],
    ['a field after the stack', json({ msg: 'request failed', stack: STACK, panic: 'boom' })],
    [
      'the nearest of several fields before the stack',
      json({ fields: { panic: 'outer' }, embed: [{ fields: { panic: 'boom', stack: STACK } }, { panic: 'other' }] }),
    ],
    ['a label of echo', '[PANIC RECOVER] boom '],
    ['logfmt', `level=error msg=recovered panic=boom stack=${quoted}`],
    ['log/slog, before its fields', `2026/11/24 07:00:00 ERROR panic err=boom stack=${quoted}`],
    ["zap's console", `2026-11-24T07:00:00Z\tERROR\tx/y.go:3\tpanic recovered\t{"error": "boom", "stack": ${quoted}}`],
  ])('is given by %s', (_what, line) => {
    expect(readRecordReason(line)).toEqual({ kind: undefined, reason: 'boom', within: 1 })
  })

  it.each([
    ['an error without a panic', json({ msg: 'request failed', error: 'no such user', stack: STACK })],
    ['a file whose name says recover', json({ msg: 'x', file: 'recover.go', error: 'no such user', stack: STACK })],
    [
      'functions of the stack',
      json({ msg: 'x', error: 'e', stack: `${STACK}main.recover(0x1)\n\t/app/recover.go:3\n` }),
    ],
    ['a boolean field', json({ msg: 'request failed', panic: false, stack: STACK })],
    ['a null value', json({ msg: 'panic recovered', error: null, stack: STACK })],
  ])('is not %s', (_what, line) => {
    expect(readRecordReason(line)).toBeUndefined()
  })

  it('has its escapes resolved to the bytes of the log', () => {
    const line = '{"panic":"caf\\u00e9 \\"x\\"","stack":"…"}'
    expect(Buffer.from(readRecordReason(line)?.reason ?? '', 'latin1').toString()).toBe('café "x"')
  })
})
