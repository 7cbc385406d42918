/** The place of a panic whose stack was cut by hand before it was shared. */
import { expect, it } from 'vitest'
import { findings } from './findings.ts'

const PANIC = 'panic: runtime error: index out of range [3] with length 3\n\ngoroutine 7 [running]:\n'
const FRAME = 'shop/cart.(*Cart).at(0xc000010000, 0x3)\n\t/srv/app/cart.go:40 +0x1d\n'
const OTHER =
  'goroutine 9 [select]:\nshop/mail.drain(0x1)\n\t/srv/app/mail.go:7 +0x1d\ncreated by main.main in goroutine 1\n\t/srv/app/main.go:5 +0x1d\n'

it.each([
  ['after its first call', 'shop/cart.(*Cart).at(0xc000010000, 0x3)\n...\n\nSigned off by nobody.\n'],
  ['after a call without its file', `${FRAME}shop/api.add(0xc000020000)\n~~~\n\nSigned off by nobody.\n`],
  ['in the middle', `${FRAME}shop/api.add(0xc000020000)\n`],
])('is found in a stack that is cut %s', (_where, stack) => {
  for (const chunk of [1 << 20, 7, 1]) {
    const [found, ...others] = findings(PANIC + stack, chunk)
    expect(others).toEqual([])
    expect(found).toMatchObject({ finding: 'crash', severity: 'critical', function: 'shop/cart.(*Cart).at' })
    expect(found?.title).toMatch(/^panic: runtime error: index out of range \[3\] with length 3 in shop\/cart/)
    expect(found?.stack?.[0]).toMatch(/^shop\/cart\.\(\*Cart\)\.at/)
  }
})

it('is not taken from the next goroutine if the frames of the crashed one are missing', () => {
  const [found] = findings(`${PANIC}...\n\n${OTHER}`)
  expect(found?.title ?? '').not.toContain('shop/mail')
})
