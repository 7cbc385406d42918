/** What somebody has logged stays text: in every format, read by a reader of that format. The page is tested in a browser. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { marked, type Token } from 'marked'
import { describe, expect, it } from 'vitest'
import { FoldedSink } from '../../src/sinks/folded.ts'
import { JsonlSink } from '../../src/sinks/jsonl.ts'
import { PrintedStacks } from '../../src/sinks/narrow.ts'
import { printable } from '../../src/sinks/printable.ts'
import { githubText } from '../../src/sinks/report/github.ts'
import { junitText } from '../../src/sinks/report/junit.ts'
import { markdownText } from '../../src/sinks/report/markdown.ts'
import { sarifText } from '../../src/sinks/report/sarif.ts'
import { fleetJson, ReportSink } from '../../src/sinks/report/sink.ts'
import { ReportTextSink } from '../../src/sinks/report/text.ts'
import type { RecordSink } from '../../src/sinks/sink.ts'
import { SpeedscopeSink } from '../../src/sinks/speedscope.ts'
import { makePaint } from '../../src/sinks/style.ts'
import { TextSink } from '../../src/sinks/text.ts'
import { HOSTILE, recordsWith } from './hostile.ts'
import { Page } from './records.ts'

const require = createRequire(import.meta.url)

const TEXT = {
  narrowing: {},
  paint: makePaint(false),
  width: () => 120,
  height: () => undefined,
  quiet: false,
  summary: true,
}
const MARKDOWN = { files: ['app.log'], key: { by: 'signature' } as const }

function printed(open: (page: Page) => RecordSink, text: string, sources = 1): string {
  const page = new Page()
  const sink = open(page)
  for (let i = 0; i < sources; i++)
    for (const record of recordsWith(text))
      sink.record(record.type === 'summary' ? record : { ...record, source: `${record.source}${i === 0 ? '' : i}` })
  sink.end()
  return page.text
}

const stacks = (): PrintedStacks => new PrintedStacks('always')
const report =
  (render: ConstructorParameters<typeof ReportSink>[1]) =>
  (page: Page): RecordSink =>
    new ReportSink(page, render)

/** Nothing that a terminal acts on, and no line that the format has not made: the lines are as many as of harmless text. */
function expectInert(open: (page: Page) => RecordSink, text: string, sources = 1): void {
  const out = printed(open, text, sources)
  expect(out.replaceAll('\n', '')).toBe(printable(out.replaceAll('\n', '')))
}

