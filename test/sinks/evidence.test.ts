/** What a finding rests on is in every output that a person reads. */
import { describe, expect, it } from 'vitest'
import { pageBody } from '../../src/sinks/html/page.ts'
import { PrintedStacks } from '../../src/sinks/narrow.ts'
import { markdownText } from '../../src/sinks/report/markdown.ts'
import { ReportSink } from '../../src/sinks/report/sink.ts'
import { makePaint } from '../../src/sinks/style.ts'
import { TextSink } from '../../src/sinks/text.ts'
import { dump, finding, Page, signature } from './records.ts'

const RECORDS = [
  dump(),
  signature({
    count: 292,
    verdict: 'leaking',
    labels: { 'grpc.method': { '/shop.Cart/Add': 280, '/shop.Cart/Get': 12 } },
  }),
  finding({
    caller: 'main.report /app/main.go:33',
    class: 'lock_over_channel',
    steps: 2,
    bound: { goroutines: 1e6, hours: 3.8 },
  }),
]

const OUTPUTS = {
  text: (page: Page) =>
    new TextSink(page, {
      narrowing: {},
      paint: makePaint(false),
      width: () => 120,
      height: () => undefined,
      quiet: false,
      summary: true,
      stacks: new PrintedStacks('first'),
    }),
  markdown: (page: Page) =>
    new ReportSink(page, (report) => markdownText(report, { files: [], key: { by: 'signature' } })),
  html: (page: Page) =>
    new ReportSink(page, (report) => `${pageBody(report, { sourceUrl: undefined, by: undefined }).text}`),
}

describe.each(Object.entries(OUTPUTS))('in %s', (_name, open) => {
  const page = new Page()
  const sink = open(page)
  for (const record of RECORDS) sink.record(record)
  sink.end()
  const words = page.text.replace(/<[^>]*>/g, '')

  it('stands who called', () => {
    expect(words).toMatch(/main\.report main\.go:33/)
  })

  it('stands what they wait for', () => {
    expect(words).toContain('some wait for locks, some for channels')
  })

  it('stands over how many steps', () => {
    expect(words).toContain('over 2 steps')
  })

  it('stands when it reaches the bound', () => {
    expect(words).toMatch(/1.000.000 goroutines in 3h48m/)
  })

  it('stands the label that most of them have', () => {
    expect(words).toContain('grpc.method=/shop.Cart/Add: 280 of 292')
  })
})
