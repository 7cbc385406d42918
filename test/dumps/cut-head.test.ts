/** A dump that is cut within a line, with a line end after the cut from its writer or a shipper. */
import { expect, it } from 'vitest'
import { readDumps } from './reader.ts'

const STACK = 'goroutine 7 [running]:\nmain.g(0x1)\n\t/app/main.go:12 +0x1d\n'
const CREATED = 'created by main.main in goroutine 1\n\t/app/main.go:30 +0x20\n'
const LOG = '2026/11/24 08:14:00 std logger line 1\n2026/11/24 08:14:00 std logger line 2\n'

/** For each dump: goroutines, goroutines with a signature, damaged goroutines, whether it is truncated. */
function read(text: string): unknown[] {
  const { dumps } = readDumps(Buffer.from(text))
  return dumps.map(({ goroutines, other, damaged, truncated }) => [goroutines, goroutines - other, damaged, truncated])
}

it.each([
  'main.f(0x1, 0x',
  'main.f(',
  'main.f({0xc000012345, 0x',
  'shop/cart.(*Cart',
  'shop/cart.(*Cart[...]).Ru',
  'crea',
  'created by ',
  'created by main',
])('a stack cut in the line %j has no signature, and its dump is truncated', (head) => {
  expect(read(`${STACK}${head}\n${LOG}`)).toEqual([[1, 0, 1, true]])
})

it('a cut stack counts as the only known stack that begins like it', () => {
  const whole = `${STACK.replace('7 [running]', '8 [select]')}main.f(0x1, 0x2)\n\t/app/main.go:20 +0x1d\n${CREATED}\n`
  const running = `goroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1d\n\n${whole}`
  expect(read(`${running}${STACK.replace('running', 'select')}main.f(0x1, 0x\n${LOG}`)).toEqual([[3, 3, 1, true]])
})

it.each(['gorout', 'goroutine 8', 'goroutine 8 [sel'])(
  'a dump cut in the header %j is truncated, and the stack before it is complete',
  (head) => {
    expect(read(`${STACK}${CREATED}\n${head}\n${LOG}`)).toEqual([[1, 1, 0, true]])
    expect(read(`${STACK}${CREATED}\n${head}\n${LOG}${STACK}${CREATED}`)).toEqual([
      [1, 1, 0, true],
      [1, 1, 0, false],
    ])
  },
)

it('a dump cut in the stack of an ancestor is truncated', () => {
  expect(read(`${STACK}${CREATED}[originating from gorou\n${LOG}`)).toEqual([[1, 0, 1, true]])
})

it('a header followed by a cut first call is a dump', () => {
  expect(read(`goroutine 7 [running]:\nmain.f(0x1, 0x\n${LOG}`)).toEqual([[1, 0, 1, true]])
})

it('a log line after a complete stack is not taken for a cut line', () => {
  for (const line of ['main.f(0x1, 0x', 'created by main', 'request.done('])
    expect(read(`${STACK}${CREATED}${line}\n${LOG}`)).toEqual([[1, 1, 0, false]])
})

it('a cut line that continues later does not damage the stack', () => {
  expect(read(`${STACK}main.f(0x1, 0x\n${LOG}2)\n\t/app/main.go:20 +0x1d\n${CREATED}`)).toEqual([[1, 1, 0, false]])
})
