/** The reason for a dump, where it takes more than one line, in carriers and behind what people put before lines. */
import { describe, expect, it } from 'vitest'
import type { DumpRecord } from '../../src/core/records.ts'
import { feed } from '../property/weave.ts'
import { WRAPS, wrapLines } from './weave.ts'

const STACK = `goroutine 1 [running]:
main.(*Group).Wait(...)
	/src/shop/group.go:40
main.main()
	/src/shop/main.go:68 +0x76f
`
const LOG = 'GET /cart 200 1.8ms\nlevel=info msg="order placed" items=3\n'

/** errgroup and its like panic again, with the stack of the goroutine that panicked first. Since Go 1.23 the lines of a value are indented. */
const STACK_IN_VALUE = `panic: task failed: boom
	
	goroutine 7 [running]:
	main.work(0xc000010000)
		/src/shop/work.go:12 +0x1d
	created by main.start in goroutine 1
		/src/shop/work.go:30 +0x2f
	

${STACK}`
const AGAIN = `panic: first
	panic: second

${STACK}`
const FATAL = `panic: first
	fatal error: sync: unlock of unlocked mutex

${STACK}`

const ALL: Readonly<Record<string, (line: string) => string>> = {
  ...WRAPS,
  'two blanks': (line) => `  ${line}`,
  'four blanks': (line) => `    ${line}`,
  'a quote': (line) => `> ${line}`,
  'a prefix that ends with two blanks': (line) => `[inf]  ${line}`,
  'a time and two blanks': (line) => `Nov 24 05:00:00 AM  ${line}`,
  'the head of klog': (line) => `I1124 08:17:51.515399   26313 main.go:18] ${line}`,
  'numbers of lines': (line) => `     7  ${line}`,
}

function read(text: string): { dumps: DumpRecord[]; ids: unknown[] } {
  const { records } = feed([Buffer.from(text)])
  const ids = records.flatMap((each) => (each.type === 'signature' ? [[each.id, each.count]] : []))
  return { dumps: records.filter((each): each is DumpRecord => each.type === 'dump'), ids }
}

const { ids } = read(STACK)

describe.each(Object.entries(ALL))('in %s', (_, wrap) => {
  it.each([
    ['a panic whose value holds a stack', STACK_IN_VALUE, 'task failed: boom'],
    ['the same without blanks at the ends of lines', STACK_IN_VALUE.replace(/^\t$/gm, ''), 'task failed: boom'],
    ['a panic while another one unwinds', AGAIN, 'first'],
    ['a fatal error while a panic unwinds', FATAL, 'first'],
  ])('%s is one dump, for its first reason', (__, text, reason) => {
    const found = read(wrapLines(LOG + text + LOG, wrap))
    expect(found.dumps).toMatchObject([{ kind: 'panic', reason, goroutines: 1, damaged: 0, truncated: false }])
    expect(found.ids).toEqual(ids)
  })
})

describe('records of go test -json', () => {
  const record = (line: string): string =>
    JSON.stringify({ Time: '2026-11-24T05:00:00.1Z', Action: 'output', Package: 'shop', Output: `${line}\n` })
  const panic = `--- FAIL: TestCart (0.00s)\npanic: boom [recovered, repanicked]\n\tmore of it\n\n${STACK}`

  it.each([
    ['nothing', (line: string) => line],
    ['a time', (line: string) => `2026-11-24T05:00:00.1234567Z ${line}`],
    ['a pod', (line: string) => `[pod/web-1/app] ${line}`],
    ['a service', (line: string) => `web-1  | ${line}`],
  ])('keep the reason of a panic behind %s', (_, wrap) => {
    const found = read(wrapLines(wrapLines(`=== RUN   TestCart\n${panic}FAIL\tshop\t0.005s\n`, record), wrap))
    expect(found.dumps).toMatchObject([{ kind: 'panic', reason: 'boom [recovered, repanicked]', goroutines: 1 }])
    expect(found.ids).toEqual(ids)
  })
})
