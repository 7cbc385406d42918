import { expect, it } from 'vitest'
import { feed } from '../property/weave.ts'

const DUMP = `panic: boom

goroutine 16 [running]:
main.f
\t/src/a.go:12
main.main
\t/src/a.go:30
runtime_main
\t../../../src/libgo/runtime/proc.c:606

goroutine 18 [chan receive]:
runtime.gopark
\t../../../src/libgo/go/runtime/proc.go:413
main..z2fT
\t/src/a.go:9
created by main.main
\t/src/a.go:20 +0x10

goroutine 19 [finalizer wait]:
runtime.goexit
\t:0
`

it('goroutines of gccgo have functions without parentheses', () => {
  const { records, log } = feed([Buffer.from(DUMP)])
  expect(records.filter((record) => record.type === 'dump')).toMatchObject([
    { kind: 'panic', goroutines: 3, signatures: 3, damaged: 0, truncated: false },
  ])
  expect(records).toContainEqual(
    expect.objectContaining({
      created_by: 'main.main',
      stack: ['runtime.gopark ../../../src/libgo/go/runtime/proc.go:413', 'main..z2fT /src/a.go:9'],
    }),
  )
  expect(log.toString()).toBe('')
})

it('words after a header are no functions of gccgo', () => {
  const text = 'see goroutine 7 [running]:\nmain.go\nis.fine\n'
  const { records, log } = feed([Buffer.from(text)])
  expect(records.filter((record) => record.type === 'dump')).toEqual([])
  expect(log.toString()).toBe(text)
})

it('a goroutine that was cut in its first frame joins no signature', () => {
  const whole =
    'goroutine 29 [IO wait]:\nmain.read(0x1)\n\t/src/a.go:12 +0x1d\ncreated by main.start\n\t/src/a.go:30 +0x20\n\n'
  for (const cut of [
    'goroutine 75 [select]:\n',
    'goroutine 75 [select]:\nmain.re',
    'goroutine 75 [select]:\nmain.read(0x1)\n',
    'goroutine 75 [select]:\nmain.read(0x1)\n\t/src/a.g',
  ])
    expect(feed([Buffer.from(whole + cut)]).records[0]).toMatchObject({
      goroutines: 2,
      damaged: 1,
      truncated: true,
      other: { count: 1 },
    })
})
