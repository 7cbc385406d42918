/** Another engine continues from the state of the first, wherever that was stopped. */
import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DumpstreamError } from '../../src/core/errors.ts'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { createEngine, type EngineOptions, type EngineSnapshot } from '../../src/engine/engine.ts'

const demo = readFileSync(new URL('../../examples/demo.log', import.meta.url))

/** A dump with `count` leaked goroutines. */
function dump(count: number, moment: number): string {
  const blocks = Array.from(
    { length: count },
    (_, i) =>
      `goroutine ${10 + i * 300} [chan send]:\nmain.leak()\n\t/app/main.go:7 +0x1\ncreated by main.main\n\t/app/main.go:3 +0x2\n`,
  )
  const main = 'goroutine 1 [select]:\nmain.main()\n\t/app/main.go:3 +0x1\n'
  return `2026-11-24T10:0${moment}:00Z dump\n${[main, ...blocks].join('\n')}\n2026-11-24T10:0${moment}:01Z log goes on\n`
}

const leak = Buffer.from([0, 1, 2, 3, 4, 5].map((moment) => dump(4 + moment * 5, moment)).join('2026 log\n'.repeat(20)))

/** Two pods whose dumps overlap, as JSON lines. */
const pods = ((): Buffer => {
  const lines = (pod: string): string[] =>
    leak
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.stringify({ log: `${line}\n`, kubernetes: { pod_name: pod, container_name: 'app' } }))
  const [a, b] = [lines('web-1'), lines('web-2')]
  return Buffer.from(`${a.flatMap((line, i) => [line, ...(b[i - 7] === undefined ? [] : [b[i - 7]])]).join('\n')}\n`)
})()

interface Run {
  readonly records: DumpstreamRecord[]
  readonly snapshot: EngineSnapshot
}

/** Runs the bytes [from, to) of the input; records have the offsets of the whole input. */
function run(input: Buffer, from: number, to: number, options: EngineOptions, end: boolean): Run {
  const records: DumpstreamRecord[] = []
  const engine = createEngine({
    stacks: 'always',
    ...options,
    onRecord: (record) => {
      // The summary covers only this run.
      if (record.type === 'summary') return
      records.push(
        record.type === 'dump' ? { ...record, bytes: [record.bytes[0] + from, record.bytes[1] + from] } : record,
      )
    },
  })
  for (let at = from; at < to; at += 997) engine.push(input.subarray(at, Math.min(to, at + 997)))
  if (end) engine.end()
  return { records, snapshot: JSON.parse(JSON.stringify(engine.snapshot())) }
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

const VALUES: readonly (Json | undefined)[] = [
  ...[undefined, null, true, -1, 1.5, 1e308, -1e308, 2 ** 53, '', 'x', '__proto__', [], {}, [null], [[]], [0, 0]],
  ...[{ $map: [] }, { $map: [[1, 2]] }, { $map: 5 }, { $signature: 0 }, { $signature: -1 }, { $signature: 1e9 }],
  ...[{ $ids: '////' }, { $ids: 5 }, { $ids: 'AAAA', $minutes: 7 }, JSON.parse('{"__proto__":1}')],
]

/** The paths of all values, with only the first two elements of each list. */
function pathsOf(value: Json, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]]
  const entries = Array.isArray(value) ? Object.entries(value).slice(0, 2) : Object.entries(value)
  return [[...path], ...entries.flatMap(([name, each]) => pathsOf(each, [...path, name]))]
}

/** A copy with the value at the path replaced; `undefined` removes it. */
function changed(of: Json, [name, ...rest]: readonly string[], value: Json | undefined): Json {
  if (name === undefined) return value ?? null
  if (typeof of !== 'object' || of === null) return of
  const copy: Json = structuredClone(of)
  const entries = Object.entries(copy).flatMap(([key, each]): [string, Json][] => {
    if (key !== name) return [[key, each]]
    if (rest.length === 0 && value === undefined) return []
    return [[key, rest.length === 0 ? (value ?? null) : changed(each, rest, value)]]
  })
  return Array.isArray(copy) ? entries.map(([, each]) => each) : Object.fromEntries(entries)
}

function throwIt(error: Error): never {
  throw error
}

function isRefusal(error: unknown): boolean {
  return error instanceof DumpstreamError && error.code === 'DS_OPTION'
}

const INPUTS: [string, Buffer][] = [
  ['the demo', demo],
  ['a leak', leak],
  ['two pods', pods],
]

