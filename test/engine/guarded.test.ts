/** An engine that throws, which only a bug causes: simulated by a wrapper around a real engine that throws at a word. */
import { describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import type { Engine, InnerOptions } from '../../src/engine/contract.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { GuardedEngine } from '../../src/engine/guarded.ts'

const DUMP = 'goroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\n'

function brittle(options: InnerOptions): Engine {
  const engine = createEngine({ ...options, input: 'plain' })
  return new Proxy(engine, {
    get: (target, name) => {
      if (name === 'push')
        return (chunk: Uint8Array): void => {
          target.push(chunk)
          if (Buffer.from(chunk).includes('BOOM')) throw new RangeError('Invalid time value')
        }
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function run(pieces: readonly string[], more: Partial<InnerOptions> = {}) {
  const records: DumpstreamRecord[] = []
  const faults: string[] = []
  const log: string[] = []
  const offsets: number[] = []
  const engine = new GuardedEngine(
    {
      onRecord: (record) => {
        if (record.type === 'dump') records.push(record)
      },
      onFault: ({ code, message }) => faults.push(`${code} ${message}`),
      onLog: (bytes, offset) => {
        log.push(Buffer.from(bytes).toString())
        offsets.push(offset)
      },
      ...more,
    },
    brittle,
  )
  for (const piece of pieces) engine.push(Buffer.from(piece))
  engine.end()
  return { records, faults, log: log.join(''), offsets, engine }
}

describe('an engine that throws', () => {
  it('loses only what was open; the log and the next dumps continue at their offsets', () => {
    const first = `one\n${DUMP}two\n`
    const boom = 'three BOOM\n'
    const last = `four\n${DUMP}five\n`
    const { records, faults, log, engine } = run([first, boom, last])
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(
      /^DS_FAULT a dump could not be read.*\(RangeError: Invalid time value\); reading continues/,
    )
    expect(log).toBe('one\ntwo\nthree BOOM\nfour\nfive\n')
    const at = first.length + boom.length + 'four\n'.length
    expect(records.at(-1)).toMatchObject({ goroutines: 1, bytes: [at, at + DUMP.length] })
    expect(engine.stats).toMatchObject({ bytes: first.length + boom.length + last.length, dumps: 2 })
    expect([engine.settled, engine.open]).toEqual([engine.stats.bytes, false])
  })

  it('passes each byte of the log once, at its offset', () => {
    const { log, offsets } = run(['a\nb\n', 'c BOOM\n', 'd\n'])
    expect(log).toBe('a\nb\nc BOOM\nd\n')
    expect(offsets.at(-1)).toBe('a\nb\nc BOOM\n'.length)
  })

  it('does not hide what the functions of the caller throw', () => {
    const onLog = (): void => {
      throw new TypeError('mine')
    }
    expect(() => run(['a\n'], { onLog })).toThrow('mine')
  })
})
