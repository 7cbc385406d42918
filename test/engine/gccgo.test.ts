/** Output of a program built with gccgo 12.2: `runtime.Stack`, `debug=1`, and a panic. */
import { expect, it } from 'vitest'
import { parseDumps } from '../../src/stream/parse.ts'

const STACKS = `goroutine 1 [running]:
main.main
	/srv/shop/main.go:28

goroutine 20 [chan receive]:
main.queue.drain
	/srv/shop/main.go:14
created by main.main
	/srv/shop/main.go:19 +0x132

goroutine 21 [chan receive]:
main.queue.drain
	/srv/shop/main.go:14
created by main.main
	/srv/shop/main.go:19 +0x132

goroutine 23 [semacquire]:
sync.runtime__SemacquireMutex
	../../../src/libgo/go/runtime/sema.go:71
sync.Mutex.lockSlow
	../../../src/libgo/go/sync/mutex.go:162
sync.Mutex.Lock
	../../../src/libgo/go/sync/mutex.go:81
main.main..func1
	/srv/shop/main.go:23
created by main.main
	/srv/shop/main.go:23 +0x25e

goroutine 24 [select (no cases)]:
main.main..func2
	/srv/shop/main.go:24
created by main.main
	/srv/shop/main.go:24 +0x272
`
const PROFILE = `goroutine profile: total 6
4 @
#	0x0

2 @ 0x7f879bd22a16 0x7f879bd2d925 0x5590af263f1f
#	0x7f879bd84dcb	runtime/pprof.writeRuntimeProfile+0x14b			../../../src/libgo/go/runtime/pprof/pprof.go:739
#	0x5590af263f1e	main.main+0x66a						/srv/shop/main.go:32
`
const PANIC = `panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x5590af2638a0]

goroutine 1 [running]:
main.queue.drain
	/srv/shop/main.go:14
main.main
	/srv/shop/main.go:35
`

it('reads goroutines without arguments, and creators', () => {
  const [dump, ...records] = parseDumps(STACKS)
  expect(dump).toMatchObject({ type: 'dump', kind: 'all', goroutines: 5, signatures: 4, damaged: 0, truncated: false })
  expect(records).toContainEqual(
    expect.objectContaining({ type: 'signature', function: 'main.queue.drain', count: 2, created_by: 'main.main' }),
  )
})

it('reads a profile with goroutines without stacks', () => {
  expect(parseDumps(PROFILE)[0]).toMatchObject({ type: 'dump', format: 'profile', goroutines: 6, damaged: 0 })
})

it('reads a panic', () => {
  expect(parseDumps(PANIC)[0]).toMatchObject({
    ...{ type: 'dump', kind: 'panic', goroutines: 1, damaged: 0 },
    reason: 'runtime error: invalid memory address or nil pointer dereference',
  })
})
