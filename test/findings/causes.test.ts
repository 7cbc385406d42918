/** Leaks with the same cause, their faults and their callers. */
import { describe, expect, it } from 'vitest'
import { dumpOf, findings, times, type Written } from './findings.ts'

const leaked = (state: string, call: string, by: string, parent = 99): Written => ({
  state: `${state} (leaked)`,
  calls: [call],
  by: `${by} in goroutine ${parent}`,
})
const leaks = (goroutines: readonly Written[]) => findings(dumpOf(goroutines)).filter((each) => each.finding === 'leak')

describe('leaks with the same cause', () => {
  it('are goroutines that wait for leaking goroutines they started', () => {
    const found = leaks([
      leaked('chan receive', 'shop/api.gather()', 'net/http.(*Server).Serve'),
      ...times(4, () => leaked('chan send', 'shop/api.gather.func1()', 'shop/api.gather')),
    ])
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ goroutines: 5, function: 'shop/api.gather.func1', fault: 'send_without_receiver' })
    expect(found[0]?.because).toContain('1 more leak with them in chan receive')
  })

  it('are the two loops of a connection whose body is never closed', () => {
    const found = leaks([
      leaked('select', 'net/http.(*persistConn).readLoop(0xc000010000)', 'net/http.(*Transport).dialConn'),
      leaked('select', 'net/http.(*persistConn).writeLoop(0xc000010000)', 'net/http.(*Transport).dialConn'),
    ])
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({ fault: 'body_never_closed' })
  })

  it('are not all goroutines that one function started', () => {
    const found = leaks([
      ...times(9, () => leaked('chan send', 'shop/api.a()', 'shop/api.start')),
      ...times(3, () => leaked('select', 'shop/api.b()', 'shop/api.start')),
    ])
    expect(found).toHaveLength(2)
  })
})

describe('the fault', () => {
  it.each([
    ['chan send', 'shop/api.put()', 'send_without_receiver', 'communication'],
    ['chan receive (nil chan)', 'shop/api.wait()', 'nil_channel', 'communication'],
    ['select', 'database/sql.(*Rows).awaitDone()', 'rows_never_closed', 'communication'],
    ['chan receive', 'shop/api.wait()', undefined, 'communication'],
    ['sync.Mutex.Lock', 'shop/api.wait()', undefined, 'resource_deadlock'],
    ['IO wait', 'shop/api.read()', undefined, undefined],
  ])('of a leak in [%s] %s is %s', (state, call, fault, kind) => {
    const [first] = leaks([leaked(state, call, 'shop/api.start')])
    expect(first?.fault).toBe(fault)
    expect(first?.hint === undefined).toBe(fault === undefined)
    expect(first?.class).toBe(kind)
  })
})

describe('a helper that several callers share', () => {
  it('gives a finding for each, with the first frame that differs', () => {
    const wait = (caller: string): Written => ({
      state: 'chan send (leaked)',
      calls: ['shop/queue.put()', 'shop/queue.retry()', caller],
    })
    const found = leaks([wait('shop/mail.send()'), wait('shop/bill.send()')])
    expect(found.map(({ caller }) => caller?.split(' ')[0]).sort()).toEqual(['shop/bill.send', 'shop/mail.send'])
  })
})

describe('the goroutine that started another', () => {
  const leak = (parent: number): Written => leaked('chan send', 'shop/api.put()', 'shop/api.serve', parent)

  it('is linked by signature if it is alive', () => {
    const owner: Written = { state: 'chan receive', calls: ['shop/api.serve()'] }
    const [first] = leaks([owner, leak(2), leak(2)])
    expect(first?.parents).toMatchObject({ distinct: 1, alive: 1 })
    expect(first?.parents?.signatures).toHaveLength(1)
    expect(first?.parents?.signatures).not.toEqual(first?.signatures)
  })

  it('is reported as exited, one for each', () => {
    const [first] = leaks([leak(77), leak(78), leak(79)])
    expect(first?.parents).toEqual({ distinct: 3, alive: 0 })
    expect(first?.because).toContain('they were started one each by 3 goroutines that have exited')
  })
})
