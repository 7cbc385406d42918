/** A dump in a string that a terminal wrapped: the line of the logger continues on the next ones. */
import { expect, it } from 'vitest'
import { feed } from '../property/weave.ts'

const STACK =
  'goroutine 7 [running]:\nmain.(*Server).handle(0xc000012345, {0x1, 0x2})\n\t/src/shop/server.go:12 +0x1d\n' +
  'net/http.HandlerFunc.ServeHTTP(0x1)\n\t/go/src/net/http/server.go:2220 +0x29\ncreated by main.main in goroutine 1\n\t/src/shop/main.go:31 +0x8a\n'
const RECORD = JSON.stringify({ level: 'error', msg: 'recovered', stack: STACK, path: '/cart' })
const LOGFMT = `time=2026-11-24T05:00:00Z level=error msg=recovered stack=${JSON.stringify(STACK)} path=/cart`
const wrapped = (line: string, width: number): string => line.replace(new RegExp(`.{${width}}(?=.)`, 'g'), '$&\n')

function read(text: string, size = text.length): { found: unknown[]; log: string } {
  const bytes = Buffer.from(text)
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
  const { records, log } = feed(chunks)
  const found = records.filter(({ type }) => type === 'dump' || type === 'signature')
  return { found, log: log.toString() }
}

it.each([
  ['a record', RECORD],
  ['logfmt', LOGFMT],
])('%s is read at any width, and stays in the log', (_, line) => {
  const whole = read(`before\n${line}\nafter\n`).found
  expect(whole).toMatchObject([{ goroutines: 1, damaged: 0, truncated: false }, { created_by: 'main.main' }])
  // The header must be on the first line.
  for (let width = line.indexOf('main.(') + 1; width < line.length; width++) {
    const text = `before\n${wrapped(line, width)}\nafter\n`
    const { found, log } = read(text)
    expect(found, `${width}`).toMatchObject([
      { goroutines: 1, damaged: 0, truncated: false },
      { created_by: 'main.main', stack: (whole[1] as { stack: string[] }).stack },
    ])
    expect(log).toBe(text)
  }
})

it('is read the same with any chunking', () => {
  const text = `before\n${wrapped(RECORD, 97)}\nafter\n`
  const whole = read(text)
  for (const size of [1, 7, 64, 98]) expect(read(text, size)).toEqual(whole)
})

it.each([
  ['an ordinary line', '2026-11-24 05:00:01 served\\n'],
  ['another record', '{"level":"info","msg":"served\\n"}'],
  ['a record after a word', 'INFO {"msg":"served\\n"}'],
  ['words', 'served 3 requests'],
  ['an empty line', ''],
])('a string that its logger cut ends before %s', (_, next) => {
  const cut = RECORD.slice(0, RECORD.indexOf('created by'))
  const text = `${cut}\n${next}\n${next}\n`
  const { found, log } = read(text)
  expect(found[0]).toMatchObject({ goroutines: 1, truncated: true })
  expect(found).toEqual(read(`${cut}\n`).found)
  expect(log).toBe(text)
})
