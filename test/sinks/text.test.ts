import { describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { spanText } from '../../src/sinks/names.ts'
import { type Narrowing, PrintedStacks } from '../../src/sinks/narrow.ts'
import { makePaint } from '../../src/sinks/style.ts'
import { TextSink } from '../../src/sinks/text.ts'
import { dump, finding, Page, signature } from './records.ts'

interface Setup {
  readonly narrowing?: Narrowing
  readonly width?: number
  readonly height?: number
  readonly quiet?: boolean
  readonly color?: boolean
  readonly stacks?: 'first' | 'always' | 'never'
}

function print(records: readonly DumpstreamRecord[], setup: Setup = {}): string[] {
  const page = new Page()
  const sink = new TextSink(page, {
    narrowing: setup.narrowing ?? {},
    paint: makePaint(setup.color ?? false),
    width: () => setup.width ?? 120,
    height: () => setup.height,
    quiet: setup.quiet ?? false,
    summary: true,
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
      '',
      'read 2 dumps, 442 goroutines',
    ])
  })
})

describe('what stands out', () => {
  const LEAK = finding({
    goroutines: 292,
    title: '292 goroutines leak in chan send at producer.go:40',
    because: '144 new since the last dump, and none of the earlier ones has exited',
    signatures: ['cc27e2ad0902f3f3'],
    function: 'content_svr/producer.(*Producer).send',
    file: '/app/producer/producer.go',
    line: 40,
    created_by: 'content_svr/producer.(*Producer).Publish.func1',
    created_at: 'producer.go:27',
    parents: { distinct: 1, alive: 1 },
    counts: [4, 148, 292],
    per_hour: 263_683,
    since: '2026-11-24T10:57:31.068Z',
    steps: 2,
    caller: 'content_svr/api.(*Server).Upload /app/api/upload.go:12',
    fault: 'send_without_receiver',
    class: 'communication',
    hint: 'give the channel a place for the answer',
    stack: ['content_svr/producer.(*Producer).send /app/producer/producer.go:40', 'main.main /app/main.go:9'],
    waits_on: [
      {
        kind: 'mutex',
        object: '0xc0000140f0',
        waiters: 609,
        may_hold: [{ goroutine: 689, state: 'running', function: 'main.useMemory', file: '/app/main.go', line: 77 }],
      },
    ],
  })
  const WORST = signature({
    id: 'cc27e2ad0902f3f3',
    count: 292,
    verdict: 'leaking',
    labels: { tenant: { acme: 280, b: 12 } },
  })

  it('comes before the table, with all that is known of it', () => {
    const lines = print([dump(), WORST, LEAK], { width: 80 })
    expect(lines.slice(1, 20)).toEqual([
      '1 leak',
      '',
      'LEAK     292 goroutines leak in chan send at producer.go:40            4 ▁▅█ 292',
      '         144 new since the last dump, and none of the earlier ones has exited',
      '         in   content_svr/producer.(*Producer).send',
      '         via  content_svr/api.(*Server).Upload upload.go:12',
      '         from content_svr/producer.(*Producer).Publish.func1 producer.go:27',
      '              all by one goroutine that is still alive',
      '         +263 683 an hour, since 2026-11-24 10:57:31Z, over 2 steps, none waits',
      '         for a lock',
      '         tenant=acme: 280 of 292',
      '         609 goroutines wait for mutex 0xc0000140f0',
      '         goroutine 689 [running] main.useMemory main.go:77 may hold it',
      '         send without receiver',
      '         → give the channel a place for the answer',
      '           content_svr/producer.(*Producer).send producer.go:40',
      '           main.main main.go:9',
      '',
      '  COUNT  VERDICT  STATE         FUNCTION                              AT',
    ])
  })

  it('is counted, with idle and steady signatures after it', () => {
    const rest = [
      ...Array.from({ length: 281 }, (_, i) => signature({ id: `steady-${i}`, verdict: 'steady' })),
      ...Array.from({ length: 6 }, (_, i) => signature({ id: `idle-${i}`, verdict: 'steady', idle: true })),
    ]
    const found = [
      finding({ signatures: ['a'] }),
      finding({ signatures: ['b'] }),
      finding({ signatures: ['c'] }),
      finding({ finding: 'pile_up', severity: 'warning', signatures: ['d'] }),
    ]
    const leaks = ['a', 'b', 'c', 'd'].map((id) => signature({ id, verdict: 'leaking' }))
    expect(print([dump(), ...leaks, ...rest, ...found])[1]).toBe('3 leak · 1 pile-up · 6 idle · 281 steady')
  })

  it('shows the own frames, where frames of the runtime filled the room for them', () => {
    const runtime = Array.from({ length: 7 }, (_, i) => `runtime.park${i} /go/src/runtime/sema.go:${i + 1}`)
    const found = finding({
      function: 'shop.(*Cart).Add',
      stack: [
        ...runtime,
        'sync.(*Mutex).Lock /go/src/sync/mutex.go:46',
        'shop.(*Cart).Add /app/cart.go:18',
        'main.main /app/main.go:3',
      ],
    })
    const lines = print([dump(), signature({ verdict: 'leaking' }), found], { narrowing: {} }).map((line) =>
      line.trim(),
    )
    expect(lines).toContain('shop.(*Cart).Add cart.go:18')
    expect(lines).toContain('main.main main.go:3')
    expect(lines).toContain('… 7 more frames: --stacks always')
    expect(lines).not.toContain('runtime.park6 sema.go:7')
  })

  it('is said where there is nothing', () => {
    expect(print([dump(), signature({ verdict: 'steady' })])[1]).toBe('nothing stands out · 1 steady')
  })

  it('is all that --quiet prints, a line each', () => {
    expect(print([dump(), WORST, LEAK, dump({ dump: 2 }), signature({ dump: 2 })], { quiet: true })).toEqual([
      'LEAK     app.log: 292 goroutines leak in chan send at producer.go:40',
    ])
  })

  it('is narrowed with the signatures', () => {
    const lines = print([dump(), WORST, signature({ function: 'main.other' }), LEAK], { narrowing: { match: /other/ } })
    expect(lines.join('\n')).not.toContain('LEAK')
  })
})

