import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/core/limits.ts'
import type { DumpRecord, DumpstreamRecord } from '../../src/core/records.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { goldenDump } from '../golden/dumps.ts'
import { feed, LOG_LINES, linesOf } from '../property/weave.ts'
import { TIME, WRAPS, wrapLines } from './weave.ts'

describe.each(Object.entries(WRAPS))('a dump in %s', (_name, wrap) => {
  it('lets the other lines through, byte for byte, with any chunking', () => {
    const dump = goldenDump('zoo-1.27-stack.txt').toString('utf8')
    const before = wrapLines(`${LOG_LINES.slice(0, 4).join('\n')}\n`, wrap)
    const after = wrapLines(`${LOG_LINES.slice(4, 8).join('\n')}\n`, wrap)
    const input = Buffer.from(before + wrapLines(dump, wrap) + after)
    for (const size of [input.length, 777, 1]) {
      const chunks: Buffer[] = []
      for (let at = 0; at < input.length; at += size) chunks.push(input.subarray(at, at + size))
      const run = feed(chunks)
      expect(run.records.filter((record) => record.type === 'dump')).toMatchObject([
        { goroutines: 39, damaged: 0, truncated: false },
      ])
      expect(run.log.toString()).toBe(before + after)
    }
  })
})

// zerolog omits an empty message; the lines of the dump have fields that log lines do not have.
it('an empty line whose text the logger omitted belongs to the dump, even after a log line', () => {
  const event = (message: string, more = {}): string =>
    `${JSON.stringify({ level: 'info', ...more, time: '2026-11-25T16:36:33Z', ...(message === '' ? {} : { message }) })}\n`
  const served = event('served')
  const own = { service: 'shop', replica: 3 }
  const dump = [
    'goroutine 1 [running]:',
    'main.main()',
    '\t/app/main.go:3 +0x1d',
    '',
    'goroutine 2 [select]:',
    'main.f()',
  ]
  const lines = [...dump, '\t/app/main.go:7 +0x1d'].map((line) => event(line, own))
  lines.splice(3, 0, served)
  const run = feed([Buffer.from(lines.join(''))])
  expect(run.records[0]).toMatchObject({ goroutines: 2, damaged: 0 })
  expect(run.log.toString()).toBe(served)
})

