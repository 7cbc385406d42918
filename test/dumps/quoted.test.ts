/** Dumps as people quote them: pasted into web pages, reports and code, reindented, with text glued to them. */
import { describe, expect, it } from 'vitest'
import { readDumps } from './reader.ts'

const dumpOf = (text: string): unknown => readDumps(text).dumps[0]
const WHOLE = { goroutines: 1, damaged: 0, truncated: false, foreignLines: 0 }

const goroutine = (indent: string, offset = ' +0x1d'): string =>
  `panic: boom\n\ngoroutine 7 [running]:\nshop.f(0x1)\n${indent}/app/shop.go:12${offset}\nmain.main()\n${indent}/app/main.go:5${offset}\n`

describe('a file line', () => {
  it.each([
    ['two TABs', '\t\t'],
    ['a TAB and blanks', '\t  '],
    ['non-breaking spaces', '\xc2\xa0\xc2\xa0'],
    ['a wide space', '\xe2\x80\x83'],
  ])('indented by %s lost the stack', (_what, indent) => {
    const dump = readDumps(goroutine(indent)).dumps[0]
    expect(dump).toMatchObject({ ...WHOLE, kind: 'panic' })
    expect(dump?.signatures[0]?.signature.stack.frames[0]).toMatchObject({ function: 'shop.f', file: '/app/shop.go' })
  })

  it('with the plus sign of its offset lost in a URL lost the stack', () => {
    expect(dumpOf(goroutine('\t', '  0x1d'))).toMatchObject(WHOLE)
  })

  it('with a multiplication sign in its offset, as a page sets it, lost the stack', () => {
    expect(dumpOf(goroutine('\t', ' +0\xc3\x971d'))).toMatchObject(WHOLE)
    const set = goroutine('\t').replace('0x1)', '0\xc3\x971, \xe2\x80\xa6)')
    expect(dumpOf(set)).toMatchObject({ ...WHOLE, signatures: [{ signature: { stack: { frames: { length: 2 } } } }] })
  })

  it('with only a frame pointer, as up to Go 1.3, lost the stack', () => {
    expect(dumpOf(goroutine('\t', ' +0x1d fp=0xc2080b39f8'))).toMatchObject(WHOLE)
  })

  it('of a runtime in .goc, without an offset as gccgo prints it, lost the stack', () => {
    const text = 'goroutine 7 [select]:\nchanrecv\n\t/libgo/runtime/chan.goc:299\nshop.f\n\t/app/shop.go:3\n'
    expect(dumpOf(text)).toMatchObject(WHOLE)
  })

  it.each([']]></error>', '`', '"</pre>', '......'])('with %j glued to it lost the stack', (glued) => {
    const { dumps, log } = readDumps(`${goroutine('\t').trimEnd()}${glued}\n`)
    expect(dumps[0]).toMatchObject({ ...WHOLE, foreignLines: expect.any(Number) })
    expect(log.toString()).toBe(`${glued}\n`)
  })
})

it('a goroutine that a C function started was damaged', () => {
  const text = 'SIGQUIT: quit\n\ngoroutine 4 [timer goroutine (idle)]:\ncreated by addtimer\n\t/go/time.c:73\n'
  expect(dumpOf(text)).toMatchObject(WHOLE)
})

it.each(['A sentence.', 'A sentence.\n\n```', '// parse reads it.'])(
  'a header quoted in prose made a dump of a call after %j',
  (prose) => {
    const text = `It begins with\n\ngoroutine 7 [running]:\n\n${prose}\nfmt.Println(x)\nand so on\n`
    const { dumps, log } = readDumps(text)
    expect(dumps).toEqual([])
    expect(log.toString()).toBe(text)
  },
)

it('the finalizers of Go 1.3 lost the frame of a function in C', () => {
  const text = `${goroutine('\t')}\ngoroutine 9 [finalizer wait]:\nruntime.park(0x1)\n\t/go/proc.c:3 +0x1\nrunfinq()\n\t/go/mgc0.c:4 +0x1\nruntime.goexit()\n\t/go/proc.c:5\n`
  const [dump] = readDumps(text).dumps
  expect(dump).toMatchObject({ goroutines: 2, damaged: 0, foreignLines: 0 })
  expect(dump?.signatures.map(({ signature }) => signature.stack.frames.length)).toEqual([2, 3])
})

it('a panic logged after the dump of another was taken for the value of that one', () => {
  const text = `${goroutine('\t')}created by shop.x\n\t/app/x.go:1 +0x1\nEND\n\nNEXT\n2026/11/24 08:01:14 http: panic serving 127.0.0.1:1: other\ngoroutine 9 [running]:\nmain.g()\n\t/app/g.go:1 +0x1\n`
  expect(readDumps(text).dumps).toMatchObject([
    { reason: 'boom', goroutines: 1 },
    { reason: 'other', goroutines: 1 },
  ])
})
