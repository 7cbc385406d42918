import { describe, expect, it } from 'vitest'
import type { DumpRecord, DumpstreamRecord } from '../../src/core/records.ts'
import { createEngine } from '../../src/engine/engine.ts'

const MB = 1 << 20

interface Read {
  readonly records: readonly DumpstreamRecord[]
  readonly dumps: readonly DumpRecord[]
  readonly log: string
}

function read(pieces: Iterable<string>, memoryBytes = 2 * MB): Read {
  const records: DumpstreamRecord[] = []
  const log: string[] = []
  const engine = createEngine({
    limits: { memoryBytes },
    onRecord: (record) => records.push(record),
    onLog: (bytes) => log.push(Buffer.from(bytes).toString()),
  })
  for (const piece of pieces) engine.push(Buffer.from(piece))
  engine.end()
  return { records, dumps: records.filter((record) => record.type === 'dump'), log: log.join('') }
}

/** A goroutine with a unique stack. */
const goroutine = (i: number): string =>
  `goroutine ${i + 1} [select]:\nexample.com/pkg.F${i}(0x1)\n\t/src/pkg/f${i}.go:71 +0xf7\nmain.main()\n\t/src/main.go:3 +0x1\n`

const ids = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)

function within(prefix: string, text: string): string {
  return text.replaceAll(/^(?=.)/gm, prefix)
}

const goroutinesOf = (dumps: readonly DumpRecord[]): number =>
  dumps.reduce((sum, { goroutines }) => sum + goroutines, 0)

describe('memoryBytes', () => {
  it('is shared by the streams of a log: the dump that has not grown for the longest time ends, and names the limit', () => {
    const pods = ids(40)
    const { dumps } = read(pods.map((pod) => within(`[pod/web-${pod}/app] `, ids(200).map(goroutine).join(''))))
    expect(dumps).toHaveLength(pods.length)
    expect(dumps.map(({ goroutines }) => goroutines)).toEqual(pods.map(() => 200))
    const cut = dumps.filter(({ limits }) => limits?.includes('memoryBytes'))
    expect(cut.length).toBeGreaterThan(20)
    expect(cut.length).toBeLessThan(pods.length)
    expect(cut.every(({ truncated }) => truncated)).toBe(true)
    expect(dumps.at(-1)?.limits).toBeUndefined()
  })

  it('is shared by the files of an input', () => {
    const files = ids(40)
    const { dumps } = read(files.map((file) => `==> /var/log/f${file}.log <==\n${ids(200).map(goroutine).join('')}\n`))
    expect(dumps.map(({ goroutines }) => goroutines)).toEqual(files.map(() => 200))
    expect(dumps.filter(({ limits }) => limits?.includes('memoryBytes')).length).toBeGreaterThan(20)
  })

  it('has no effect if the dumps fit', () => {
    const input = ids(20).map((pod) => within(`[pod/web-${pod}/app] `, ids(30).map(goroutine).join('')))
    expect(read(input).dumps.flatMap(({ limits }) => limits ?? [])).toEqual([])
  })

  it('counts signatures of a dump that is too large in `other`, and loses no goroutine', () => {
    const { dumps, records } = read(ids(4000).map(goroutine))
    expect(dumps).toHaveLength(1)
    expect(dumps[0]).toMatchObject({ goroutines: 4000, limits: ['memoryBytes'], truncated: false })
    const counted = records.reduce((sum, record) => sum + (record.type === 'signature' ? record.count : 0), 0)
    expect(counted).toBeGreaterThan(500)
    expect(counted).toBeLessThan(4000)
    expect(dumps[0]?.other).toEqual({ count: 4000 - counted, signatures: undefined })
  })

  it('holds for parts of lines whose last part never comes, and they are log', () => {
    const part = (pod: number): string =>
      JSON.stringify({
        log: `goroutine 7 [running]: ${'x'.repeat(100_000)}`,
        stream: 'stdout',
        kubernetes: { pod_name: `web-${pod}`, container_name: 'app', namespace_name: 'x' },
      })
    const input = ids(100).map((pod) => `${part(pod)}\n`)
    expect(read(input).log).toBe(input.join(''))
  })

  it('holds for histories: the source that was used least recently starts over', () => {
    const pods = ids(40)
    const round = (count: number): string[] =>
      pods.map((pod) => within(`[pod/web-${pod}/app] `, ids(count).map(goroutine).join('')))
    const all = (memoryBytes: number): number =>
      read([...round(100), ...round(101)], memoryBytes).records.filter(
        (record) => record.type === 'signature' && record.delta !== undefined,
      ).length
    expect(all(64 * MB)).toBe(40 * 101)
    expect(all(MB)).toBeLessThan(40 * 101)
  })

  it('does not affect a dump that follows one that was ended', () => {
    const { dumps } = read(
      ids(3).flatMap(() => ids(30).map((pod) => within(`[pod/web-${pod}/app] `, ids(200).map(goroutine).join('')))),
    )
    expect(goroutinesOf(dumps)).toBe(3 * 30 * 200)
  })
})