describe.each(HOSTILE)('%s stays text', (_name, text) => {
  it.each([
    ['text', (page: Page) => new TextSink(page, { ...TEXT, stacks: stacks() }), 1],
    ['text at the end', (page: Page) => new ReportTextSink(page, { ...TEXT, stacks: stacks(), by: undefined }), 1],
    [
      'text of several sources',
      (page: Page) => new ReportTextSink(page, { ...TEXT, stacks: stacks(), by: undefined }),
      2,
    ],
    ['quiet text', (page: Page) => new TextSink(page, { ...TEXT, stacks: stacks(), quiet: true }), 1],
  ] as const)('in %s', (_format, open, sources) => {
    expectInert(open, text, sources)
    const lines = printed(open, text, sources).split('\n')
    expect(lines.filter((line) => line.startsWith('::'))).toEqual([])
  })

  it('in JSON lines, where it is the same after reading', () => {
    const open = (page: Page): RecordSink => new JsonlSink(page, { narrowing: {}, stacks: stacks() })
    expectInert(open, text)
    const records = printed(open, text)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(records).toEqual(recordsWith(text).map((record) => JSON.parse(JSON.stringify(record))))
  })

  it('in fleet records', () => {
    const out = printed(
      report((seen) => fleetJson(seen, { by: 'label', label: text }, undefined)),
      text,
      2,
    )
    expectInert(
      report((seen) => fleetJson(seen, { by: 'label', label: text }, undefined)),
      text,
      2,
    )
    expect(JSON.parse(out)).toMatchObject({ type: 'fleet', label: { key: text, value: text } })
  })

  it('in folded stacks: two fields a line, and as many frames as the stack has', () => {
    const open = (page: Page): RecordSink => new FoldedSink(page, { narrowing: {}, complain: () => {} })
    expectInert(open, text)
    const lines = printed(open, text).trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    for (const [i, line] of lines.entries()) {
      expect(line).toMatch(/^.+ 41$/s)
      expect(line.split(';')).toHaveLength(3 - i)
    }
  })

  it('in speedscope, whose schema it is held to', () => {
    const open = (page: Page): RecordSink => new SpeedscopeSink(page, { narrowing: {}, complain: () => {} })
    expectInert(open, text)
    const file: unknown = JSON.parse(printed(open, text))
    expect(schemaErrors('speedscope/dist/release/file-format-schema.json', file)).toEqual([])
  })

  it('in SARIF, whose schema it is held to', () => {
    expectInert(report(sarifText), text)
    const log = JSON.parse(printed(report(sarifText), text))
    expect(schemaErrors('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json', log)).toEqual([])
    const [{ physicalLocation }] = log.runs[0].results[0].locations
    expect(new URL(physicalLocation.artifactLocation.uri).protocol).toBe('file:')
  })

  it('in JUnit, read by a parser of XML', () => {
    expectInert(report(junitText), text)
    const xml = printed(report(junitText), text)
    expect(XMLValidator.validate(xml)).toBe(true)
    const { testsuites } = new XMLParser({ ignoreAttributes: false, trimValues: false }).parse(xml)
    const { testcase } = testsuites.testsuite
    expect(Object.keys(testcase).sort()).toEqual(['#text', '@_classname', '@_file', '@_line', '@_name', 'failure'])
    expect(testcase['@_classname']).toBe(printable(text).replace(/[\ufffe\uffff]/g, '\ufffd'))
  })

  it('in annotations of GitHub, read as the runner reads them', () => {
    const open = report((seen) => githubText(seen, '/srv'))
    expectInert(open, text)
    const lines = printed(open, text).trimEnd().split('\n')
    expect(lines).toHaveLength(1)
    const [, level, properties = '', message = ''] = /^::(\w+) (.*?)::(.*)$/s.exec(lines[0] ?? '') ?? []
    expect(level).toBe('error')
    const read = Object.fromEntries(properties.split(',').map((each) => each.split(/=(.*)/s, 2).map(unescaped)))
    expect(Object.keys(read)).toEqual(['file', 'line', 'title'])
    expect(read.title).toBe(printable(text))
    expect(unescaped(message)).toContain(printable(text))
  })

  it('in Markdown: no mark-up, no mention, no link', () => {
    expectInert(
      report((seen) => markdownText(seen, MARKDOWN)),
      text,
    )
    for (const sources of [1, 2]) {
      const markdown = printed(
        report((seen) => markdownText(seen, MARKDOWN)),
        text,
        sources,
      )
      expect(markdown.split('\n').length).toBeLessThanOrEqual(61)
      const tokens = tokensOf(marked.lexer(markdown, { gfm: true }))
      const raw = tokens.filter(({ type }) => type === 'html').map(({ raw }) => raw.trim())
      expect(raw.filter((html) => !/^(?:<details><summary>Stack<\/summary>|<\/details>)$/.test(html))).toEqual([])
      expect(tokens.filter(({ type }) => ['link', 'image', 'del', 'br', 'hr', 'def'].includes(type))).toEqual([])
      // One headline, one fold, a fence for the stack and one for the commands.
      expect(tokens.filter(({ type }) => type === 'heading')).toHaveLength(1)
      expect(tokens.filter(({ type }) => type === 'code')).toHaveLength(2)
      expect(tokens.filter(({ type }) => type === 'table')).toHaveLength(sources)
      const prose = tokens
        .filter((token) => token.type === 'text' && !('tokens' in token && token.tokens))
        .map(({ raw }) => raw)
      for (const text of prose) expect(text).not.toMatch(/@\w/)
    }
  })
})

describe('a line on stderr', () => {
  it.each(HOSTILE)('has no control character: %s', (_name, text) => {
    expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}]/u)
  })
})

/** A property or message of a workflow command, as actions/runner decodes it. */
function unescaped(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')
}

function tokensOf(tokens: readonly Token[]): Token[] {
  const all: Token[] = []
  marked.walkTokens([...tokens], (token) => {
    all.push(token)
  })
  return all
}

const schemas = new Map<string, ReturnType<Ajv['compile']>>()

function schemaErrors(path: string, value: unknown): string[] {
  const validate = schemas.get(path) ?? compile(path)
  schemas.set(path, validate)
  return validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

function compile(path: string): ReturnType<Ajv['compile']> {
  const schema: Record<string, unknown> = JSON.parse(readFileSync(require.resolve(path), 'utf8'))
  // Draft 4 and 7 say the same of what is used here.
  const { $schema: _draft, id: _id, ...rest } = schema
  return new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(rest)
}
