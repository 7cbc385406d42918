/** Damage that loggers and carriers do to a dump, and what can still be read. docs/limits.md has each row. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { DumpRecord, DumpstreamRecord } from '../../src/core/records.ts'
import { parseDumps } from '../../src/index.ts'
import { type GoldenDump, goldenDumps } from '../golden/dumps.ts'
import { feed, LOG_LINES, withoutPlace } from '../property/weave.ts'

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1)
const eachLine =
  (change: (line: string, i: number) => string) =>
  (text: string): string =>
    linesOf(text)
      .map((line, i) => `${change(line, i)}\n`)
      .join('')
const time = (i: number): string => new Date(Date.UTC(2026, 10, 24, 5, 0, 0, i)).toISOString()
const cut = (bytes: number) => eachLine((line) => Buffer.from(line, 'latin1').subarray(0, bytes).toString('latin1'))
const wrap = (columns: number) => eachLine((line) => line.match(new RegExp(`.{1,${columns}}`, 'g'))?.join('\n') ?? line)
/** One JSON object, its line cut by the carrier. */
const inString =
  (bytes: number) =>
  (text: string): string =>
    `${JSON.stringify({ level: 'error', msg: 'crash', stacktrace: text }).slice(0, bytes)}\n`
const dropped = (text: string): string => {
  const lines = linesOf(text)
  return `${[...lines.slice(0, lines.length / 3), ...lines.slice(lines.length / 3 + 9)].join('\n')}\n`
}

interface Row {
  readonly change: (text: string) => string
  /** Shares of goroutines found, and of dumps with the same signatures as the bare dump. */
  readonly goroutines: number
  readonly signatures: number
  /** Whether a dump that differs shows it in `damaged`, `truncated` or `foreign_lines`. */
  readonly tells: boolean
}

/** The rows of docs/limits.md. */
const ROWS: Readonly<Record<string, Row>> = {
  'a time before each line': {
    change: eachLine((l, i) => `${time(i)} ${l}`),
    goroutines: 1,
    signatures: 1,
    tells: true,
  },
  'fields after each line': { change: eachLine((l) => `${l} service=x`), goroutines: 1, signatures: 1, tells: true },
  'tabs to spaces': { change: (t) => t.replaceAll('\t', '    '), goroutines: 1, signatures: 0.9, tells: true },
  'tabs stripped': { change: (t) => t.replaceAll('\t', ''), goroutines: 1, signatures: 1, tells: true },
  'lines cut at 1 KiB': { change: cut(1024), goroutines: 1, signatures: 1, tells: true },
  'lines cut at 2 KiB': { change: cut(2048), goroutines: 1, signatures: 1, tells: true },
  'lines cut at 4 KiB': { change: cut(4096), goroutines: 1, signatures: 1, tells: true },
  'lines cut at 8 KiB': { change: cut(8192), goroutines: 1, signatures: 1, tells: true },
  'lines cut at 16 KiB': { change: cut(16_384), goroutines: 1, signatures: 1, tells: true },
  'lines wrapped at 120 columns': { change: wrap(120), goroutines: 1, signatures: 1, tells: true },
  'lines wrapped at 80 columns': { change: wrap(80), goroutines: 1, signatures: 1, tells: true },
  'a JSON string cut at 1 KiB': { change: inString(1024), goroutines: 0, signatures: 0, tells: true },
  'a JSON string cut at 4 KiB': { change: inString(4096), goroutines: 0, signatures: 0, tells: true },
  'a JSON string cut at 16 KiB': { change: inString(16_384), goroutines: 0, signatures: 0, tells: true },
  'nine lines dropped': { change: dropped, goroutines: 0.95, signatures: 0, tells: false },
}

/** Dumps of more than a handful of goroutines, some of them with lines of more than 16 KiB. */
function subjects(): GoldenDump[] {
  return goldenDumps().filter(
    ({ name, bytes }) => /^(?:zoo-1\.2\d-(?:stack|quit|pprof2)|leaky)/.test(name) && bytes.length < 400_000,
  )
}

/** Texts of debug=1. */
function profiles(): GoldenDump[] {
  return goldenDumps().filter(({ name }) => /^zoo-1\.\d+-(?:pprof1|leak1)/.test(name))
}

