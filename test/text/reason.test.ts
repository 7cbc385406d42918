import { describe, expect, it } from 'vitest'
import { readLoggedReason } from '../../src/text/reason.ts'

describe('the reason that a log line gives for the dump after it', () => {
  it.each([
    ['2026/11/24 08:01:14 http: panic serving 127.0.0.1:35152: boom', 'boom'],
    [
      'msg="2026/11/24 08:01:14 http: panic serving [::1]:54143: boom\\ngoroutine 24 [running]:\\nnet/http.f()"',
      'boom',
    ],
    ['E1124 08:01:14.000000 1 runtime.go:79] Observed a panic: "boom" (boom)', 'boom'],
    ['E1124 08:01:14.000000 1 runtime.go:79] Observed a panic: &errors.errorString{s:"boom"} (boom)', 'boom'],
    ['Observed a panic: "send on closed channel"', 'send on closed channel'],
    [
      '2026/11/24 08:01:14 panic: runtime error: index out of range [5] with length 3',
      'runtime error: index out of range [5] with length 3',
    ],
    ['level=error msg="panic: boom"', 'boom'],
    ['{"level":"error","msg":"recovered from panic: boom"}', 'boom'],
    ['2026-11-24T08:01:14Z\tERROR\tmw/mw.go:12\tpanicked: boom\t{"request": 7}', 'boom'],
    ['recovered from panic: boom', 'boom'],
    ['handler panicked: boom', 'boom'],
    ['[Recovery] panic recovered: boom', 'boom'],
    ['recovered: boom', 'boom'],
    ['panic="boom"', 'boom'],
    ['E! FATAL: [inputs.shop] panicked: boom, Stack:', 'boom'],
    ['{"level":"error","msg":"panicked","panic":"boom"}', 'boom'],
    ['[negroni] PANIC: boom', 'boom'],
    ['\u001b[31mpanic: boom\u001b[0m', 'boom'],
  ])('%s', (text, reason) => {
    expect(readLoggedReason(text)).toMatchObject({ kind: 'panic', reason })
  })

  it.each(['<br>', '<br />', '&#10;', '&#xA;', '#012', '⏎', '↵', '␤', '␊', '\\n', '\\\\n'])(
    'up to the first line end, written as %s',
    (sign) => {
      const text = Buffer.from(['ERROR panic: boom', '', 'goroutine 7 [running]:', 'main.f(0x1)'].join(sign))
      expect(readLoggedReason(text.toString('latin1'))).toMatchObject({ kind: 'panic', reason: 'boom' })
    },
  )

  it.each([
    [
      '2026/11/24 08:01:14 fatal error: all goroutines are asleep - deadlock!',
      'fatal',
      'all goroutines are asleep - deadlock!',
    ],
    ['web-1  SIGQUIT: quit', 'signal', 'SIGQUIT: quit'],
    ['{"msg":"fatal error: out of memory","host":"h"}', 'fatal', 'out of memory'],
    ['{"msg":"SIGQUIT: quit","host":"h"}', 'signal', 'SIGQUIT: quit'],
  ])('%s', (text, kind, reason) => {
    expect(readLoggedReason(text)).toMatchObject({ kind, reason })
  })

  it.each(['don’t panic', 'panics are bad: see the docs', 'recovering the file: done', 'package.panic: x'])(
    'is not in %s',
    (text) => {
      expect(readLoggedReason(text)).toBeUndefined()
    },
  )
})

it('the alarm of a test, behind what a logger put before it, was taken for a panic', () => {
  const reason = 'test timed out after 1s'
  for (const before of ['go : ', '2026/11/24 08:01:14 '])
    expect(readLoggedReason(`${before}panic: ${reason}`)).toMatchObject({ kind: 'timeout', reason })
})
