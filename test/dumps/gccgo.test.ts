import { expect, it } from 'vitest'
import { readDumps } from './reader.ts'

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

it('reads goroutines of gccgo, whose functions have no parentheses', () => {
  const { dumps, log } = readDumps(DUMP)
  expect(dumps).toMatchObject([{ kind: 'panic', goroutines: 3, damaged: 0, truncated: false }])
  const stacks = dumps[0]?.signatures.map(({ signature }) => signature.stack)
  expect(stacks).toHaveLength(3)
  expect(stacks?.[1]?.createdBy).toMatchObject({ function: 'main.main' })
  expect(stacks?.[1]?.frames).toMatchObject([
    { function: 'runtime.gopark', file: '../../../src/libgo/go/runtime/proc.go', line: 413 },
    { function: 'main..z2fT', file: '/src/a.go', line: 9 },
  ])
  expect(log.toString()).toBe('')
})

it('does not take words after a header for functions of gccgo', () => {
  const text = 'see goroutine 7 [running]:\nmain.go\nis.fine\n'
  const { dumps, log } = readDumps(text)
  expect(dumps).toEqual([])
  expect(log.toString()).toBe(text)
})

it('a goroutine cut in its first frame joins no signature', () => {
  const whole =
    'goroutine 29 [IO wait]:\nmain.read(0x1)\n\t/src/a.go:12 +0x1d\ncreated by main.start\n\t/src/a.go:30 +0x20\n\n'
  for (const cut of [
    'goroutine 75 [select]:\n',
    'goroutine 75 [select]:\nmain.re',
    'goroutine 75 [select]:\nmain.read(0x1)\n',
    'goroutine 75 [select]:\nmain.read(0x1)\n\t/src/a.g',
  ])
    expect(readDumps(whole + cut).dumps[0]).toMatchObject({
      goroutines: 2,
      damaged: 1,
      truncated: true,
      other: 1,
    })
})