function dumpsOf(records: readonly DumpstreamRecord[]): DumpRecord[] {
  return records.flatMap((record) => (record.type === 'dump' ? [record] : []))
}

function goroutinesOf(records: readonly DumpstreamRecord[]): number {
  return dumpsOf(records).reduce((sum, { goroutines }) => sum + goroutines, 0)
}

function signaturesOf(records: readonly DumpstreamRecord[]): string[] {
  return records.flatMap((record) => (record.type === 'signature' ? [`${record.count} ${record.id}`] : [])).sort()
}

const page = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8')

describe('what damages a dump', () => {
  const bare = subjects().map(({ name, bytes }) => ({
    name,
    text: bytes.toString('latin1'),
    records: parseDumps(bytes),
  }))
  const all = bare.reduce((sum, { records }) => sum + goroutinesOf(records), 0)

  it.each(Object.entries(ROWS))('%s', (name, row) => {
    let found = 0
    let equal = 0
    const silent: string[] = []
    for (const each of bare) {
      const records = parseDumps(Buffer.from(row.change(each.text), 'latin1'))
      found += goroutinesOf(records)
      const isEqual = signaturesOf(records).join() === signaturesOf(each.records).join()
      if (isEqual) equal++
      const tells = dumpsOf(records).some(
        (dump) => (dump.damaged ?? 0) + (dump.foreign_lines ?? 0) > 0 || dump.truncated,
      )
      if (!isEqual && !tells) silent.push(each.name)
    }
    expect(page).toContain(`| ${name} |`)
    const shares = [found / all, equal / bare.length]
    console.log(
      `${name}: ${found} of ${all} goroutines, signatures of ${equal} of ${bare.length} dumps, silent ${silent}`,
    )
    expect(shares[0]).toBeGreaterThanOrEqual(row.goroutines)
    expect(shares[1]).toBeGreaterThanOrEqual(row.signatures)
    if (row.tells) expect(silent).toEqual([])
  })
})

const stripped = (text: string): string => text.replaceAll('\t', '')

describe.each([
  ['TABs stripped', stripped],
  ['wrapped at 60 columns', wrap(60)],
  ['wrapped at 72 columns', wrap(72)],
  ['wrapped at 80 columns', wrap(80)],
  ['wrapped at 80 columns, TABs as eight blanks', (text: string) => wrap(80)(text.replaceAll('\t', '        '))],
  ['TABs stripped, and wrapped at 80 columns', (text: string) => wrap(80)(stripped(text))],
])('%s', (_name, change) => {
  it.each(['functions', 'lines'] as const)(
    'the records at %s equal those of the bare dump, and no line stays in the log',
    (similarity) => {
      for (const { name, bytes } of subjects()) {
        const bare = feed([bytes], { similarity })
        const run = feed([Buffer.from(change(bytes.toString('latin1')), 'latin1')], { similarity })
        expect([name, withoutPlace(run.records)]).toEqual([name, withoutPlace(bare.records)])
        expect([name, run.log.toString()]).toEqual([name, ''])
      }
    },
  )
})

describe.each([
  ['TABs stripped', stripped],
  ['TABs as one blank', (text: string) => text.replaceAll('\t', ' ')],
  ['TABs as four blanks', (text: string) => text.replaceAll('\t', '    ')],
])('%s in the text of debug=1', (_name, change) => {
  it.each(profiles().map(({ name, bytes }) => [name, bytes] as const))(
    '%s: the records equal those of the bare dump, and no line stays in the log',
    (_, bytes) => {
      const bare = feed([bytes], { similarity: 'lines' })
      const run = feed([Buffer.from(change(bytes.toString('latin1')), 'latin1')], { similarity: 'lines' })
      expect(withoutPlace(run.records)).toEqual(withoutPlace(bare.records))
      expect(run.log.toString()).toBe('')
    },
  )
})

it('log lines between the lines of a stripped dump stay in the log', () => {
  for (const { name, bytes } of subjects()) {
    const lines = linesOf(stripped(bytes.toString('latin1')))
    const log = lines.map((_line, i) => `${LOG_LINES[i % LOG_LINES.length]}\n`)
    const run = feed([Buffer.from(lines.map((line, i) => `${line}\n${log[i]}`).join(''))])
    expect([name, run.log.toString()]).toEqual([name, log.join('')])
  }
})
