/** What was opened and never closed, in one dump. */
import { describe, expect, it } from 'vitest'
import { dumpOf, findings, times, type Written } from './findings.ts'

const STARTER = 77
const response: Written = {
  state: 'select, 16 minutes',
  calls: ['net/http.(*persistConn).readLoop(0xc000014000)'],
  by: `net/http.(*Transport).dialConn in goroutine ${STARTER}`,
}
const queryOf = (starter: number): Written => ({
  state: 'select, 16 minutes',
  calls: ['database/sql.(*Rows).awaitDone(0xc000014000)'],
  by: `database/sql.(*Rows).initContextClose in goroutine ${starter}`,
})
const query = queryOf(STARTER)
const transaction: Written = {
  state: 'select, 16 minutes',
  calls: ['database/sql.(*Tx).awaitDone(0xc000014000)'],
  by: `database/sql.(*DB).beginDC in goroutine ${STARTER}`,
}
const iterator: Written = {
  state: 'coroutine, 16 minutes',
  calls: ['iter.Pull[...].func1.1()', 'shop/pages.all.func1(0xc000014000)', 'iter.Pull[...].func1()'],
  by: `iter.Pull[...] in goroutine ${STARTER}`,
}
const work = (call: string, state = 'IO wait'): Written => ({
  state,
  calls: [call, 'main.work()'],
  by: 'main.main in goroutine 9',
})

describe('what was left open', () => {
  it.each([
    ['response', 'body_never_closed', response],
    ['query', 'rows_never_closed', query],
    ['transaction', 'transaction_never_ended', transaction],
    ['iterator', 'iterator_never_stopped', iterator],
  ])('is reported: a %s', (what, fault, each) => {
    const [first, ...others] = findings(dumpOf([each, work('main.other()')]))
    expect(others).toEqual([])
    expect(first).toMatchObject({
      finding: 'slow',
      goroutines: 1,
      fault,
      title: `1 ${what} left open for up to 16 minutes`,
    })
    expect(first?.hint).toBeDefined()
  })

  it('is counted', () => {
    const [first] = findings(dumpOf(times(3, (i) => queryOf(STARTER + i))))
    expect(first).toMatchObject({ goroutines: 3, title: '3 queries left open for up to 16 minutes' })
    expect(first?.because).toBe('the goroutines that opened them have exited, and no goroutine uses them')
  })

  it('is reported beside those that are in use', () => {
    const using = { ...query, state: 'select', by: 'database/sql.(*Rows).initContextClose in goroutine 4' }
    const dump = dumpOf([query, using, work('database/sql.(*Rows).Scan()', 'runnable')])
    // Two would be left if their starters had exited; one is in use.
    expect(findings(dump)).toEqual([])
    expect(findings(dumpOf([query, using, work('main.other()')]))[0]).toMatchObject({ goroutines: 1 })
  })

  it.each<[string, Written[]]>([
    ['may have been opened a moment ago', [{ ...query, state: 'select, 2 minutes' }]],
    ['may be a long download', [{ ...response, state: 'select, 9 minutes' }]],
    ['is being read', [response, work('net/http.(*bodyEOFSignal).Read()')]],
    ['is being copied', [response, work('io.copyBuffer()', 'runnable')]],
    ['is read row by row', [query, work('database/sql.(*Rows).Next()')]],
    ['has statements in it', [transaction, work('database/sql.(*Tx).ExecContext()')]],
    [
      'belongs to a goroutine that is alive',
      [{ ...query, by: 'database/sql.(*Rows).initContextClose in goroutine 3' }, work('main.report()', 'runnable')],
    ],
    [
      'is older than Go 1.21, which does not name the starter',
      [{ ...query, by: 'database/sql.(*Rows).initContextClose' }],
    ],
  ])('is not reported if it %s', (_how, goroutines) => {
    expect(findings(dumpOf(goroutines))).toEqual([])
  })
})
