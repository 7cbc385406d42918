/** Newest line first: what it must not be taken for, and that it is read in bounded blocks. */
import { describe, expect, it } from 'vitest'
import type { DumpRecord } from '../../src/core/records.ts'
import { goldenDumps } from '../golden/dumps.ts'
import { feed } from '../property/weave.ts'

const dumpsOf = (bytes: Buffer, options = {}): DumpRecord[] =>
  feed([bytes], options).records.filter((record): record is DumpRecord => record.type === 'dump')

describe('the order of the lines', () => {
  it('is never newest first in a real dump, whole or in chunks', () => {
    for (const { name, bytes } of goldenDumps()) {
      const text = name.includes('panicjson') ? Buffer.alloc(0) : bytes
      for (const dump of dumpsOf(text)) expect([name, dump.order]).toEqual([name, undefined])
    }
  })

  it('is found with other log between all lines, and the dumps come in the order of their times', () => {
    const goroutine = (id: number, line: number): string[] => [
      `goroutine ${id} [chan receive]:`,
      `shop/mail.(*Queue).drain(0xc0001${id}000)`,
      `\t/srv/shop/mail/queue.go:${line} +0x45`,
      '',
    ]
    const lines = [1, 2, 3].flatMap((dump) => [
      ...Array.from({ length: 40 }, (_, i) => `request ${i} of minute ${dump}`),
      ...Array.from({ length: dump * 2 }, (_, i) => goroutine(i + 10, 57)).flat(),
    ])
    const stamped = lines.flatMap((line, i) => [
      `2026-11-24T05:${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}Z ${line}`,
    ])
    const dumps = dumpsOf(Buffer.from(`${stamped.reverse().join('\n')}\n`))
    expect(dumps.map(({ goroutines, order }) => [goroutines, order])).toEqual([
      [2, 'newest_first'],
      [4, 'newest_first'],
      [6, 'newest_first'],
    ])
    expect(dumps.map(({ time }) => time)).toEqual([...dumps.map(({ time }) => time)].sort())
  })

  it('is read in bounded blocks, which end where no dump is open', () => {
    const dump = Array.from({ length: 50 }, (_, i) => [
      `goroutine ${i + 10} [select]:`,
      'shop/cache.(*Store).sweep(0xc0000a6000)',
      '\t/srv/shop/cache/store.go:118 +0x14b',
      '',
    ]).flat()
    const lines = Array.from({ length: 20 }, () => [
      ...Array.from({ length: 200 }, (_, i) => `line ${i} of the log`),
      ...dump,
    ]).flat()
    const bytes = Buffer.from(`${lines.reverse().join('\n')}\n`)
    const dumps = dumpsOf(bytes, { limits: { newestFirstBytes: 40_000 } })
    expect(dumps).toHaveLength(20)
    for (const each of dumps)
      expect(each).toMatchObject({ goroutines: 50, signatures: 1, damaged: 0, order: 'newest_first' })
    const run = feed([bytes], { limits: { newestFirstBytes: 40_000 } })
    // An empty line after the last goroutine of a dump may be either.
    expect(run.log.toString().replace(/^\n/gm, '')).toBe(
      `${lines.filter((line) => line.startsWith('line')).join('\n')}\n`,
    )
  })
})
