/** Naming the test that has not returned. */
import { expect, it } from 'vitest'
import { dumpOf, findings, type Written } from './findings.ts'

const RUNNER = 'testing.tRunner(0xc000010000)'
const test = (state: string, ...calls: string[]): Written => ({ state, calls, by: 'testing.(*T).Run in goroutine 1' })
const ALARM = 'panic: test timed out after 10m0s\n\n'
const hangs = test('chan receive, 9 minutes', 'shop.wait()', 'shop.TestHangs(0xc000010000)', RUNNER)

it('names the one that runs, not those that wait for their turn or for a subtest', () => {
  const turn = test('chan receive, 10 minutes', 'testing.(*T).Parallel(0xc000010000)', 'shop.TestTurn(0x1)', RUNNER)
  const parent = test('chan receive, 9 minutes', 'testing.(*T).Run(0xc000010000)', 'shop.TestParent(0x1)', RUNNER)
  const [found] = findings(ALARM + dumpOf([turn, parent, hangs]))
  expect(found).toMatchObject({
    finding: 'timeout',
    title: 'test timed out after 10m0s: TestHangs',
    because: 'this test has not returned',
  })
})

it('names the one that waits for a subtest if there is no other', () => {
  const parent = test('chan receive, 9 minutes', 'testing.(*T).Run(0xc000010000)', 'shop.TestParent(0x1)', RUNNER)
  expect(findings(ALARM + dumpOf([parent]))[0]?.title).toBe('test timed out after 10m0s: TestParent')
})

const CALLED = ['reflect.Value.call({0x1, 0x2})', 'reflect.Value.Call({0x1, 0x2})']

it.each([
  ['testify', 'github.com/stretchr/testify/suite.Run.func1(0xc000010000)', RUNNER, 'testing.(*T).Run'],
  [
    'check.v1',
    'gopkg.in/check%2ev1.(*suiteRunner).forkTest.func1(0xc000010000)',
    'gopkg.in/check%2ev1.(*suiteRunner).forkCall.func1(0x1)',
    'gopkg.in/check%2ev1.(*suiteRunner).forkCall',
  ],
])('names the test of a suite of %s', (_name, caller, outer, by) => {
  const inSuite: Written = {
    state: 'select, 9 minutes',
    calls: ['shop.poll()', 'shop.(*cartSuite).TestAdds(0xc000010000)', ...CALLED, caller, outer],
    by: `${by} in goroutine 7`,
  }
  expect(findings(ALARM + dumpOf([inSuite]))[0]?.title).toBe('test timed out after 10m0s: TestAdds')
})

it('names the test if go test ended the process with SIGQUIT', () => {
  const [found] = findings(`SIGQUIT: quit\nPC=0x46d1a1 m=0 sigcode=0\n\n${dumpOf([hangs])}`)
  expect(found).toMatchObject({ finding: 'crash', severity: 'info' })
  expect(found?.because).toMatch(/; TestHangs has not returned$/)
})