describe('a snapshot', () => {
  it.each(INPUTS)('continues anywhere in %s with the records of a single run', (_, input) => {
    const whole = run(input, 0, input.length, {}, true).records
    expect(whole.filter(({ type }) => type === 'dump').length).toBeGreaterThan(1)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: input.length }), { minLength: 1, maxLength: 4 }), (cuts) => {
        const records: DumpstreamRecord[] = []
        let at = 0
        let snapshot: EngineSnapshot | undefined
        for (const cut of [...cuts.sort((a, b) => a - b), input.length]) {
          if (cut < at) continue
          const part = run(input, at, cut, snapshot === undefined ? {} : { snapshot }, cut === input.length)
          records.push(...part.records)
          at += part.snapshot.resumeAt
          snapshot = part.snapshot
        }
        expect(records).toEqual(whole)
      }),
      { numRuns: 60 },
    )
  })

  it('keeps watching a leak', () => {
    const first = run(leak, 0, leak.length >> 1, {}, false)
    const rest = run(leak, first.snapshot.resumeAt, leak.length, { snapshot: first.snapshot }, true)
    expect(rest.records.filter((record) => record.type === 'signature' && record.verdict === 'leaking')).not.toEqual([])
    expect(rest.records.find((record) => record.type === 'dump')?.dump).toBeGreaterThan(1)
  })

  it('is refused if made by another version or similarity, or if it is not a snapshot', () => {
    const { snapshot } = run(leak, 0, leak.length, {}, true)
    const refused = (value: unknown, message: string): void => {
      expect(() => createEngine({ snapshot: value as EngineSnapshot })).toThrow(
        expect.objectContaining({ code: 'DS_OPTION', message: expect.stringContaining(message) }),
      )
    }
    refused({ ...snapshot, v: 2 }, 'snapshot has version 2, but this dumpstream reads version 1; start without it')
    refused({ ...snapshot, similarity: 'exact' }, 'a similarity other than functions')
    refused('a text', 'must be a result of engine.snapshot()')
    refused({ ...snapshot, history: { signatures: [1], sources: [] } }, 'this one is not')
    refused({ ...snapshot, history: { signatures: [], sources: [['a', [{}]]] } }, 'this one is not')
  })

  it('is refused or continued from, whatever one of its values is changed to', () => {
    const before: Json = JSON.parse(JSON.stringify(run(leak, 0, leak.length, {}, true).snapshot))
    const more = Buffer.from(dump(40, 6) + dump(50, 7))
    const wrong: string[] = []
    let refused = 0
    for (const path of pathsOf(before)) {
      for (const value of VALUES) {
        const snapshot = changed(before, path, value)
        try {
          // A fault of the engine throws, too.
          const options = { snapshot: snapshot as unknown as EngineSnapshot, onFault: throwIt }
          const { records } = run(more, 0, more.length, options, true)
          if (/null|NaN/.test(JSON.stringify(records))) wrong.push(`${path.join('.')} ${value}: ${records.length}`)
        } catch (error) {
          refused++
          if (!isRefusal(error)) wrong.push(`${path.join('.')} ${JSON.stringify(value)?.slice(0, 40)}: ${error}`)
        }
      }
    }
    expect(wrong).toEqual([])
    expect(refused).toBeGreaterThan(500)
  })

  it('is refused if nested deeper than any real one', () => {
    const { snapshot } = run(leak, 0, leak.length, {}, true)
    const deep: unknown = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)
    for (const value of [
      { ...snapshot, v: deep },
      { ...snapshot, history: { ...snapshot.history, sources: [['a', deep]] } },
    ])
      expect(() => createEngine({ snapshot: value as EngineSnapshot })).toThrow(
        expect.objectContaining({ code: 'DS_OPTION' }),
      )
  })

  it('of version 1 is read', () => {
    const file = new URL('snapshot.v1.json', import.meta.url)
    const made = run(leak, 0, leak.length, {}, true).snapshot
    if (process.env.DUMPSTREAM_UPDATE_GOLDENS === '1') writeFileSync(file, `${JSON.stringify(made)}\n`)
    const kept: EngineSnapshot = JSON.parse(readFileSync(file, 'utf8'))
    const more = Buffer.from(dump(40, 6))
    const [now, then] = [made, kept].map((snapshot) => run(more, 0, more.length, { snapshot }, true).records)
    expect(then).toEqual(now)
    expect(then?.some((record) => record.type === 'signature' && record.verdict === 'leaking')).toBe(true)
  })
})