describe('streams', () => {
  it('past the limit the least recently used one is dropped: its open dump is completed and names the limit', () => {
    const records: DumpstreamRecord[] = []
    const engine = createEngine({ limits: { ...LIMITS, sources: 2 }, onRecord: (record) => records.push(record) })
    const dump = linesOf(goldenDump('zoo-1.27-stack.txt'))
    const push = (pod: number, lines: readonly Buffer[]): void => {
      for (const line of lines) {
        const event = { log: line.toString(), stream: 'stdout', kubernetes: { pod_name: `web-${pod}` } }
        engine.push(Buffer.from(`${JSON.stringify(event)}\n`))
      }
    }
    const half = dump.length >> 1
    push(1, dump.slice(0, half))
    push(2, dump.slice(0, half))
    push(1, dump.slice(half, half + 1))
    expect(records).toEqual([])
    push(3, dump)
    push(1, dump.slice(half + 1))
    engine.end()
    const found = records.filter((record): record is DumpRecord => record.type === 'dump')
    expect(found.map(({ source }) => source.slice(-5)).sort()).toEqual(['web-1', 'web-2', 'web-3'])
    for (const each of found) {
      if (each.source.endsWith('web-2')) expect(each).toMatchObject({ truncated: true, limits: ['sources'] })
      else expect(each).toMatchObject({ truncated: false, goroutines: 39 })
    }
  })

  it('a stream with the name of a property of every object keeps that name, and has no attributes', () => {
    const lines = ['goroutine 1 [running]:', 'main.main()', '\t/app/main.go:3 +0x1d']
    const run = feed([Buffer.from(lines.map((line) => `constructor | ${line}\n`).join(''))])
    const [dump] = run.records
    expect(dump).toMatchObject({ type: 'dump', source: 'constructor' })
    expect(dump).not.toHaveProperty('attributes')
  })

  it('500 pods interleaved at random, 40 of them dumping at once: every dump whole', () => {
    const dump = goldenDump('zoo-1.27-stack.txt').toString('utf8')
    let state = 5
    const random = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      return (state >>> 8) % below
    }
    const pods = Array.from({ length: 500 }, (_, i) => {
      const lines = i < 40 ? linesOf(Buffer.from(dump)) : LOG_LINES.map((line) => Buffer.from(`${line}\n`))
      return lines.map(
        (line) =>
          `${JSON.stringify({ log: line.toString(), stream: 'stdout', kubernetes: { pod_name: `web-${i}` } })}\n`,
      )
    })
    const out: string[] = []
    while (pods.length > 0) {
      const at = random(pods.length)
      const line = pods[at]?.shift()
      if (line === undefined) pods.splice(at, 1)
      else out.push(line)
    }
    const found = feed([Buffer.from(out.join(''))]).records.filter(
      (record): record is DumpRecord => record.type === 'dump',
    )
    expect(found.length).toBe(40)
    expect(new Set(found.map((each) => each.source)).size).toBe(40)
    for (const each of found) expect(each).toMatchObject({ goroutines: 39, damaged: 0, truncated: false, dump: 1 })
    expect(found[0]?.attributes).toMatchObject({ 'k8s.pod.name': expect.stringMatching(/^web-\d+$/) })
  })

  it('a line that kubelet cut at 16 KiB is joined', () => {
    const label = 'x'.repeat(20_000)
    const header = `goroutine 7 [chan receive] {"k": "${label}"}:`
    const input = [
      `${TIME} stdout F goroutine 1 [running]:`,
      `${TIME} stdout F main.main()`,
      `${TIME} stdout F \t/app/main.go:3 +0x1d`,
      `${TIME} stdout F `,
      `${TIME} stdout P ${header.slice(0, 16384)}`,
      `${TIME} stdout F ${header.slice(16384)}`,
      `${TIME} stdout F main.wait()`,
      `${TIME} stdout F \t/app/main.go:9 +0x1d`,
    ].join('\n')
    const run = feed([Buffer.from(`${input}\n`)], { goroutines: true })
    expect(run.records.filter((record) => record.type === 'goroutine')).toMatchObject([
      { goroutine: 1 },
      { goroutine: 7, labels: { k: label } },
    ])
    expect(run.log.toString()).toBe('')
  })
})

it('a preamble that the container runtime had split before the first dump of a log was not recognized', () => {
  const lines = [
    'stdout P panic: runtime error: invalid memo',
    'stdout F ry address or nil pointer dereference',
    'stdout F ',
    'stdout F goroutine 1 [running]:',
    'stderr F unrelated stderr line',
    'stdout F main.handler(0x0)',
    'stdout F \t/app/main.go:42 +0x1d',
    'stdout F shutting down',
  ].map((line) => `${TIME} ${line}\n`)
  const { records, log } = feed(lines.map((line) => Buffer.from(line)))
  expect(records[0]).toMatchObject({
    kind: 'panic',
    reason: 'runtime error: invalid memory address or nil pointer dereference',
    goroutines: 1,
  })
  expect(log.toString()).toBe(`${lines[4]}${lines[7]}`)
  expect(feed([Buffer.from(lines.join(''))]).records).toEqual(records)
})

it.each(['SIGQUIT: quit', 'panic: boom'])(
  '%s without a carrier before a dump in CRI does not hide the dump in small chunks',
  (line) => {
    const dump = ['goroutine 1 [running]:', 'main.main()', '\t/app/main.go:3 +0x1d']
    const input = Buffer.from(`${line}\n${dump.map((text) => `${TIME} stderr F ${text}\n`).join('')}`)
    const whole = feed([input])
    expect(whole.records).toMatchObject([
      { type: 'dump', goroutines: 1 },
      { type: 'signature', count: 1 },
    ])
    expect(whole.log.toString()).toBe(`${line}\n`)
    for (const size of [1, 7, line.length + 1]) {
      const chunks: Buffer[] = []
      for (let at = 0; at < input.length; at += size) chunks.push(input.subarray(at, at + size))
      expect(feed(chunks)).toEqual(whole)
    }
  },
)

