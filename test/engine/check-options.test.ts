import { describe, expect, it } from 'vitest'
import { createEngine, dumpstream, parseDumps } from '../../src/index.ts'

/** Calls the engine as untyped JavaScript can. */
const make = (options: unknown): unknown => Reflect.apply(createEngine, undefined, [options])

describe('an invalid option value', () => {
  it.each([
    [null, 'options takes an object, not null'],
    ['app.log', 'options takes an object, not "app.log"'],
    [{ source: 43 }, 'source takes a name, not 43'],
    [{ similarity: 'line' }, 'similarity takes origin, functions, lines, exact, not "line"'],
    [{ stacks: true }, 'stacks takes first, always, never, not true'],
    [{ input: 'k8s' }, 'input takes auto, plain, cri, docker, json, journald, syslog, otlp, not "k8s"'],
    [{ streamKeys: 'pod' }, 'streamKeys takes an array of names, not "pod"'],
    [{ idle: 0 }, 'idle takes milliseconds above 0, not 0'],
    [{ limits: { signature: 5 } }, 'limits has no signature; LIMITS lists all names'],
    [{ limits: { signatures: -1 } }, 'limits.signatures takes a whole number above 0, not -1'],
    [{ limits: { lineBytes: undefined } }, 'limits.lineBytes takes a whole number above 0, not undefined'],
  ])('throws for %j', (options, message) => {
    expect(() => make(options)).toThrow(
      expect.objectContaining({ name: 'DumpstreamError', code: 'DS_OPTION', message }),
    )
  })

  it('throws in the stream and in parseDumps, too', () => {
    const code = expect.objectContaining({ code: 'DS_OPTION' })
    expect(() => Reflect.apply(dumpstream, undefined, [{ logs: 'keep' }])).toThrow(code)
    expect(() => Reflect.apply(dumpstream, undefined, [{ similarity: 'line' }])).toThrow(code)
    expect(() => Reflect.apply(dumpstream, undefined, [null])).toThrow(code)
    expect(() => Reflect.apply(parseDumps, undefined, [undefined])).toThrow(code)
  })
})

it('pushing text instead of bytes throws, and the engine continues', () => {
  const engine = createEngine()
  const message = 'push takes bytes, such as Buffer.from(text), not "panic: x\\n"'
  expect(() => Reflect.apply(engine.push, engine, ['panic: x\n'])).toThrow(
    expect.objectContaining({ name: 'DumpstreamError', code: 'DS_OPTION', message }),
  )
  engine.push(Buffer.from('hello\n'))
  engine.end()
  expect(engine.stats.bytes).toBe(6)
})
