/** A line that differs from the previous one only in its text and its time is not scanned: the result equals that of a scan. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CarriedText, type Carrier } from '../../src/carriers/carrier.ts'
import { DIALECTS, docker, journald, logger, namedBy } from '../../src/carriers/dialects.ts'
import { JsonCarrier } from '../../src/carriers/json.ts'
import type { Dialect } from '../../src/carriers/json-dialect.ts'
import { prefixOf } from '../../src/carriers/shown-prefix.ts'

const TEXT = fc.constantFrom(
  'goroutine 7 [running]:\n',
  'main.main()\n',
  '\t/srv/main.go:3 +0x1d\n',
  '',
  '\n',
  'two\nlines\n',
  '\n\n',
  '"quoted" \\ and / < é',
  'x'.repeat(600),
)
const DOCKER = fc.record({
  log: TEXT,
  stream: fc.constantFrom('stdout', 'stderr'),
  time: fc.constantFrom('2026-11-24T05:00:00.1Z', '2026-11-24T05:00:00.2Z', '2026-11-24T05:00:00Z', 'x026-11-24'),
})
const JOURNALD = fc.record({
  _HOSTNAME: fc.constantFrom('web1', 'web2'),
  __REALTIME_TIMESTAMP: fc.constantFrom('1795500000001000', '1795500000002000', '17955'),
  MESSAGE: TEXT,
  _PID: fc.constantFrom('43', '44'),
})
const CLOUDWATCH = fc.record({
  eventId: fc.constantFrom('3712', '3713', '98', 'x'),
  logStreamName: fc.constantFrom('web/1', 'web/2'),
  timestamp: fc.constantFrom(1795496400123, 1795496400124, 12),
  message: TEXT,
  offset: fc.constantFrom(1, 2, 34, '\\u0031', [5, { message: 6 }]),
  time1: fc.constantFrom('1', '2'),
})
const LOGGER = fc.record({ ts: fc.constantFrom(1795500000, 1795500001, 1.5), msg: TEXT, n1: fc.constantFrom(1, 2) })

const cloudwatch = DIALECTS.find(({ name }) => name === 'cloudwatch') as Dialect

function readAll(carrier: () => Carrier, lines: readonly Buffer[]): unknown[] {
  const text = new CarriedText()
  return lines.map((line) => {
    const own = carrier()
    if (!own.read(line, 0, line.length, text)) return 'none'
    return [text.key, text.partial, text.holdsLines, text.latin1(), own.time(), own.names(), own.frame?.()?.('{}')]
  })
}

describe('a line like the last one', () => {
  it.each([
    ['docker', docker, DOCKER],
    ['journald', journald, JOURNALD],
    ['a logger', logger, LOGGER],
    ['CloudWatch', cloudwatch, CLOUDWATCH],
    ['names, one of which differs only in a digit', namedBy({ text: 'message', time: 'time1' }), CLOUDWATCH],
  ] as const)('of %s is read as a scan would', (_name, dialect, record) => {
    const line = fc.oneof(
      { weight: 9, arbitrary: (record as fc.Arbitrary<object>).map((each) => JSON.stringify(each)) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('{"log":"a"', '{}', '{"log":"a\\u00e9\\x41","stream":"stdout","time":"2026"}'),
      },
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(line, fc.nat(3)), { maxLength: 12 }), (pieces) => {
        const lines = pieces.flatMap(([each, more]) => Array.from({ length: more + 1 }, () => Buffer.from(`${each}\n`)))
        const one = new JsonCarrier(dialect)
        expect(readAll(() => one, lines)).toEqual(readAll(() => new JsonCarrier(dialect), lines))
      }),
      { numRuns: 400 },
    )
  })

  it('of a prefix has the same stream and the same text as with a scan', () => {
    const make = (): Carrier => prefixOf(Buffer.from('[pod/web-7d9f/app] goroutine 7 [running]:')) as Carrier
    const prefix = fc.constantFrom(
      '[pod/web-7d9f/app] ',
      '[pod/web-7d9f/app]  ',
      '[pod/web-7d9f/app]',
      '[pod/web-8/app] ',
      '',
      'x ',
    )
    const line = fc.tuple(prefix, fc.constantFrom('main.main()', '\t/srv/main.go:3', '', ' x', '\r'))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (pieces) => {
        const lines = pieces.map((each) => Buffer.from(`${each.join('')}\n`))
        const one = make()
        expect(readAll(() => one, lines)).toEqual(readAll(make, lines))
      }),
      { numRuns: 400 },
    )
  })
})
