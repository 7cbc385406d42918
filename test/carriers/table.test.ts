/**
 * The table: every real dump of test/golden/dumps, woven through every carrier, compared with the same lines without one.
 * `npx vitest run test/carriers/table.test.ts` prints it.
 */
import { afterAll, describe, expect, it } from 'vitest'
import type { InputKind } from '../../src/carriers/detect.ts'
import { tableDumps } from '../golden/dumps.ts'
import { feed, LOG_LINES } from '../property/weave.ts'
import { WRAPS } from './weave.ts'

/** How a carrier changes a dump, and why that cannot be avoided, or is not avoided yet. Each difference must occur, and no others. */
const DIFFERENCES: readonly {
  readonly dump: RegExp
  readonly carrier: RegExp
  readonly in: 'goroutines' | 'signatures' | 'log'
  readonly reason: string
}[] = [
  {
    dump: /^inter-.*-(?:foreign|pprof1)|^leaky-/,
    carrier: /./,
    in: 'log',
    reason:
      'a line that another writer cut: without a carrier only the foreign piece is log, in a carrier the whole line',
  },
]

/** The carriers for each value of `--input`. */
const INPUTS = {
  plain: ['none'],
  cri: ['cri'],
  docker: ['docker'],
  json: ['fluent bit', 'fluentd', 'vector', 'json message', 'cloud logging', 'cloudwatch'],
  journald: ['journald'],
  syslog: ['syslog, RFC 3164', 'syslog, RFC 5424'],
  otlp: ['otlp'],
} as const satisfies Partial<Record<InputKind, readonly string[]>>

/** With `--input plain`, the TAB of a klog value is not removed either, and headers of goleak are not read. Prefixes have no value of `--input`. */
const UNLIKE_AUTO = /^(?:goleak|klog-info)/

const BEFORE = LOG_LINES.slice(0, 3)
const AFTER = LOG_LINES.slice(4, 7)
// The lines of `go test -json` are in a carrier already.
const dumps = tableDumps()
  .filter(({ name }) => !name.includes('panicjson'))
  .map(({ name, bytes }) => ({
    name,
    lines: [...BEFORE, ...bytes.toString('utf8').replace(/\n$/, '').split('\n'), ...AFTER],
  }))

interface Found {
  readonly goroutines: number
  readonly signatures: string
  readonly log: string
}

function found(text: string): Found {
  const run = feed([Buffer.from(text)], { goroutines: true })
  let goroutines = 0
  const signatures: string[] = []
  for (const record of run.records) {
    if (record.type === 'dump') goroutines += record.goroutines
    if (record.type === 'goroutine') signatures.push(`${record.goroutine} ${record.state} ${record.signature}`)
    if (record.type === 'signature' && record.count > 0) signatures.push(`${record.count} × ${record.id}`)
  }
  return { goroutines, signatures: signatures.sort().join('\n'), log: run.log.toString('utf8') }
}

const bare = new Map(dumps.map(({ name, lines }) => [name, found(lines.map((line) => `${line}\n`).join(''))]))
const total = [...bare.values()].reduce((sum, { goroutines }) => sum + goroutines, 0)

/** The records of the carried lines, and the log without its carrier. */
function through(wrap: (line: string, i: number) => string, lines: readonly string[]): Found {
  const raw = new Map<string, string>()
  const carried = lines.map((line, i) => {
    const wrapped = `${wrap(line, i)}\n`
    // A line split into parts is one log line.
    const [first = '', ...rest] = wrapped.split(/(?<=\n)/)
    raw.set(first, `${line}\n`)
    for (const part of rest) raw.set(part, '')
    return wrapped
  })
  const got = found(carried.join(''))
  const log = got.log.split(/(?<=\n)/).map((line) => raw.get(line) ?? `not a line that went in: ${line}`)
  return { ...got, log: got.log === '' ? '' : log.join('') }
}

const table: string[][] = [['carrier', 'goroutines found', 'signatures equal', 'log bytes equal']]
const seen = new Set<unknown>()

function share(part: number, all: number): string {
  return `${part} of ${all} (${Math.floor((1000 * part) / all) / 10} %)`
}

function print(): void {
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  const text = table.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const notes = DIFFERENCES.map((each) => `${each.in} of ${each.dump.source} in ${each.carrier.source}: ${each.reason}`)
  process.stdout.write(`${[...text, '', 'Different:', ...notes].join('\n')}\n`)
}

describe('every dump in every carrier', () => {
  describe('has the same goroutines and signatures, and leaves the log unchanged', () => {
    afterAll(print)
    it.each(Object.entries(WRAPS))('%s', (carrier, wrap) => {
      const unexplained: string[] = []
      const equal = { goroutines: 0, signatures: 0, log: 0 }
      let goroutines = 0
      for (const { name, lines } of dumps) {
        const plain = bare.get(name)
        if (plain === undefined) continue
        const got = through(wrap, lines)
        goroutines += Math.min(got.goroutines, plain.goroutines)
        for (const aspect of ['goroutines', 'signatures', 'log'] as const) {
          if (got[aspect] === plain[aspect]) equal[aspect]++
          else if (aspect !== 'goroutines' || got.goroutines < plain.goroutines) {
            const why = DIFFERENCES.find(
              (each) => each.in === aspect && each.dump.test(name) && each.carrier.test(carrier),
            )
            if (why === undefined) unexplained.push(`${aspect} of ${name}`)
            seen.add(why)
          }
        }
      }
      table.push([
        carrier,
        share(goroutines, total),
        share(equal.signatures, dumps.length),
        share(equal.log, dumps.length),
      ])
      expect(unexplained).toEqual([])
    })
    it('still shows every listed difference', () => {
      expect(DIFFERENCES.filter((each) => !seen.has(each))).toEqual([])
    })
  })

  it.each(Object.keys(INPUTS) as (keyof typeof INPUTS)[])('--input %s: the same as auto', (input) => {
    for (const carrier of INPUTS[input]) {
      const wrap: ((line: string, i: number) => string) | undefined =
        carrier === 'none' ? (line) => line : WRAPS[carrier]
      if (wrap === undefined) throw new Error(`no carrier ${carrier}`)
      for (const { name, lines } of dumps) {
        const text = Buffer.from(lines.map((line, i) => `${wrap(line, i)}\n`).join(''))
        const [auto, told] = [feed([text]), feed([text], { input })]
        if (carrier === 'none' && UNLIKE_AUTO.test(name)) {
          expect([name, told.records.length, auto.records.length > 1]).toEqual([name, 0, true])
          continue
        }
        expect([carrier, name, told.records]).toEqual([carrier, name, auto.records])
        expect([carrier, name, told.log.equals(auto.log)]).toEqual([carrier, name, true])
      }
    }
  })
})
