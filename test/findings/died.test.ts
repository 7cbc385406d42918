/** Whether the process died of a panic, as far as the stack shows it. */
import { expect, it } from 'vitest'
import { findings } from './findings.ts'

const STACK = (recovery: readonly string[]): string =>
  [
    '2026/11/24 05:00:00 recovered from panic: boom',
    'goroutine 7 [running]:',
    ...recovery,
    'panic({0x4a2f60, 0xc000014250})',
    '\t/usr/local/go/src/runtime/panic.go:785 +0x132',
    'shop.charge(0x0)',
    '\t/src/shop/charge.go:40 +0x10',
    '',
  ].join('\n')

it.each([
  ['runtime/debug.Stack()', 'recovered: only the stack of its own goroutine was logged'],
  ['shop.recovered()', 'recovered: only the stack of its own goroutine was logged'],
  ['net/http.(*conn).serve.func1()', 'net/http recovered it, and the process goes on'],
])('a stack with %s is of a panic that was recovered', (call, because) => {
  const [found] = findings(STACK([call, '\t/usr/local/go/src/x.go:26 +0x5e']))
  expect(found).toMatchObject({ finding: 'crash', severity: 'warning', because })
  expect(found?.title).toBe('panic: boom in shop.charge charge.go:40')
})