describe('idle goroutines', () => {
  const records = [
    dump(),
    signature({ function: 'main.accept', idle: true }),
    signature({ id: 'b', function: 'main.work' }),
  ]

  it('are set aside, and counted', () => {
    const lines = print(records)
    expect(lines.join('\n')).not.toContain('main.accept')
    expect(lines.at(-1)).toBe('  41 goroutines idle in 1 signature: --top 0 shows them')
  })

  it.each([[{ top: 0 }], [{ match: /accept/ }], [{ states: ['chan receive'] }]])('are shown with %j', (narrowing) => {
    expect(print(records, { narrowing }).join('\n')).toContain('main.accept')
  })
})

describe('a screen', () => {
  it('holds the table of 300 signatures, cut to the lines that are left', () => {
    const rows = Array.from({ length: 300 }, (_, i) => signature({ id: String(i), verdict: 'steady' }))
    const lines = print([dump(), ...rows, finding({ signatures: ['0'] })], { width: 80, height: 24 })
    expect(lines.length).toBeLessThanOrEqual(24)
    expect(lines.at(-1)).toMatch(/^ {2}… and \d+ more signatures/)
  })
})

describe('below the table', () => {
  it('the rows that are left out are summed up', () => {
    const lines = print([dump(), ...MANY], { narrowing: { top: 20 } })
    expect(lines).toHaveLength(2 + 1 + 20 + 1)
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
    const because = '41 goroutines wait in chan receive at cron.go:14; 40 new since the last dump and none has left'
    const lines = print(
      [dump(), signature({ verdict: 'leaking', because }), signature({ verdict: 'steady', because: 'not printed' })],
      { width: 70 },
    )
    expect(lines.slice(5)).toEqual([
      '  leaking content_svr/cron/hashtag_suggestion.(*Cron).step2.func1',
      '    41 goroutines wait in chan receive at cron.go:14; 40 new since the',
      '    last dump and none has left',
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
    expect(once.slice(4, 9)).toEqual(block)
    expect(once).toHaveLength(4 + 5 + 1 + 4 + 2)
    expect(print(records, { stacks: 'always' })).toHaveLength(4 + 5 + 1 + 4 + 5 + 2)
    expect(print(records)).toHaveLength(4 + 1 + 4 + 2)
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

describe('a report of the race detector', () => {
  const race = dump({
    kind: 'race',
    goroutines: 0,
    signatures: 0,
    race: [
      { access: 'Read', stack: ['main.main /srv/main.go:22'] },
      {
        access: 'Previous write',
        goroutine: 7,
        stack: ['main.(*S).inc /srv/main.go:10', 'main.main.func1 /srv/main.go:16'],
      },
    ],
  })
  const found = finding({ finding: 'race', severity: 'warning', title: 'data race: read at main.go:22', because: 'x' })

  it('shows both accesses, and neither goroutines nor a table, which it has not', () => {
    const lines = print([
      race,
      { ...found, signatures: [], function: 'main.main', stack: ['main.main /srv/main.go:22'] },
    ])
    expect(lines).toEqual([
      'app.log · dump 1 · data race',
      '1 race',
      '',
      'RACE     data race: read at main.go:22',
      '         x',
      '         read by the main goroutine',
      '           main.main main.go:22',
      '         previous write by goroutine 7',
      '           main.(*S).inc main.go:10',
      '           main.main.func1 main.go:16',
    ])
  })
})

describe('a short screen', () => {
  it('has the evidence of the first finding only, so that the verdict does not scroll away', () => {
    const findings = [1, 2, 3].map((rank) => finding({ rank, title: `leak ${rank}`, signatures: ['0'] }))
    const records = [dump(), ...MANY, ...findings]
    const lines = print(records, { width: 80, height: 15 })
    expect(lines.length).toBeLessThan(15)
    expect(lines.slice(0, 7).join('\n')).toMatch(/^app\.log[\s\S]*LEAK {5}leak 1\n {9}40 new/)
    expect(lines).toContain('LEAK     leak 2')
    expect(lines.join('\n')).not.toMatch(/leak 2\n {9}40 new/)
    expect(print(records, { width: 80, height: 60 }).join('\n')).toMatch(/leak 2\n {9}40 new/)
  })

  it('names the first findings, counts the others, and leaves the stack of the worst out', () => {
    const stack = ['main.a /a.go:1', 'main.b /a.go:2', 'main.c /a.go:3']
    const findings = Array.from({ length: 30 }, (_, i) => finding({ title: `leak ${i + 1}`, signatures: ['0'], stack }))
    const lines = print([dump(), ...MANY, ...findings], { width: 80, height: 18 })
    expect(lines.length).toBeLessThan(18)
    expect(lines.filter((line) => line.startsWith('LEAK'))).toHaveLength(4)
    expect(lines).toContain('  … and 26 more findings')
    expect(lines.join('\n')).not.toContain('main.b')
    expect(print([dump(), ...MANY, ...findings], { width: 80, height: 60 }).join('\n')).toContain('main.b')
  })
})
