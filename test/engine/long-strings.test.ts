import { describe, expect, it } from 'vitest'
import type { DumpRecord, DumpstreamRecord } from '../../src/core/records.ts'
import { createEngine } from '../../src/engine/engine.ts'

const LINE_BYTES = 4096

interface Read {
  readonly dump: DumpRecord | undefined
  readonly records: readonly DumpstreamRecord[]
  readonly log: string
}

function read(text: string, chunk: number): Read {
  const input = Buffer.from(text)
  const records: DumpstreamRecord[] = []
  const log: Buffer[] = []
  const engine = createEngine({
    limits: { lineBytes: LINE_BYTES },
    onRecord: (record) => records.push(record),
    onLog: (bytes) => log.push(Buffer.from(bytes)),
  })
  for (let pos = 0; pos < input.length; pos += chunk) engine.push(input.subarray(pos, pos + chunk))
  engine.end()
  return { records, dump: records.find((record) => record.type === 'dump'), log: Buffer.concat(log).toString() }
}

const stacks = Array.from(
  { length: 300 },
  (_, i) =>
    `goroutine ${i + 1} [select]:\nmain.f${i % 7}(0x1)\n\t/src/é😀/f.go:${i % 7} +0x1f\ncreated by main.g\n\t/src/g.go:3 +0x1\n`,
).join('\n')
const after = '{"level":"info","msg":"and on it goes"}\n'

describe('a dump in a string of a line that is longer than lineBytes', () => {
  const inner = JSON.stringify({ level: 'error', msg: stacks })
  const lines = {
    'in JSON': `${JSON.stringify({ time: '2026-11-24T05:00:00Z', msg: stacks, more: 'x'.repeat(9000) })}\n`,
    'in JSON with escapes of all characters': `{"msg":"${stacks
      .split('')
      .map((c) => (c < ' ' || c > '~' || c === '"' ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}` : c))
      .join('')}"}\n`,
    'in JSON in JSON': `${JSON.stringify({ log: `${inner}\n`, stream: 'stderr' })}\n`,
    'in logfmt': `level=error msg=${JSON.stringify(stacks)} more=1\n`,
    'after a label': `${JSON.stringify({ msg: `[PANIC RECOVER] boom ${stacks}` })}\n`,
    'without quotes': `${JSON.stringify(stacks).slice(1, -1)}\n`,
  }

  it.each(Object.entries(lines))('is read to its end %s, with any chunking', (_, line) => {
    const whole = read(line + after, line.length * 2)
    expect(whole.dump).toMatchObject({ goroutines: 300, damaged: 0, truncated: false })
    expect(whole.dump?.limits).toBeUndefined()
    expect(whole.dump?.bytes).toEqual([0, Buffer.byteLength(line)])
    expect(whole.records.filter(({ type }) => type === 'signature')).toHaveLength(7)
    expect(whole.log).toBe(line + after)
    for (const chunk of [1000, 4097, 65_536]) expect(read(line + after, chunk)).toEqual(whole)
  })

  it('is truncated if its line ends before the string does', () => {
    const line = `${JSON.stringify({ msg: stacks }).slice(0, 20_000)}\n`
    expect(read(line, 512).dump).toMatchObject({ truncated: true })
    expect(read(line.trimEnd(), 512).dump).toMatchObject({ truncated: true })
  })

  it('is complete when the input ends with the line', () => {
    expect(read(JSON.stringify({ msg: stacks }), 512).dump).toMatchObject({ goroutines: 300, truncated: false })
  })

  it('names the limit when a line of the text itself is too long', () => {
    const line = `${JSON.stringify({ msg: `${stacks}${'x'.repeat(3 * LINE_BYTES)}\n${stacks}` })}\n`
    expect(read(line, 512).dump).toMatchObject({ goroutines: 300, truncated: true, limits: ['lineBytes'] })
  })
})

describe('a dump that is not at the beginning of a line longer than lineBytes', () => {
  const pad = 'x'.repeat(20_000)
  const lines = {
    'in a separate string': `${JSON.stringify({ request: pad, msg: stacks, more: 'x'.repeat(9000) })}\n`,
    'in a string that begins with something else': `${JSON.stringify({ request: pad, msg: `panic: boom\n\n${stacks}` })}\n`,
    'in a string of logfmt': `level=error request=${pad} msg=${JSON.stringify(stacks)}\n`,
    'in a string that began long before': `${JSON.stringify({ msg: `${pad}\n${stacks}` })}\n`,
    'in JSON in JSON': `${JSON.stringify({ request: pad, log: JSON.stringify({ msg: stacks }) })}\n`,
    'after a header in prose': `${JSON.stringify({ request: `${pad}see goroutine 7 [running]: there`, more: pad, msg: stacks })}\n`,
  }

  it.each(Object.entries(lines))('is read to its end %s, with any chunking', (_, line) => {
    const whole = read(after + line + after, line.length * 2)
    expect(whole.dump).toMatchObject({ goroutines: 300, damaged: 0, truncated: false })
    expect(whole.dump?.bytes[1]).toBe(Buffer.byteLength(after + line))
    expect(whole.log).toBe(after + line + after)
    for (const chunk of [100, 1000, 4097, 65_536]) expect(read(after + line + after, chunk)).toEqual(whole)
  })

  it('costs no more for each header in prose', () => {
    const line = `${JSON.stringify({ msg: 'goroutine 7 [running]: in the docs '.repeat(60_000), more: stacks })}\n`
    expect(read(after + line, 65_536).dump).toMatchObject({ goroutines: 300 })
  })
})

describe('a dump after a string of more than a megabyte', () => {
  const pad = 'x'.repeat(1_500_000)
  const readWhole = (
    text: string,
    chunk: number,
  ): { readonly goroutines: readonly number[]; readonly isWhole: boolean; readonly faults: readonly string[] } => {
    const goroutines: number[] = []
    const log: Buffer[] = []
    const engine = createEngine({
      onRecord: (record) => {
        if (record.type === 'dump') goroutines.push(record.goroutines)
      },
      onLog: (bytes) => log.push(Buffer.from(bytes)),
    })
    const input = Buffer.from(text)
    for (let pos = 0; pos < input.length; pos += chunk) engine.push(input.subarray(pos, pos + chunk))
    engine.end()
    return { goroutines, isWhole: Buffer.concat(log).equals(input), faults: engine.faults ?? [] }
  }
  const line = JSON.stringify({ request: pad, msg: stacks })

  it.each([
    ['in the first line', `${line}\n${after}`, []],
    ['in the first line, the only one', line, []],
    [
      'in a list of records',
      `[{"msg":"a"},\n{"msg":"b"},\n${line},\n{"msg":"c"}]\n`,
      ['a string of more than 1 MiB in the JSON'],
    ],
    [
      'in a record on several lines',
      `${JSON.stringify({ request: pad, msg: stacks }, null, 2)}\n`,
      ['a string of more than 1 MiB in the JSON'],
    ],
  ])('is read %s', (_, text, faults) => {
    expect(readWhole(text, 65_536)).toEqual({ goroutines: [300], isWhole: true, faults })
    expect(readWhole(text, 5_000_000)).toMatchObject({ goroutines: [300], isWhole: true })
  })
})
