/**
 * Golden pairs: each real dump in dumps/ beside the exact records in records/. `npm run goldens` rewrites the records; a diff of
 * them is reviewed like code.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/engine.ts'
import type { DumpRecord, DumpstreamRecord } from '../../src/core/records.ts'
import { validateRecord } from '../schema/validate.ts'
import { goldenDumps, trueGoroutines, versionOf } from './dumps.ts'

const UPDATE = process.env.DUMPSTREAM_UPDATE_GOLDENS === '1'
const dumps = goldenDumps()

function run(bytes: Buffer): { records: DumpstreamRecord[]; log: string } {
  const records: DumpstreamRecord[] = []
  const log: Buffer[] = []
  const engine = createEngine({
    stacks: 'always',
    onRecord: (record) => records.push(record),
    onLog: (chunk) => log.push(Buffer.from(chunk)),
  })
  engine.push(bytes)
  engine.end()
  return { records, log: Buffer.concat(log).toString('latin1') }
}

function dumpRecords(records: readonly DumpstreamRecord[]): DumpRecord[] {
  return records.filter((record): record is DumpRecord => record.type === 'dump')
}

describe('golden records', () => {
  it.each(dumps.map((dump) => [dump.name, dump] as const))('of %s', (name, dump) => {
    const { records } = run(dump.bytes)
    const text = records.map((record) => `${JSON.stringify(record)}\n`).join('')
    const file = new URL(`./records/${name.replace(/\.txt$/, '')}.jsonl`, import.meta.url)
    if (UPDATE) writeFileSync(file, text)
    expect(existsSync(file), `no ${file.pathname}: npm run goldens`).toBe(true)
    expect(text).toBe(readFileSync(file, 'utf8'))
    for (const record of records) expect(validateRecord(JSON.parse(JSON.stringify(record)))).toEqual([])
  })
})

describe('every real dump', () => {
  it.each(dumps.map((dump) => [dump.name, dump] as const))('%s: every goroutine is counted once, in a signature or in other', (_name, dump) => {
    const { records } = run(dump.bytes)
    let goroutines = 0
    for (const record of dumpRecords(records)) {
      goroutines += record.goroutines
      const counts = records.filter((each) => each.type === 'signature' && each.dump === record.dump)
      const sum = counts.reduce((total, each) => total + (each.type === 'signature' ? each.count : 0), 0)
      expect(sum + (record.other?.count ?? 0)).toBe(record.goroutines)
    }
    expect(goroutines).toBe(trueGoroutines(dump))
  })

  it.each(
    // What these print in a goroutine's manner is none of the runtime's: a debugger, a logger's value, thread profiles.
    dumps.filter(({ name }) => !/^(?:dlv|klog)|threadcreate|panicjson/.test(name)).map((dump) => [dump.name, dump] as const),
  )('%s: no line of a goroutine is left in the log', (_name, dump) => {
    const { log } = run(dump.bytes)
    const left = log.split('\n').filter((line) => /^\t\S.*:\d+(?: \+0x[0-9a-f]+)?(?: fp=.*)?$|^goroutine \d|^created by |^#\t0x/.test(line))
    expect(left).toEqual([])
  })

  it('only cut dumps are truncated, and nothing is damaged but where they were cut', () => {
    for (const dump of dumps) {
      const found = dumpRecords(run(dump.bytes).records)
      const cut = dump.name.startsWith('trunc-')
      expect([dump.name, found.some((record) => record.truncated)]).toEqual([dump.name, cut])
      expect([dump.name, found.reduce((sum, record) => sum + record.damaged, 0)]).toEqual([dump.name, cut ? 1 : 0])
    }
  })

  it('prints the table by Go version and kind', () => {
    const table = new Map<string, Map<string, number>>()
    let total = 0
    for (const dump of dumps) {
      for (const record of dumpRecords(run(dump.bytes).records)) {
        const key = `${record.kind}/${record.format}`
        const row = table.get(key) ?? new Map<string, number>()
        const version = versionOf(dump.name)
        row.set(version, (row.get(version) ?? 0) + record.goroutines)
        table.set(key, row)
        total += record.goroutines
      }
    }
    const versions = [...new Set([...table.values()].flatMap((row) => [...row.keys()]))].sort()
    const lines = [['goroutines found', ...versions].join('\t')]
    for (const [key, row] of [...table].sort()) lines.push([key.padEnd(16), ...versions.map((version) => row.get(version) ?? '-')].join('\t'))
    process.stdout.write(`${lines.join('\n')}\n`)
    expect(total).toBe(dumps.reduce((sum, dump) => sum + trueGoroutines(dump), 0))
  })
})
