/** Request handlers that wait for another goroutine. */
import { describe, expect, it } from 'vitest'
import { dumpOf, findings, times, type Written } from './findings.ts'

const SERVE = ['main.route()', 'net/http.HandlerFunc.ServeHTTP()', 'net/http.(*conn).serve(0xc000010000)']
const handler = (state: string, ...calls: readonly string[]): Written => ({
  state,
  calls: [...(calls.length > 0 ? calls : ['shop/quotes.(*broker).get(0x0?)']), ...SERVE],
  by: 'net/http.(*Server).Serve in goroutine 99',
})
const other = (state: string, call: string, by = 'main.main in goroutine 1'): Written => ({ state, calls: [call], by })
const tick = other('sleep', 'main.tick()')
const gather = (minutes: number): Written =>
  handler(`sync.WaitGroup.Wait, ${minutes} minutes`, 'sync.(*WaitGroup).Wait(0x0?)', 'shop/render.pages()')
const child = (parent: number, state: string): Written => ({
  state: `${state}, 3 minutes`,
  calls: ['shop/render.page()'],
  by: `shop/render.pages in goroutine ${parent}`,
})

describe('handlers that wait for minutes', () => {
  it('to receive are slow', () => {
    const [first, ...others] = findings(dumpOf([...times(3, () => handler('chan receive, 3 minutes')), tick]))
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'slow', goroutines: 3, function: 'shop/quotes.(*broker).get' })
    expect(first?.title).toBe('3 goroutines in chan receive for up to 3 minutes at shopquotesbrokerget0x0.go:9')
  })

  it('for a condition are slow, like a gRPC handler', () => {
    const wait = handler(
      'sync.Cond.Wait, 3 minutes',
      'sync.runtime_notifyListWait(0x0?)',
      'sync.(*Cond).Wait(0x0?)',
      'shop/queue.take()',
    )
    const unary: Written = {
      state: 'chan receive, 3 minutes',
      calls: ['shop/stock.take()', 'google.golang.org/grpc.(*Server).processUnaryRPC(0x0?)'],
      by: 'google.golang.org/grpc.(*Server).serveStreams.func1 in goroutine 99',
    }
    expect(findings(dumpOf([wait, unary, tick])).map(({ finding }) => finding)).toEqual(['slow', 'slow'])
  })

  it('in the code of gRPC since 1.85 are slow', () => {
    const unary: Written = {
      state: 'chan receive, 3 minutes',
      calls: [
        'shop/stock.take()',
        'google.golang.org/grpc.(*Server).wrapUnaryHandler.func1(0x0?)',
        'google.golang.org/grpc.(*Server).processRPC(0x0?)',
      ],
      by: 'google.golang.org/grpc.(*Server).serveStreams.func1 in goroutine 99',
    }
    expect(findings(dumpOf([unary, tick])).map(({ finding }) => finding)).toEqual(['slow'])
  })

  it('in a select are slow if they are many unary calls of gRPC, for longer than a call lasts', () => {
    const unary = (minutes: number, name: string) => (): Written => ({
      state: `select, ${minutes} minutes`,
      calls: [
        `shop/stock.(*Service).${name}(0x0?)`,
        `shop/stock/pb._Stock_${name}_Handler(0x0?)`,
        'google.golang.org/grpc.(*Server).processUnaryRPC(0x0?)',
      ],
      by: 'google.golang.org/grpc.(*Server).serveStreams.func1 in goroutine 99',
    })
    const kinds = (...all: Written[]): string[] => findings(dumpOf([...all, tick])).map(({ finding }) => finding)
    expect(kinds(...times(10, unary(11, 'Reserve')))).toEqual(['slow'])
    expect(kinds(...times(9, unary(11, 'Reserve')))).toEqual([])
    expect(kinds(...times(10, unary(10, 'Reserve')))).toEqual([])
    expect(kinds(...times(10, unary(11, 'PollOrders')))).toEqual([])
  })

  it('may be streams if they receive in their own body and no client has left', () => {
    const stream = (): Written => ({
      state: 'chan receive, 3 minutes',
      calls: [
        'shop/feed.(*Topic).subscribe(0x0?)',
        'shop/feed.(*Topic).subscribe-fm(0x0?)',
        'net/http.HandlerFunc.ServeHTTP()',
        'net/http.(*conn).serve(0x0?)',
      ],
      by: 'net/http.(*Server).Serve in goroutine 99',
    })
    expect(findings(dumpOf([stream(), watch(2), tick]))).toEqual([])
    expect(findings(dumpOf([stream(), tick]))[0]?.finding).toBe('slow')
  })

  it('are reported with those they wait for', () => {
    const [first] = findings(dumpOf([gather(3), gather(3), child(2, 'chan receive'), child(3, 'chan receive'), tick]))
    expect(first).toMatchObject({ finding: 'slow', goroutines: 2 })
    expect(first?.signatures).toHaveLength(2)
  })

  it('may be streams if those they wait for are in a select', () => {
    expect(findings(dumpOf([gather(3), gather(3), child(2, 'select'), child(3, 'select'), tick]))).toEqual([])
  })

  const watch = (parent: number): Written => ({
    state: 'IO wait',
    calls: ['net/http.(*connReader).backgroundRead(0x0?)'],
    by: `net/http.(*connReader).startBackgroundRead in goroutine ${parent}`,
  })
  const inMain = handler('chan receive, 3 minutes', 'main.(*pool).get(0x0?)')

  it('in the same package as everything else are slow if a client has left', () => {
    expect(findings(dumpOf([inMain, inMain, watch(2), tick]))[0]).toMatchObject({ finding: 'slow', goroutines: 2 })
    expect(findings(dumpOf([inMain, inMain, watch(2), watch(3), tick]))).toEqual([])
    expect(findings(dumpOf([inMain, inMain, watch(2), other('sleep', 'main.(*pool).fill(0x0?)')]))).toEqual([])
  })

  it('are slow if some of them wait to send in the same function', () => {
    const all = [inMain, inMain, { ...inMain, state: 'chan send, 3 minutes' }, watch(2), tick]
    expect(findings(dumpOf(all))).toMatchObject([{ finding: 'slow', goroutines: 3 }])
  })

  it.each<[string, Written[]]>([
    ['may have begun to wait before a garbage collection', [handler('chan receive, 2 minutes')]],
    ['may be long polls, in a select', [handler('select, 9 minutes')]],
    [
      'have others of their code at work',
      [handler('chan receive, 9 minutes'), other('IO wait', 'shop/quotes.fetch()')],
    ],
    [
      'wait for goroutines of their connection',
      [handler('chan receive, 9 minutes'), other('IO wait', 'shop/ws.read()', 'shop/quotes.get in goroutine 2')],
    ],
    ['are not handlers', [other('chan receive, 9 minutes', 'shop/quotes.(*broker).loop(0x0?)')]],
  ])('are not reported if they %s', (_how, goroutines) => {
    expect(findings(dumpOf([...goroutines, tick]))).toEqual([])
  })

  it('are reported once if another rule reports them', () => {
    const wait = handler('sync.WaitGroup.Wait, 3 minutes', 'sync.(*WaitGroup).Wait(0x0?)', 'shop/render.pages()')
    expect(findings(dumpOf([wait, wait, tick])).map(({ finding }) => finding)).toEqual(['stuck'])
  })
})

