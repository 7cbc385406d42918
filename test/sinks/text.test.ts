import { describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { type Narrowing, PrintedStacks } from '../../src/sinks/narrow.ts'
import { makePaint } from '../../src/sinks/style.ts'
import { spanText, TextSink } from '../../src/sinks/text.ts'
import { dump, Page, signature } from './records.ts'

interface Setup {
  readonly narrowing?: Narrowing
  readonly width?: number
  readonly color?: boolean
  readonly stacks?: 'first' | 'always' | 'never'
}

function print(records: readonly DumpstreamRecord[], setup: Setup = {}): string[] {
  const page = new Page()
  const sink = new TextSink(page, {
    narrowing: setup.narrowing ?? {},
    paint: makePaint(setup.color ?? false),
    width: () => setup.width ?? 120,
    stacks: new PrintedStacks(setup.stacks ?? 'never'),
  })
  for (const record of records) sink.record(record)
  expect(sink.end()).toEqual({ exportFailed: false })
  return page.lines
}

const MANY = Array.from({ length: 30 }, (_, i) =>
  signature({ id: String(i), count: 300 - i * 10, delta: i === 0 ? 100 : 0, function: `svc/p${i}.(*T).run` }),
)

describe('the headline', () => {
  it('names the source, the dump, its time, its size and the change since the one before', () => {
    const [headline] = print([
      dump({ dump: 2, time: '2026-11-24T08:13:46.123Z', duration_s: 7200 }),
      signature({ delta: 40 }),
      signature({ delta: 128 }),
    ])
    expect(headline).toBe('app.log · dump 2 · 2026-11-24 08:13:46Z · 221 goroutines (+168 in 2h) · 9 signatures')
  })

  it('says what is odd about the dump, and why the program died', () => {
    const lines = print([
      dump({
        kind: 'panic',
        goroutines: 1,
        signatures: 1,
        foreign_lines: 4,
        damaged: 2,
        truncated: true,
        limits: ['signatures'],
        process: 'api[43]',
        reason: 'runtime error: index out of range\u001b[31m',
      }),
    ])
    expect(lines).toEqual([
      'app.log · dump 1 · panic · api[43] · 1 goroutine · 1 signature · 4 log lines in between · 2 damaged · truncated',
      '  limits hit: signatures',
      '  runtime error: index out of range�[31m',
    ])
  })

  it.each([
    [{ kind: 'all', format: 'profile' }, 'app.log · dump 1 · profile · 221 goroutines · 9 signatures'],
    [{ kind: 'leak' }, 'app.log · dump 1 · leaked · 221 goroutines · 9 signatures'],
    [{ kind: 'timeout' }, 'app.log · dump 1 · test timed out · 221 goroutines · 9 signatures'],
  ] as const)('tells the kinds apart: %j', (fields, headline) => {
    expect(print([dump(fields)])).toEqual([headline])
  })

  it('says that nothing has changed', () => {
    expect(print([dump(), signature({ delta: 0 })])[0]).toContain('221 goroutines (no change) ·')
  })

  it('of the next dump stands after an empty line', () => {
    expect(print([dump(), dump({ dump: 2 })])).toEqual([
      'app.log · dump 1 · 221 goroutines · 9 signatures',
      '',
      'app.log · dump 2 · 221 goroutines · 9 signatures',
    ])
  })
})

describe('below the table', () => {
  it('the rows that are left out are summed up', () => {
    const lines = print([dump(), ...MANY], { narrowing: { top: 20 } })
    expect(lines).toHaveLength(1 + 1 + 20 + 1)
    expect(lines.at(-1)).toBe('  … and 10 more signatures, 550 goroutines')
  })

  it('--match ends with the goroutines that match, and leaves the headline alone', () => {
    const lines = print([dump(), ...MANY], { narrowing: { match: /p[0-4]\.\(/, top: 3 } })
    expect(lines[0]).toContain('221 goroutines (+100) · 9 signatures')
    expect(lines.slice(-2)).toEqual([
      '  … and 2 more signatures, 530 goroutines',
      '  matching /p[0-4]\\.\\(/: 1 400 goroutines (+100) in 5 signatures',
    ])
  })

  it('--state and --min-count are summed up the same way', () => {
    const lines = print([dump(), signature({ count: 7 }), signature({ states: { select: 9 } })], {
      narrowing: { states: ['CHAN'], minCount: 5 },
    })
    expect(lines.at(-1)).toBe('  in CHAN, at least 5: 7 goroutines in 1 signature')
  })

  it('signatures that vanished are named, and goroutines without one are counted', () => {
    const gone = ['a', 'b', 'c', 'd', 'e'].map((name) => signature({ count: 0, delta: -1, function: `svc.${name}` }))
    expect(print([dump({ other: { count: 3 } }), ...gone])).toEqual([
      'app.log · dump 1 · 221 goroutines (-5) · 9 signatures',
      '  gone: svc.a, svc.b, svc.c and 2 more',
      '  3 goroutines in no signature',
    ])
  })

  it('what leaks or grows is said in a sentence, what is steady is not', () => {
    const because = '41 goroutines wait in chan receive at cron.go:14; 40 came since the last dump and none has left'
    const lines = print(
      [dump(), signature({ verdict: 'leaking', because }), signature({ verdict: 'steady', because: 'not printed' })],
      { width: 70 },
    )
    expect(lines.slice(4)).toEqual([
      '  leaking content_svr/cron/hashtag_suggestion.(*Cron).step2.func1',
      '    41 goroutines wait in chan receive at cron.go:14; 40 came since',
      '    the last dump and none has left',
    ])
  })

  it('stacks are printed when they are asked for, the first time or each time', () => {
    const stack = ['main.wait /srv/main.go:7', 'main.main /srv/main.go:3']
    const records = [dump(), signature({ stack }), dump({ dump: 2 }), signature({ stack })]
    const block = [
      '',
      '  41 × content_svr/cron/hashtag_suggestion.(*Cron).step2.func1 9f0c2c3f5b7a1e42',
      '    main.wait /srv/main.go:7',
      '    main.main /srv/main.go:3',
      '    created by content_svr/cron/hashtag_suggestion.(*Cron).step2',
    ]
    const once = print(records, { stacks: 'first' })
    expect(once.slice(3, 8)).toEqual(block)
    expect(once).toHaveLength(3 + 5 + 1 + 3)
    expect(print(records, { stacks: 'always' })).toHaveLength(3 + 5 + 1 + 3 + 5)
    expect(print(records)).toHaveLength(3 + 1 + 3)
  })
})

describe('goroutine records', () => {
  it('are a line each, before their dump', () => {
    const goroutine = { v: 1, type: 'goroutine', dump: 1, source: 'app.log', goroutine: 7, state: 'select' } as const
    const lines = print([
      { ...goroutine, wait_minutes: 5, signature: '9f0c2c3f5b7a1e42' },
      { ...goroutine, goroutine: 8, state: 'IO wait' },
      dump(),
    ])
    expect(lines.slice(0, 2)).toEqual([
      '  goroutine 7 [select, 5m] 9f0c2c3f5b7a1e42',
      '  goroutine 8 [IO wait] damaged',
    ])
  })

  it('are narrowed by their state', () => {
    const goroutine = { v: 1, type: 'goroutine', dump: 1, source: 'x', goroutine: 7, state: 'select' } as const
    expect(print([goroutine], { narrowing: { states: ['running'] } })).toEqual([])
  })
})

describe('colour', () => {
  it('is there when asked for and not otherwise', () => {
    const records = [dump(), signature({ verdict: 'leaking', delta: 40 })]
    expect(print(records).join('')).not.toContain('\u001b')
    expect(print(records, { color: true }).join('')).toContain('\u001b[1m\u001b[31mleaking')
  })
})

describe('spans of time', () => {
  it.each([
    [0.25, '0.3s'],
    [59.6, '1m'],
    [61, '1m1s'],
    [5400, '1h30m'],
    [7200, '2h'],
    [90_000, '1d1h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(spanText(seconds)).toBe(text)
  })
})
