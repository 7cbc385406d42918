import { expect, it } from 'vitest'
import { route } from './reader.ts'

const DUMP = ['goroutine 1 [running]:', 'main.main()', '\t/app/main.go:3 +0x1d']
const cri = (line: string): string => `2026-11-24T05:00:00.1Z stdout F ${line}`
const text = (lines: readonly string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(''))

it('an empty line at the start of a chunk does not hang the search for what announces a carried dump', () => {
  const { dumps } = route([text(['', cri('served'), ...DUMP.map(cri)])])
  expect(dumps[0]).toMatchObject({ kind: 'single', goroutines: 1 })
})

it('finds a dump in a carrier while a plain one is open', () => {
  const { dumps, log } = route([text([...DUMP, '', 'served', ...DUMP.map(cri), 'served', cri('served')])])
  expect(dumps).toMatchObject([
    { goroutines: 1, damaged: 0, bytes: [0, 57] },
    { goroutines: 1, damaged: 0, attributes: { 'log.iostream': 'stdout' } },
  ])
  expect(log).toBe(`\nserved\nserved\n${cri('served')}\n`)
})

it('finds a dump in a string of a log line while a plain one is open', () => {
  const line = JSON.stringify({ level: 'error', stack: `${DUMP.join('\n')}\n` })
  const { dumps, log } = route([text([...DUMP, '', 'served', line, 'served'])])
  expect(dumps).toMatchObject([{ goroutines: 1 }, { goroutines: 1 }])
  expect(log).toBe(`\nserved\n${line}\nserved\n`)
})

it('finds a dump in a string of a log line after two headers that begin no dump', () => {
  const line = JSON.stringify({ level: 'error', stack: `${DUMP.join('\n')}\n` })
  const { dumps } = route([text(['goroutine 1 [running]:', 'goroutine 1 [running]:', line, 'served'])])
  expect(dumps).toMatchObject([{ goroutines: 1, source: '' }])
})

it('does not take a string of a log line for the name of a stream, whatever prefix a header had', () => {
  const line = JSON.stringify({ level: 'error', stack: `${DUMP.join('\n')}\n` })
  const { dumps } = route([text(['see goroutine 7 [running]:', '{"log":"a"}', line, 'served'])])
  expect(dumps).toMatchObject([{ goroutines: 1, source: '' }])
})

it('a dump in a string does not hide the indented klog value after it', () => {
  const string = `time="2026-11-25T05:11:26Z" level=info stacktrace=${JSON.stringify(`${DUMP.join('\n')}\n`)}`
  const klog = ['E1124 08:17:51.515399   26313 main.go:18] "failed" err=<', ...DUMP.map((line) => `\t${line}`), ' >']
  const { dumps } = route([text([string, ...klog])])
  expect(dumps).toMatchObject([{ goroutines: 1 }, { goroutines: 1 }])
})

it('a header glued to a log line does not hide the dump in a carrier after it', () => {
  const { dumps } = route([text(['no line end: goroutine 9 [running]:', ...DUMP.map(cri)])])
  expect(dumps).toMatchObject([{ goroutines: 1 }])
})

it.each([1, 40, 4096])('the preamble of a dump in a carrier belongs to the dump, in chunks of %d bytes', (size) => {
  const log = text(['served', 'panic: boom', '', ...DUMP, 'served'].map(cri))
  const chunks = Array.from({ length: Math.ceil(log.length / size) }, (_, i) => log.subarray(i * size, (i + 1) * size))
  const { dumps, log: rest } = route(chunks)
  expect(dumps[0]).toMatchObject({ kind: 'panic', reason: 'boom', goroutines: 1 })
  expect(rest).toBe(`${cri('served')}\n${cri('served')}\n`)
})

it.each<[string, string[]]>([
  ['headers alone', ['worker goroutine 7 [IO wait]:', 'worker goroutine 8 [chan receive]:']],
  ['a dump', ['goroutine 7 [IO wait]:', 'main.b(0x1)', '\t/app/b.go:3 +0x1d'].map((line) => `worker ${line}`)],
])('reads a plain dump although one word before %s was taken for a prefix', (_what, before) => {
  const own = ['panic: boom', '', 'goroutine 1 [running]:', 'main.main(0x1, 0x2)', '\t/app/main.go:3 +0x1d']
  const creator = ['created by main.start in goroutine 5', '\t/app/main.go:9 +0x1d']
  const { dumps } = route([text([...before, ...own, ...creator, '', 'worker served this'])])
  expect(dumps).toContainEqual(
    expect.objectContaining({ source: '', kind: 'panic', reason: 'boom', goroutines: 1, damaged: 0 }),
  )
})
