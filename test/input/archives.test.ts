/** Archives and compressed streams, one in the other: what is in them, and what is said when they are broken. */
import { readFileSync } from 'node:fs'
import zlib, { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { LIMITS, type Limits } from '../../src/core/limits.ts'
import { Gate } from '../../src/input/gate.ts'
import { packingOf } from '../../src/input/magic.ts'
import { BZIP2, retyped, tarOf, XZ, zipOf } from './packed.ts'

interface Read {
  /** By name; `input` for what is no member. */
  readonly texts: Record<string, string>
  readonly faults: readonly string[]
  readonly notices: readonly string[]
}

/** In pieces of `size` bytes. */
async function read(packed: Uint8Array, size = packed.length, limits: Partial<Limits> = {}): Promise<Read> {
  const texts: Record<string, Buffer[]> = {}
  const faults: string[] = []
  const notices: string[] = []
  let name = 'input'
  const reader = {
    onChunk: (bytes: Uint8Array): void => {
      const chunks = texts[name] ?? []
      chunks.push(Buffer.from(bytes))
      texts[name] = chunks
    },
    onMember: (member: string): void => {
      name = member
    },
    onNotice: (line: string): void => {
      notices.push(line)
    },
    onFault: (error: Error): void => {
      faults.push(error.message)
    },
  }
  const gate = new Gate('input', reader, { ...LIMITS, ...limits })
  try {
    for (let at = 0; at < packed.length; at += size) await gate.push(packed.subarray(at, at + size))
    await gate.end()
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error))
  }
  const whole = Object.entries(texts).map(([key, chunks]) => [key, Buffer.concat(chunks).toString()])
  return { texts: Object.fromEntries(whole), faults, notices }
}

afterEach(() => {
  vi.restoreAllMocks()
})

const BIG = Array.from({ length: 4_000 }, (_, i) => `2026-11-24T07:00:00Z line ${(i * 7919) % 4_001}\n`).join('')
const MEMBERS = { 'node-1/app.log': BIG, 'node-2/': '', 'node-3/app.log': 'three\n', empty: '' }
const TEXTS = { 'input:node-1/app.log': BIG, 'input:node-3/app.log': 'three\n' }

const ARCHIVES: readonly (readonly [string, () => Promise<Uint8Array> | Uint8Array])[] = [
  ['zip', () => zipOf(MEMBERS)],
  ['zip with lengths after the data', () => zipOf(MEMBERS, { streamed: true })],
  ['zip that is stored', () => zipOf(MEMBERS, { stored: true })],
  ['tar', () => tarOf(MEMBERS)],
  ['tar.gz', async () => gzipSync(await tarOf(MEMBERS))],
]

describe.each(ARCHIVES)('%s', (_, make) => {
  it.each([1 << 20, 1000, 37])('is read in pieces of %i bytes', async (size) => {
    expect(await read(await make(), size)).toEqual({ texts: TEXTS, faults: [], notices: [] })
  })

  it('is read up to where it is cut, and says so once', async () => {
    const packed = await make()
    const { texts, faults } = await read(packed.subarray(0, Math.floor(packed.length / 2)), 4096)
    expect(faults).toEqual([expect.stringMatching(/^input: the \w+ \w+ is cut short; the data before that was read$/)])
    const text = texts['input:node-1/app.log'] ?? ''
    expect(text.length).toBeGreaterThan(BIG.length / 4)
    expect(BIG.startsWith(text)).toBe(true)
  })
})

