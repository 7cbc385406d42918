import { describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../../src/core/records.ts'
import { PrintedStacks } from '../../../src/sinks/narrow.ts'
import type { Comparison } from '../../../src/sinks/report/fleet.ts'
import { ReportTextSink } from '../../../src/sinks/report/text.ts'
import { makePaint } from '../../../src/sinks/style.ts'
import { displayWidth } from '../../../src/sinks/width.ts'
import { dump, finding, Page, signature } from '../records.ts'

interface Setup {
  readonly by?: Comparison
  readonly width?: number
  readonly height?: number
  readonly quiet?: boolean
}

function print(records: readonly DumpstreamRecord[], { by, width = 80, height, quiet = false }: Setup = {}): string[] {
  const page = new Page()
  const sink = new ReportTextSink(page, {
    narrowing: {},
    paint: makePaint(false),
    width: () => width,
    height: () => height,
    stacks: new PrintedStacks('never'),
    quiet,
    summary: true,
    by,
  })
  for (const record of records) sink.record(record)
  sink.end()
  return page.lines
}

const PODS = Array.from({ length: 20 }, (_, i) => `shop/web-7d9f8c6b5-${'abcdefghijklmnopqrst'[i]}2x9k/app`)
const LEAK = {
  id: 'cc27e2ad0902f3f3',
  function: 'content_svr/producer.(*Producer).send',
  file: '/app/producer/producer.go',
  line: 40,
}
const FLEET = PODS.flatMap((source, i) => [
  dump({ source, goroutines: 100 + i, time: '2026-11-24T10:57:31Z' }),
  signature({ source, ...LEAK, count: 30 + i, verdict: 'leaking', first_seen: '2026-11-24T10:00:00Z' }),
  signature({ source, id: 'bb', function: 'main.idle', idle: true }),
  ...Array.from({ length: 30 }, (_, n) =>
    signature({
      source,
      id: `id${n}`,
      count: 30 - n,
      function: `shop/worker${n}.run`,
      file: `/app/worker${n}.go`,
      line: n + 1,
    }),
  ),
  finding({
    source,
    goroutines: 30 + i,
    signatures: [LEAK.id],
    since: `2026-11-24T10:${10 + i}:00Z`,
    title: `${30 + i} goroutines leak in chan send at producer.go:40`,
    function: LEAK.function,
    file: LEAK.file,
    line: LEAK.line,
  }),
])

describe('text of one source', () => {
  const records = [1, 2, 3].flatMap((number) => [
    dump({ dump: number, goroutines: number * 100, time: `2026-11-24T1${number}:00:00Z` }),
    signature({ dump: number, ...(number > 1 ? { delta: 100 } : {}) }),
    ...(number > 1 ? [finding({ dump: number })] : []),
  ])

  it('has a line for each earlier dump, and the last one in full', () => {
    const lines = print(records)
    expect(lines.slice(0, 4)).toEqual([
      '  dump 1 · 2026-11-24 11:00:00Z · 100 goroutines',
      '  dump 2 · 2026-11-24 12:00:00Z · 200 goroutines (+100) · 1 leak',
      'app.log · dump 3 · 2026-11-24 13:00:00Z · 300 goroutines (+100) · 9 signatures',
      '1 leak',
    ])
    expect(lines.at(-1)).toBe('read 3 dumps, 600 goroutines')
  })

  it('tells the last dump that shows the process, whatever single stacks come after it', () => {
    const lines = print([
      ...records,
      dump({ dump: 4, kind: 'single', goroutines: 1 }),
      signature({ dump: 4, count: 1 }),
    ])
    expect(lines.join('\n')).toContain('app.log · dump 3 · ')
    expect(lines.join('\n')).toContain('  dump 4 · one stack · 1 goroutine')
  })

  it('leaves out the oldest of many dumps, and counts them', () => {
    const many = Array.from({ length: 40 }, (_, i) => dump({ dump: i + 1 }))
    expect(print(many)[0]).toBe('  … 33 earlier dumps')
  })
})

describe('text of several sources', () => {
  it('says in how many of them what stands out, which is worst, and since when', () => {
    const lines = print(FLEET)
    expect(lines.slice(0, 8)).toEqual([
      '20 sources · 2 190 goroutines · 32 signatures · last dump 2026-11-24 10:57:31Z',
      '1 leak · 1 idle',
      '',
      'LEAK     790 in 20 of 20 sources: 49 goroutines leak in chan send at',
      '         producer.go:40',
      '         shop/web-7d9f8c6b5-t2x9k/app 49, shop/web-7d9f8c6b5-s2x9k/app 48,',
      '         shop/web-7d9f8c6b5-r2x9k/app 47, shop/web-7d9f8c6b5-q2x9k/app 46 and 16',
      '         more, since 2026-11-24 10:10:00Z. Worst: 40 new since the last dump and',
    ])
  })

  it('has a row for each signature, with the part of the names that differs', () => {
    const rows = print(FLEET).filter((line) => line.includes(' of 20  '))
    expect(rows[0]).toBe('    790  20 of 20  leaking  producer.(*Producer).send   producer.go:40  t2x9k 49')
    expect(rows.join('\n')).not.toContain('main.idle')
  })

  it.each([24, 40])('fits a screen of %i lines', (height) => {
    expect(print(FLEET, { height }).length).toBeLessThanOrEqual(height)
  })

  it.each([60, 80, 120, 200])('fits %i columns, and cuts no place', (width) => {
    const lines = print(FLEET, { width })
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width)
    expect(lines.filter((line) => / of 20 /.test(line) && line.includes('producer.go:40')).length).toBeGreaterThan(0)
    for (const row of lines.filter((line) => /^ +[\d ]+ {2}20 of 20 /.test(line))) expect(row).toMatch(/\.go:\d+/)
  })

  it('is a line a finding with --quiet', () => {
    expect(print(FLEET, { quiet: true })).toEqual([
      'LEAK     790 in 20 of 20 sources: 49 goroutines leak in chan send at producer.g…',
    ])
  })

  it('has a section each with --by source', () => {
    const lines = print(FLEET, { by: { by: 'source' } })
    expect(lines.filter((line) => / · dump 1 · /.test(line))).toHaveLength(20)
  })

  it('compares the values of a label', () => {
    const labelled = PODS.slice(0, 2).flatMap((source) => [
      dump({ source }),
      signature({ source, labels: { tenant: { acme: 30, umbrella: 11 } } }),
    ])
    const lines = print(labelled, { by: { by: 'label', label: 'tenant' } })
    expect(lines.find((line) => line.includes('COUNT'))).toMatch(/COUNT +IN {2}TENANT/)
    expect(lines.find((line) => line.includes('acme'))).toMatch(/^ +60 {2}2 of 2 {2}acme/)
    expect(print(labelled, { by: { by: 'label', label: 'none' } })).toContain('  no goroutine has the label none')
  })
})