it('a carried line that contains a piece of a dump stays whole in the log', () => {
  const event = (log: string): string => `${JSON.stringify({ log: `${log}\n`, stream: 'stdout', time: TIME })}\n`
  const foreign = event('main.wa2026-11-24T05:00:00Z INFO another writer')
  const dump = ['goroutine 1 [running]:', 'main.main()', '\t/app/main.go:3 +0x1d'].map(event).join('')
  const run = feed([Buffer.from(dump + foreign + event('it(0x1)') + event('\t/app/main.go:9 +0x1d'))])
  expect(run.records).toMatchObject([
    { type: 'dump', damaged: 0 },
    { type: 'signature', stack: ['main.main /app/main.go:3', 'main.wait /app/main.go:9'] },
  ])
  expect(run.log.toString()).toBe(foreign)
})

describe("journald's arrays of bytes", () => {
  const entry = (message: string): string =>
    `${JSON.stringify({ __CURSOR: 's=1', __REALTIME_TIMESTAMP: '1795496400000000', _PID: '43', MESSAGE: [...Buffer.from(message)] })}\n`
  const coloured = (line: string): string => entry(`\u001b[36m${line}\u001b[0m`)
  const dump = goldenDump('zoo-1.27-stack.txt').toString('utf8')
  const lines = linesOf(Buffer.from(dump)).map((line) => coloured(line.toString().trimEnd()))
  const request = entry('\u001b[32mINFO\u001b[0m a request')

  it.each(['auto', 'journald'] as const)('%s: a dump in them is found, and nothing else is taken', (input) => {
    const log = Buffer.from(request + lines.join('') + request)
    for (const size of [log.length, 100]) {
      const chunks: Buffer[] = []
      for (let at = 0; at < log.length; at += size) chunks.push(log.subarray(at, at + size))
      const run = feed(chunks, { input })
      expect(run.records.filter((record) => record.type === 'dump')).toMatchObject([
        { goroutines: 39, damaged: 0, attributes: { 'process.pid': '43' } },
      ])
      expect(run.log.toString()).toBe(request + request)
    }
  })

  it('a whole dump in one: found, and the line stays in the log', () => {
    const line = entry(`${dump}\u001b[0m`)
    const run = feed([Buffer.from(line)])
    expect(run.records.filter((record) => record.type === 'dump')).toMatchObject([{ goroutines: 39 }])
    expect(run.log.toString()).toBe(line)
  })
})

describe('a whole dump in one string', () => {
  const dump = goldenDump('zoo-1.27-stack.txt').toString('utf8')

  it.each([
    ['zap', JSON.stringify({ level: 'error', ts: 1795496400.5, msg: 'stuck', stacktrace: dump })],
    [
      'zap in docker',
      JSON.stringify({
        log: `${JSON.stringify({ level: 'error', msg: 'stuck', stacktrace: dump })}\n`,
        stream: 'stdout',
        time: TIME,
      }),
    ],
    ['slog in CRI', `${TIME} stderr F ${JSON.stringify({ time: TIME, level: 'INFO', msg: dump })}`],
    ['logrus', `time="${TIME}" level=info msg=${JSON.stringify(dump)}`],
  ])('%s: found, and the line stays in the log', (_name, line) => {
    const run = feed([Buffer.from(`${line}\n`)])
    expect(run.records.filter((record) => record.type === 'dump')).toMatchObject([{ goroutines: 39, damaged: 0 }])
    expect(run.log.toString()).toBe(`${line}\n`)
  })
})

describe('what looks like a carrier', () => {
  it.each([
    ['prose with a header at its end', 'we saw goroutine 7 [running]:\nand nothing else\n'],
    ['JSON that quotes a header', '{"msg":"goroutine 7 [running]:"}\n{"msg":"nothing else"}\n'],
  ])('%s makes no dump, and comes out as it was', (_name, text) => {
    const run = feed([Buffer.from(text)])
    expect(run.records).toEqual([])
    expect(run.log.toString()).toBe(text)
  })
})