describe('packed inputs', () => {
  it.each([
    ['bzip2', BZIP2],
    ['xz', XZ],
  ])('decompresses %s, several streams one after the other too', async (_, packed) => {
    for (const size of [packed.length, 1])
      expect((await read(packed, size)).texts).toEqual({ input: 'goroutine dump\n' })
    expect((await read(Buffer.concat([packed, packed]))).texts).toEqual({ input: 'goroutine dump\n'.repeat(2) })
  })

  it.each([
    ['bzip2', BZIP2],
    ['xz', XZ],
  ])('says that %s is cut', async (what, packed) => {
    const { faults } = await read(packed.subarray(0, -12))
    expect(faults).toEqual([`input: the ${what} stream is cut short; the data before that was read`])
  })

  it('unpacks what is packed in what is packed', async () => {
    const inner = zipOf({ 'a.log.gz': gzipSync('a\n'), 'b.log.xz': XZ, 'c.log': 'c\n' })
    const outer = gzipSync(await tarOf({ 'bundle.zip': inner, 'd.bz2': BZIP2 }))
    expect(await read(outer, 100)).toEqual({
      texts: {
        'input:bundle.zip:a.log.gz': 'a\n',
        'input:bundle.zip:b.log.xz': 'goroutine dump\n',
        'input:bundle.zip:c.log': 'c\n',
        'input:d.bz2': 'goroutine dump\n',
      },
      faults: [],
      notices: [],
    })
  })

  it('reads on after a member that is damaged', async () => {
    const packed = zipOf({ 'a.log': BIG, 'b.log': 'b\n' })
    packed.fill(0xff, 60, 80)
    const { texts, faults } = await read(packed)
    expect(texts['input:b.log']).toBe('b\n')
    expect(faults).toEqual([expect.stringMatching(/^input:a\.log: is damaged \(.+\); the data before that was read$/)])
  })

  it('reads on after a compressed member that is cut', async () => {
    const { texts, faults } = await read(await tarOf({ 'a.gz': gzipSync(BIG).subarray(0, 5000), 'b.log': 'b\n' }))
    expect(texts['input:b.log']).toBe('b\n')
    expect(faults).toEqual(['input:a.gz: the gzip stream is cut short; the data before that was read'])
  })

  it.each([
    ['is encrypted', { flags: 1 }],
    ["can't be read from a stream (zip method 14)", { method: 14 }],
  ])('says that a member %s', async (why, options) => {
    expect((await read(zipOf({ 'a.log': BIG }, options))).faults).toEqual([`input:a.log: ${why}`])
  })

  it('says that the checksum of a member is wrong', async () => {
    const packed = zipOf({ 'a.log': 'text\n' }, { stored: true })
    packed[30 + 'a.log'.length] = 0x54
    expect((await read(packed)).faults).toEqual(['input:a.log: its checksum does not match'])
  })

  it('reads all before the garbage that follows gzip, and says that it is there', async () => {
    const packed = Buffer.concat([gzipSync(BIG), gzipSync('two\n'), Buffer.from('garbage')])
    const notices = ['input: ignored trailing data that is not gzip']
    for (const size of [packed.length, 1000])
      expect(await read(packed, size)).toEqual({ texts: { input: `${BIG}two\n` }, faults: [], notices })
  })

  it('says that the checksum of gzip is wrong', async () => {
    const packed = gzipSync(BIG)
    packed.writeUInt32LE(1, packed.length - 8)
    const { texts, faults } = await read(packed)
    expect(texts.input).toBe(BIG)
    expect(faults).toEqual(['input: the gzip stream is damaged (incorrect data check); the data before that was read'])
  })

  it.each([...'01234567gxLKSVMDN\0 \u00ff'])(
    'ends where a member of a tar has type %j and content',
    async (typeflag) => {
      const packed = retyped(await tarOf({ 'a.log': 'one\n'.repeat(300), 'b.log': 'two\n' }), typeflag)
      const whole = await read(packed)
      expect(await read(packed, 100)).toEqual(whole)
      // What is no member names the one behind it, or is damage.
      expect(Object.values(whole.texts).includes('two\n') || whole.faults.length === 1).toBe(true)
    },
  )

  it('reads a name without an end in gzip over, many bytes at once', async () => {
    const head = gzipSync('a\n').subarray(0, 10)
    head[3] = 8
    const name = Buffer.alloc(64 << 20, 'n')
    const before = process.cpuUsage()
    const { faults } = await read(Buffer.concat([head, name]), 64 << 10)
    expect(faults).toEqual(['input: the gzip stream is cut short; the data before that was read'])
    // 1 µs a byte, asked for one by one, were a minute.
    expect(process.cpuUsage(before).user).toBeLessThan(10e6)
  })

  it('reads the name and the comment of gzip over', async () => {
    const [head, rest] = [gzipSync('a\n').subarray(0, 10), gzipSync('a\n').subarray(10)]
    head[3] = 4 | 8 | 16
    const packed = Buffer.concat([head, Buffer.from('\x02\0xyapp.log\0comment\0', 'latin1'), rest])
    expect((await read(packed, 3)).texts).toEqual({ input: 'a\n' })
  })
})

