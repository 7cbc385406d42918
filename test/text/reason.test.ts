import { describe, expect, it } from 'vitest'
import { readLoggedReason } from '../../src/text/reason.ts'
import { feed } from '../property/weave.ts'

describe('the reason that a log line gives for the dump after it', () => {
  it.each([
    ['2026/11/24 08:01:14 http: panic serving 127.0.0.1:35152: boom', 'boom'],
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
  ])('%s', (text, reason) => {
    expect(readLoggedReason(text)).toMatchObject({ kind: 'panic', reason })
  })

  it.each([
    [
      '2026/11/24 08:01:14 fatal error: all goroutines are asleep - deadlock!',
      'fatal',
      'all goroutines are asleep - deadlock!',
    ],
    ['web-1  SIGQUIT: quit', 'signal', 'SIGQUIT: quit'],
  ])('%s', (text, kind, reason) => {
    expect(readLoggedReason(text)).toMatchObject({ kind, reason })
  })

  it.each(['don’t panic', 'panics are bad: see the docs', 'recovering the file: done', 'package.panic: x'])(
    '%s: none',
    (text) => {
      expect(readLoggedReason(text)).toBeUndefined()
    },
  )
})

const DUMP = 'goroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1\n'
const first = (text: string): unknown => feed([Buffer.from(text, 'latin1')]).records[0]

describe('the first line of a preamble', () => {
  it.each([
    ['what a terminal shows of Ctrl-\\', '^\\SIGQUIT: quit\nPC=0x6cc43 m=2 sigcode=0\n\n', 'signal', 'SIGQUIT: quit'],
    ['a byte order mark', '\xef\xbb\xbfpanic: boom\n\n', 'panic', 'boom'],
    ['a prefix of the log package', '2026/11/24 08:01:14 panic: boom\n\n', 'panic', 'boom'],
    [
      'a prefix, and what the runtime says of a signal',
      '2026/11/24 08:01:14 panic: boom\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]\n\n',
      'panic',
      'boom',
    ],
  ])('%s loses neither kind nor reason', (_what, preamble, kind, reason) => {
    expect(first(preamble + DUMP)).toMatchObject({ kind, reason, goroutines: 1 })
  })

  it('a recovered panic two lines before is not the reason', () => {
    expect(first(`recovered from panic: boom\nserving on\n${DUMP}`)).toMatchObject({ kind: 'single' })
  })
})
