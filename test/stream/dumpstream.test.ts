import { once } from 'node:events'
import { Duplex, PassThrough, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { type DumpstreamRecord, dumpstream, parseDumps } from '../../src/index.ts'
import { dumpText, logText } from '../cli/dumps.ts'

const DUMP = dumpText()
const LOG = logText(20) + DUMP + logText(20) + DUMP + logText(20)

function pieces(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text)
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  return chunks
}

async function records(stream: AsyncIterable<DumpstreamRecord>): Promise<DumpstreamRecord[]> {
  const all: DumpstreamRecord[] = []
  for await (const record of stream) all.push(record)
  return all
}

async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('the transform', () => {
  it.each([1, 7, 1000, 65536])('gives the records of a log written in pieces of %i bytes', async (size) => {
    const found = await records(Readable.from(pieces(LOG, size)).pipe(dumpstream()))
    expect(found).toEqual(parseDumps(LOG))
    expect(found.filter(({ type }) => type === 'dump')).toMatchObject([
      { dump: 1, source: 'stdin', goroutines: 55 },
      { dump: 2, source: 'stdin', goroutines: 55 },
    ])
  })

  it('takes strings, in any encoding', async () => {
    const stream = dumpstream({ source: 'api' })
    stream.write(Buffer.from(logText(3)).toString('base64'), 'base64')
    stream.end(DUMP)
    expect((await records(stream))[0]).toMatchObject({ source: 'api', goroutines: 55 })
  })

  it('with logs: pass gives the log byte for byte and the records as JSON lines', async () => {
    for (const size of [3, 65536]) {
      const out = await text(Readable.from(pieces(LOG, size)).pipe(dumpstream({ logs: 'pass' })))
      const lines = out.split('\n')
      expect(lines.filter((line) => !line.startsWith('{')).join('\n')).toBe(logText(20) + logText(20) + logText(20))
      expect(lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))).toEqual(
        parseDumps(LOG).filter(({ type }) => type !== 'summary'),
      )
    }
  })

  it('with logs: objects gives the log byte for byte as buffers, and the records between them', async () => {
    for (const size of [7, 65536]) {
      const items: unknown[] = []
      for await (const item of Readable.from(pieces(LOG, size)).pipe(dumpstream({ logs: 'objects' }))) items.push(item)
      const log = items.filter((item) => Buffer.isBuffer(item))
      expect(Buffer.concat(log).toString()).toBe(logText(20) + logText(20) + logText(20))
      expect(items.filter((item) => !Buffer.isBuffer(item))).toEqual(parseDumps(LOG))
      expect(Buffer.isBuffer(items[0])).toBe(true)
    }
  })

  it('with logs: pass hands on bytes that stay as they are', async () => {
    const stream = dumpstream({ logs: 'pass' })
    const kept: Uint8Array[] = []
    const copies: Buffer[] = []
    stream.on('data', (chunk: Uint8Array) => {
      kept.push(chunk)
      copies.push(Buffer.from(chunk))
    })
    for (const chunk of pieces(LOG, 61)) stream.write(chunk)
    stream.end()
    await once(stream, 'end')
    expect(Buffer.concat(kept).equals(Buffer.concat(copies))).toBe(true)
  })

  it('with logs: pass puts a record on a line of its own when the log ends within one', async () => {
    const stream = dumpstream({ logs: 'pass' })
    stream.end(`${DUMP}no line end`)
    expect(await text(stream)).toMatch(/^no line end\n\{"v":1,/)
  })

  it('waits for its reader: a log is not read ahead of it', async () => {
    let produced = 0
    async function* endless(): AsyncGenerator<string> {
      for (;;) {
        produced++
        yield DUMP
      }
    }
    const stream = Readable.from(endless()).pipe(dumpstream())
    await delay(50)
    const ahead = produced
    expect(ahead).toBeLessThan(60)
    await delay(50)
    expect(produced).toBe(ahead)
    for (let i = 0; i < 100; i++) {
      if (stream.read() === null) await once(stream, 'readable')
    }
    expect(produced).toBeGreaterThan(ahead)
    stream.destroy()
  })

  it('works in a pipeline, with for await, and as a web stream', async () => {
    const seen: DumpstreamRecord[] = []
    await pipeline(
      Readable.from([LOG]),
      dumpstream(),
      new Writable({
        objectMode: true,
        write: (record: DumpstreamRecord, _, done) => {
          seen.push(record)
          done()
        },
      }),
    )
    expect(seen).toEqual(parseDumps(LOG))
    const { writable, readable } = Duplex.toWeb(dumpstream())
    const writer = writable.getWriter()
    void writer.write(Buffer.from(LOG)).then(() => writer.close())
    const web: unknown[] = []
    for await (const record of readable) web.push(record)
    expect(web).toEqual(seen)
  })

  it('is aborted by its signal', async () => {
    const stop = new AbortController()
    const stream = dumpstream({ signal: stop.signal })
    stream.write(LOG)
    const failed = once(stream, 'error')
    stop.abort()
    expect((await failed)[0]).toMatchObject({ name: 'AbortError' })
    expect(stream.destroyed).toBe(true)
  })

  it('passes an error of the engine on, and does not throw into the writer', async () => {
    for (const tell of ['push', 'end']) {
      const stream = dumpstream()
      // A reader that throws in `push` is the one way to make a sound engine fail.
      stream.push = () => {
        throw new Error('a bug')
      }
      const failed = once(stream, 'error')
      if (tell === 'push') stream.write(DUMP + DUMP)
      else stream.end(DUMP)
      expect((await failed)[0]).toMatchObject({ message: 'a bug' })
    }
  })
})