describe('small members', () => {
  const small = ['one\n', '', '', BIG, 'two\n', BIG, '', 'x'.repeat(300_000), 'three\n', '']
  const TINY = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`${i}.log`, 'x']))
  const gz = Buffer.concat(small.map((text) => gzipSync(text)))

  it.each([1 << 20, 65_536, 1_000, 31, 1])('between large ones are read in pieces of %i bytes', async (size) => {
    expect(await read(gz, size)).toEqual({ texts: { input: small.join('') }, faults: [], notices: [] })
  })

  it('of which one is damaged are read up to it', async () => {
    const damaged = Buffer.concat([gzipSync('one\n'), gzipSync('two\n'), gzipSync('three\n')])
    damaged[gzipSync('one\n').length + 10] = 0xff
    const { texts, faults } = await read(damaged)
    expect(texts).toEqual({ input: 'one\n' })
    expect(faults).toEqual([expect.stringContaining('the gzip stream is damaged (invalid block type)')])
  })

  it.each<[string, Buffer]>([
    ['gzip', Buffer.concat(Array(2_000).fill(gzipSync('')))],
    ['gzip with a byte each', Buffer.concat(Array(2_000).fill(gzipSync('x')))],
    ['zip', zipOf(TINY)],
    ['zip with lengths after the data', zipOf(TINY, { streamed: true })],
  ])('of %s take no stream of zlib each: a hundred thousand took 26 s', async (_, packed) => {
    const created = vi.spyOn(zlib, 'createInflateRaw')
    await read(packed)
    expect(created.mock.calls.length).toBeLessThan(3)
  })
})

describe('bombs', () => {
  it('stops where more comes out than any log is compressed by', async () => {
    const { texts, faults } = await read(gzipSync('\n'.repeat(5 << 20)), 100, {
      unpackedBytes: 1 << 20,
      unpackedRatio: 10,
    })
    expect(faults).toEqual(['input: unpacks to more than 10 times its size; the data before that was read'])
    expect(texts.input?.length).toBeLessThan(2 << 20)
  })

  it('counts all members together', async () => {
    const members = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i}`, '\n'.repeat(1 << 20)]))
    const { faults } = await read(zipOf(members), 100, { unpackedBytes: 1 << 20, unpackedRatio: 10 })
    expect(faults).toEqual(['input: unpacks to more than 10 times its size; the data before that was read'])
  })

  it('lets a small input be compressed by any ratio', async () => {
    expect((await read(gzipSync('\n'.repeat(2 << 20)))).faults).toEqual([])
  })

  it('stops at packings in packings', async () => {
    let packed: Uint8Array = gzipSync('a\n')
    for (let i = 0; i < 4; i++) packed = gzipSync(packed)
    expect((await read(packed, 100, { packings: 4 })).faults).toEqual([
      'input: is packed more than 4 times; the data before that was read',
    ])
    expect((await read(packed, 100)).texts).toEqual({ input: 'a\n' })
  })

  it('stops at too many members', async () => {
    const { texts, faults } = await read(zipOf({ a: 'a', b: 'b', c: 'c' }), 100, { members: 2 })
    expect(Object.keys(texts)).toEqual(['input:a', 'input:b'])
    expect(faults).toEqual(['input: has more than 2 files in it; the data before that was read'])
  })
})

describe('magic bytes', () => {
  it.each(['', '\x1f', '\x1f\x8b', 'PK', 'BZh91AY', '(\xb5/'])('waits for more after %j', (head) => {
    expect(packingOf(Buffer.from(head, 'latin1'))).toBeUndefined()
  })

  it.each(['P', 'PK\x03', 'BZh9 is a level', 'goroutine 1 [running]:\n', '2026-11-24'])('takes %j for text', (head) => {
    expect(packingOf(Buffer.from(`${head}\n`))).toBe('none')
  })

  it('has no name of a packing in what it takes for a log', () => {
    expect(packingOf(readFileSync(new URL('../golden/dumps/zoo-1.27-quit.txt', import.meta.url)))).toBe('none')
  })
})
