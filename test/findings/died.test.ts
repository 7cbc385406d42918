/** Whether the process died of a panic, as far as the stack shows. */
import { expect, it } from 'vitest'
import { dumpOf, findings, type Written } from './findings.ts'

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
])('a stack with %s belongs to a panic that was recovered', (call, because) => {
  const [found] = findings(STACK([call, '\t/usr/local/go/src/x.go:26 +0x5e']))
  expect(found).toMatchObject({ finding: 'crash', severity: 'warning', because })
  expect(found?.title).toBe('panic: boom in shop.charge charge.go:40')
})

const QUIT = 'SIGQUIT: quit\nPC=0x46d1a1 m=0 sigcode=0\n\n'
const worker = (state: string, name: string): Written => ({
  state,
  calls: [`shop.${name}()`],
  by: 'shop.start in goroutine 1',
})

it('a process ended by SIGQUIT: reports the longest waits, since it usually hangs', () => {
  const text =
    QUIT +
    dumpOf([worker('select, 2 minutes', 'poll'), worker('chan receive, 9 minutes', 'load'), worker('running', 'spin')])
  const [found] = findings(text)
  expect(found).toMatchObject({ finding: 'crash', severity: 'info', goroutines: 2 })
  expect(found?.because).toBe(
    'Go prints its goroutines and exits when it gets SIGQUIT; the longest waits: 1 goroutine in chan receive, shop.load shopload.go:9, for up to 9 minutes; 1 goroutine in select, shop.poll shoppoll.go:9, for up to 2 minutes',
  )
  expect(found).not.toHaveProperty('function')
})

it('a process ended by SIGQUIT: reports the largest groups if there are no minutes', () => {
  const [found] = findings(
    QUIT + dumpOf([worker('select', 'poll'), worker('chan receive', 'load'), worker('chan receive', 'load')]),
  )
  expect(found?.because).toMatch(
    /; the largest groups that wait: 2 goroutines in chan receive, shop\.load \S+; 1 goroutine in select/,
  )
  expect(found?.signatures).toHaveLength(2)
})

it('a process ended by SIGQUIT: reports the main goroutine, although it may only wait for the end', () => {
  const [found] = findings(
    `${QUIT}goroutine 1 [chan receive]:\nmain.run()\n\t/src/main.go:9 +0x1d\nmain.main()\n\t/src/main.go:5 +0x1d\n`,
  )
  expect(found?.because).toMatch(
    /; the largest groups that wait: the main goroutine in chan receive, main\.run main\.go:9$/,
  )
})

it('a process ended by another signal is not reported as waiting', () => {
  const [found] = findings(`SIGABRT: abort\nPC=0x46d1a1 m=0 sigcode=0\n\n${dumpOf([worker('select', 'poll')])}`)
  expect(found).toMatchObject({ finding: 'crash', severity: 'critical', signatures: [] })
})