describe('a live input', () => {
  it('ends a dump with silence when idle is given', async () => {
    const stream = dumpstream({ idle: 60 })
    const got: DumpstreamRecord[] = []
    stream.on('data', (record: DumpstreamRecord) => got.push(record))
    stream.write(DUMP)
    await delay(30)
    expect(got).toEqual([])
    while (got.length < 4) await delay(5)
    expect(got[0]).toMatchObject({ goroutines: 55 })
    stream.write(DUMP)
    stream.end()
    await once(stream, 'end')
    expect(got.filter(({ type }) => type === 'dump')).toHaveLength(2)
  })

  it('waits for the next dump or the end when it is not', async () => {
    const stream = dumpstream()
    let got = 0
    stream.on('data', () => got++)
    stream.write(DUMP)
    await delay(100)
    expect(got).toBe(0)
    stream.end()
    await once(stream, 'end')
    expect(got).toBe(5)
  })

  it('does not take a reader that holds it up for silence', async () => {
    const source = new PassThrough()
    const stream = source.pipe(dumpstream({ idle: 40, goroutines: true, readableHighWaterMark: 4 }))
    source.write(dumpText(undefined, 1))
    // More goroutine records wait than the mark allows: the rest of the dump can't come in.
    await delay(20)
    source.write(dumpText(undefined, 1000))
    await delay(200)
    source.end()
    expect((await records(stream)).filter(({ type }) => type === 'dump')).toMatchObject([{ goroutines: 110 }])
  })

  it('fails as a stream does when the engine fails on a tick', async () => {
    const stream = dumpstream({ idle: 20 })
    stream.write(DUMP)
    stream.push = () => {
      throw new Error('a bug')
    }
    expect((await once(stream, 'error'))[0]).toMatchObject({ message: 'a bug' })
  })
})

describe('parseDumps', () => {
  it('reads text and bytes, with the options of the engine', () => {
    expect(parseDumps(LOG)).toEqual(parseDumps(Buffer.from(LOG)))
    expect(parseDumps(LOG, { source: 'x', stacks: 'never', goroutines: true })).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ type: 'dump', source: 'x' }),
        expect.objectContaining({ type: 'goroutine', goroutine: 100 }),
      ]),
    )
    expect(parseDumps('no dump here\n')).toEqual([
      { v: 1, type: 'summary', source: 'stdin', bytes: 13, lines: 1, dumps: 0, goroutines: 0, findings: {} },
    ])
  })
})