describe('handlers that wait, in a dump without minutes', () => {
  const get = handler(
    'sync.Cond.Wait',
    'sync.runtime_notifyListWait(0x0?)',
    'sync.(*Cond).Wait(0x0?)',
    'shop/quotes.(*broker).get(0x0?)',
  )

  it('are stuck if there are three, no other goroutine is in their code, and only main is at work', () => {
    const [first, ...others] = findings(dumpOf([get, get, get, tick]))
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 3, function: 'shop/quotes.(*broker).get' })
  })

  it('may wait for goroutines that have a timer', () => {
    const gather = handler('sync.WaitGroup.Wait', 'sync.(*WaitGroup).Wait(0x0?)', 'shop/render.pages()')
    const child = (parent: number): Written => ({
      state: 'chan receive',
      calls: ['shop/render.page()'],
      by: `shop/render.pages in goroutine ${parent}`,
    })
    expect(findings(dumpOf([gather, gather, gather, child(2), child(3), child(4), tick]))).toEqual([])
  })

  it.each<[string, Written[]]>([
    ['are only two', [get, get]],
    ['may be answered on a tick', [get, get, get, other('chan receive', 'shop/quotes.(*broker).fill(0x0?)')]],
    ['may be answered by a batch', [get, get, get, other('select', 'shop/quotes.(*broker).flush(0x0?)')]],
    ['may have asked other goroutines', [get, get, get, other('IO wait', 'shop/stock.fetch()')]],
    ['wait in a select', times(3, () => handler('select'))],
    ['may retry after a while, or be answered by a timer', times(3, () => handler('chan receive'))],
  ])('are not reported if they %s', (_how, goroutines) => {
    expect(findings(dumpOf([...goroutines, tick]))).toEqual([])
  })
})
