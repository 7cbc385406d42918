import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grouped, shortenFunction, signed } from '../../src/sinks/names.ts'
import { makePaint } from '../../src/sinks/style.ts'
import { tableLines } from '../../src/sinks/table.ts'
import { displayWidth } from '../../src/sinks/width.ts'
import { signature } from './records.ts'

const plain = makePaint(false)

const ROWS = [
  signature({
    count: 1221,
    delta: 1168,
    verdict: 'growing',
    states: { 'chan send': 1219, running: 1, select: 1 },
    function: 'content_svr/producer.(*Producer).publish.func1',
    file: '/app/producer/producer.go',
    line: 88,
    created_by: 'content_svr/producer.(*Producer).publish',
  }),
  signature({ delta: 40, verdict: 'leaking', wait_minutes: { min: 0, max: 119 } }),
]

describe('the table', () => {
  it('has a row a signature with all that is known, when there is room', () => {
    expect(tableLines(ROWS, Number.POSITIVE_INFINITY, plain)).toEqual([
      '  COUNT  CHANGE  VERDICT  STATE         WAIT    FUNCTION                                                 AT                                       CREATED BY',
      '  1 221  +1 168  growing  chan send +2          content_svr/producer.(*Producer).publish.func1           /app/producer/producer.go:88             content_svr/producer.(*Producer).publish',
      '     41     +40  leaking  chan receive  0–119m  content_svr/cron/hashtag_suggestion.(*Cron).step2.func1  /app/cron/hashtag_suggestion/cron.go:14  content_svr/cron/hashtag_suggestion.(*Cron).step2',
    ])
  })

  it('gives up the creators, the waits and the paths before the functions, as it gets narrower', () => {
    expect(tableLines(ROWS, 120, plain)).toEqual([
      '  COUNT  CHANGE  VERDICT  STATE         WAIT    FUNCTION                                                 AT',
      '  1 221  +1 168  growing  chan send +2          content_svr/producer.(*Producer).publish.func1           producer.go:88',
      '     41     +40  leaking  chan receive  0–119m  content_svr/cron/hashtag_suggestion.(*Cron).step2.func1  cron.go:14',
    ])
    expect(tableLines(ROWS, 80, plain)).toEqual([
      '  COUNT  CHANGE  VERDICT  STATE         FUNCTION                  AT',
      '  1 221  +1 168  growing  chan send +2  produce…r).publish.func1  producer.go:88',
      '     41     +40  leaking  chan receive  hashtag…ron).step2.func1  cron.go:14',
    ])
  })

  it('fits any width from 56 columns on, whatever the names', () => {
    const name = fc.string({ unit: fc.constantFrom('a', '.', '/', '(*T)', '服', '[...]', 'func1', '-') })
    const row = fc.record({
      count: fc.nat(2_000_000),
      delta: fc.integer({ min: -99_999, max: 99_999 }),
      verdict: fc.constantFrom('leaking' as const, 'steady' as const, 'shrinking' as const),
      function: name,
      file: name,
      line: fc.nat(99_999),
      created_by: name,
      states: fc.dictionary(fc.constantFrom('chan receive', 'select', 'IO wait', 'GC assist marking'), fc.nat(9)),
      wait_minutes: fc.record({ min: fc.nat(10), max: fc.nat(99_999) }),
    })
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), fc.integer({ min: 56, max: 240 }), (rows, width) => {
        const lines = tableLines(rows.map(signature), width, plain)
        expect(lines).toHaveLength(rows.length + 1)
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width)
      }),
    )
  })

  it('cuts no place, from 60 to 200 columns, as long as it is shorter than a line', () => {
    const place = fc.record({
      file: fc.stringMatching(/^\/app\/[a-z_]{1,30}\/[a-z_]{1,30}\.go$/),
      line: fc.integer({ min: 1, max: 99_999 }),
      function: fc.stringMatching(/^[a-z/]{1,60}\.[A-Za-z]{1,60}$/),
      count: fc.nat(2_000_000),
      delta: fc.integer({ min: -99_999, max: 99_999 }),
      verdict: fc.constantFrom('leaking' as const, 'shrinking' as const),
      states: fc.constantFrom({ 'sync.RWMutex.RLock': 3, select: 1 }, { select: 2 }),
    })
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 6 }), fc.integer({ min: 60, max: 200 }), (rows, width) => {
        const lines = tableLines(rows.map(signature), width, plain)
        for (const [i, { file, line }] of rows.entries())
          expect(lines[i + 1]).toContain(`${file.slice(file.lastIndexOf('/') + 1)}:${line}`)
      }),
    )
  })

  it('leaves out columns that say nothing', () => {
    const first = signature({ states: {} })
    const { file: _, line: __, created_by: ___, ...bare } = first
    expect(tableLines([bare], 80, plain)).toEqual([
      '  COUNT  FUNCTION',
      '     41  content_svr/cron/hashtag_suggestion.(*Cron).step2.func1',
    ])
  })

  it('takes the same room with colour as without', () => {
    const coloured = tableLines(ROWS, 100, makePaint(true))
    expect(coloured.join('\n')).toContain('\u001b[31m')
    expect(coloured.map((line) => stripVTControlCharacters(line).trimEnd())).toEqual(tableLines(ROWS, 100, plain))
  })
})

describe('a function name', () => {
  const name = 'content_svr/cron/hashtag_suggestion.(*Cron).step2.func1'
  it.each([
    [60, name],
    [54, '…/cron/hashtag_suggestion.(*Cron).step2.func1'],
    [40, '…/hashtag_suggestion.(*Cron).step2.func1'],
    [38, 'hashtag_suggestion.(*Cron).step2.func1'],
    [24, 'hashtag…ron).step2.func1'],
  ])('in %i columns keeps its package and function: %s', (width, expected) => {
    expect(shortenFunction(name, width)).toBe(expected)
  })

  it('may hold slashes in brackets, which are no path', () => {
    expect(shortenFunction('a.com/x/y.Map[b.com/c.T,d/e.U].func1', 28)).toBe('y.Map[b.com/c.T,d/e.U].func1')
  })
})

describe('numbers', () => {
  it('have blanks between thousands and a sign when they are changes', () => {
    expect([0, 999, 1000, 1234567].map(grouped)).toEqual(['0', '999', '1 000', '1 234 567'])
    expect([undefined, 0, 40, -1200].map(signed)).toEqual(['', '=', '+40', '-1 200'])
  })
})
