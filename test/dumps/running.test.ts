import { describe, expect, it } from 'vitest'
import { readDumps } from './reader.ts'

const DUMPER = 'goroutine 1 [running]:\nmain.dump()\n\t/app/main.go:116 +0x3d\nmain.main()\n\t/app/main.go:58 +0x34d\n'
const WAITING = 'goroutine 21 [chan receive]:\nmain.receive(0x0?)\n\t/app/main.go:175 +0x15\n'

describe('a second running goroutine', () => {
  // Go 1.26.8 printed these for a service that logged while it dumped.
  it.each([
    ['syscall.Syscall(0x1, 0x1, 0xa87cfc1b000, 0x70)', 'syscall/syscall_linux.go:74 +0x25'],
    ['os/signal.signal_recv()', 'runtime/sigqueue.go:152 +0x29'],
    ['main._Cfunc_sleep(0x3c)', '_cgo_gotypes.go:45 +0x45'],
  ])('that just left a system call, %s, belongs to the same dump', (call, file) => {
    const leaving = `goroutine 6 [running]:\n${call}\n\t/usr/local/go/src/${file}\nmain.log()\n\t/app/main.go:27 +0xb3\n`
    const { dumps } = readDumps([DUMPER, WAITING, leaving, WAITING.replace('21', '22')].join('\n'))
    expect(dumps).toMatchObject([{ kind: 'all', goroutines: 4 }])
  })

  it('with frames of the program on top begins the next dump', () => {
    const other = DUMPER.replace('goroutine 1', 'goroutine 9')
    const { dumps } = readDumps([DUMPER, WAITING, other, WAITING.replace('21', '22')].join('\n'))
    expect(dumps).toMatchObject([{ goroutines: 2 }, { goroutines: 2 }])
  })
})
