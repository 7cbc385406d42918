import { expect, it } from 'vitest'
import { readDumps } from './reader.ts'

const FOREIGN = '2026/11/24 05:00:00 served'
const goroutine = (id: number, behindFile = ''): string =>
  `goroutine ${id} [chan receive]:\nmain.f(0x1)\n\t/app/main.go:12 +0x1d${behindFile}\nmain.main()\n\t/app/main.go:5 +0x2e\n\n`

it('a foreign line glued to a line of a dump is counted once', () => {
  const { dumps, log } = readDumps(goroutine(1) + goroutine(2, FOREIGN))
  expect(dumps).toMatchObject([{ goroutines: 2, foreignLines: 1, damaged: 0 }])
  expect(log.toString().replaceAll('\n', '')).toBe(FOREIGN)
})

it('a file line followed by foreign text belongs to the bare name that was logged before it, not to the goroutine', () => {
  const logged = `example.com/zap.Info\n\t/app/zap.go:3 +0x1d${FOREIGN}\n`
  const { dumps, log } = readDumps(`goroutine 1 [running]:\nmain.f(0x1)\n${logged}\t/app/main.go:9 +0x1d\n\n`)
  expect(dumps).toMatchObject([{ goroutines: 1, damaged: 0 }])
  expect(log.toString()).toContain(logged)
})

it.each(['"}]', '"}', '",', "',", '"]}', '`', '</pre>'])(
  '%s directly after the last line of a dump closes its string',
  (end) => {
    for (const [tab, offset] of [
      ['\t', ' +0x20'],
      ['', ' +0x20'],
      ['\t', ''],
    ]) {
      const text = `goroutine 7 [running]:\nmain.f(0x1)\n${tab}/app/main.go:12 +0x1d\nmain.main()\n${tab}/app/main.go:20${offset}`
      const { dumps, log } = readDumps(`${text}${end}\n${FOREIGN}\n`)
      expect(dumps).toMatchObject([{ goroutines: 1, damaged: 0, truncated: false }])
      expect(log.toString()).toBe(`${end}\n${FOREIGN}\n`)
    }
  },
)

it.each(['Process finished with the exit code 2', ' exit status 2', 'FAIL\tapp/queue\t0.01s'])(
  'a message about the end of the program is not part of the place before it: %j',
  (end) => {
    const { dumps, log } = readDumps(`goroutine 7 [running]:\nmain.f(0x1)\n    /app/main.go:12 +0x1d${end}\n`)
    expect(dumps).toMatchObject([{ goroutines: 1, damaged: 0, truncated: false }])
    expect(log.toString()).toBe(`${end}\n`)
  },
)

const stacksOf = (text: string): string[][] =>
  readDumps(text).dumps.flatMap(({ signatures }) =>
    signatures.map(({ signature }) => signature.stack.frames.map((frame) => `${frame.function}:${frame.line}`)),
  )
const crash = (glued: string): string =>
  `panic: boom\n\ngoroutine 1 [running]:\nmain.work(0x1)\n${glued}\n\t/app/main.go:20 +0x1d\nmain.main()\n\t/app/main.go:30 +0x20\n`
const WHOLE = ['main.work:12', 'main.run:20', 'main.main:30']

it.each(['\t/app/main.go:12 +0x1dmain.run()', '\t/app/main.go:12 +0x1d main.run()', '/app/main.go:12main.run()'])(
  'a call on the line of the previous place has its own place: %j',
  (glued) => {
    expect(stacksOf(crash(glued))).toEqual([WHOLE])
    expect(readDumps(crash(glued)).log.toString()).toBe('')
  },
)

it('a call whose beginning is unclear does not give its place to the call before it', () => {
  const { dumps } = readDumps(crash('\t/app/main.go:12 +0x1dog.run()'))
  expect(dumps).toMatchObject([{ goroutines: 1, damaged: 1, signatures: [] }])
})

it('an offset that a mail client put on a separate line belongs to the place before it', () => {
  const text = crash('\t/app/main.go:12\n+0x1d\nmain.run()')
  expect(stacksOf(text)).toEqual([WHOLE])
  expect(readDumps(text).log.toString()).toBe('')
})

it('a call on the line of its header is the first of the stack', () => {
  const text = crash('\t/app/main.go:12 +0x1d\nmain.run()').replace(']:\n', ']: ')
  expect(stacksOf(text)).toEqual([WHOLE])
  expect(readDumps(text).log.toString()).toBe('')
})

it('a header and a call quoted in prose on one line stay log', () => {
  const text = 'goroutine 7 [running]: main.main()\nis what it shows\n'
  expect(readDumps(text)).toMatchObject({ dumps: [], log: Buffer.from(text) })
})

it('the last frame before an HTML tag was lost if its function is in C', () => {
  const text =
    'goroutine 1 [running]:\nmain.f()\n\t/src/main.go:3 +0x1\ngc(0x25e3af0)\n\tsrc/runtime/mgc0.c:2407 +0x1d6</pre>\n'
  const { dumps, log } = readDumps(text)
  expect(dumps).toMatchObject([{ goroutines: 1, damaged: 0 }])
  expect(log.toString()).toBe('</pre>\n')
})
