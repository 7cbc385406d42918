/** Dumps in a string of several lines, each in a carrier, and what comes before and after a dump in one string. */
import { describe, expect, it } from 'vitest'
import type { DumpRecord } from '../../src/core/records.ts'
import { feed } from '../property/weave.ts'
import { WRAPS, wrapLines } from './weave.ts'

const DUMP = `panic: boom

goroutine 7 [running]:
shop/cart.(*Cart).Total(0xc000010030, {0x1, 0x2})
	/src/shop/cart/cart.go:42 +0x1a4
main.run(...)
	/src/shop/main.go:18

goroutine 18 [chan receive, 3 minutes]:
shop/mail.(*Queue).loop(0xc000020000)
	/src/shop/mail/queue.go:77 +0x8d
created by shop/mail.Open in goroutine 1
	/src/shop/mail/queue.go:31 +0x45
`
const GOLEAK = `--- FAIL: TestCart (0.45s)
    cart_test.go:20: found unexpected goroutines:
        [Goroutine 8 in state chan receive, with shop.TestCart.func2 on top of the stack:
        shop.TestCart.func2()
        	/src/shop/cart_test.go:15 +0x31
        created by shop.TestCart in goroutine 6
        	/src/shop/cart_test.go:14 +0xeb
         Goroutine 9 in state chan send, with shop.TestCart.func3 on top of the stack:
        shop.TestCart.func3()
        	/src/shop/cart_test.go:18 +0x28
        created by shop.TestCart in goroutine 6
        	/src/shop/cart_test.go:18 +0xf7
        ]
`
const KLOG = `E1124 08:17:51.515399       1 m.go:18] "failed" err="boom" stack=<
${DUMP.replace(/^(?!$)/gm, '\t')} >
`
const LOG = 'GET /cart 200 1.8ms\n'

function read(text: string): { dumps: DumpRecord[]; ids: unknown[] } {
  const { records } = feed([Buffer.from(text)])
  const ids = records.flatMap((each) => (each.type === 'signature' ? [[each.id, each.count]] : []))
  return { dumps: records.filter((each): each is DumpRecord => each.type === 'dump'), ids }
}

const RECORDS: Readonly<Record<string, (text: string) => string>> = {
  'a field of a log record': (text) => JSON.stringify({ level: 'error', msg: 'failed', stack: text, user: 'u1' }),
  'the body of an issue': (text) => JSON.stringify({ number: 1, body: `It crashed:\n\n${text}\nthanks` }),
  'a field of a field': (text) => JSON.stringify({ message: JSON.stringify({ stack: text }) }),
  logfmt: (text) => `level=error msg=failed stack=${JSON.stringify(text)}`,
  'a log record in CRI': (text) => wrapLines(JSON.stringify({ msg: text }), WRAPS.cri ?? String).trimEnd(),
}
const FORMS: Readonly<Record<string, string>> = {
  'indented lines': wrapLines(DUMP, (line) => `    ${line}`),
  'lines quoted in a mail': wrapLines(DUMP, (line) => `> ${line}`),
  'lines of docker compose': wrapLines(DUMP, (line) => `web-1  | ${line}`),
  'lines of CRI': wrapLines(DUMP, WRAPS.cri ?? String),
  'lines of kubectl logs --prefix': wrapLines(DUMP, (line) => `[pod/web-1/app] ${line}`),
  'a value of klog': KLOG,
}

describe.each(Object.entries(RECORDS))('%s', (_, record) => {
  const { ids } = read(DUMP)

  it.each(Object.entries(FORMS))('holds a dump in %s', (__, text) => {
    const found = read(`${LOG}${record(text)}\n${LOG}`)
    expect(found.dumps).toMatchObject([{ goroutines: 2, damaged: 0, truncated: false }])
    expect(found.ids).toEqual(ids)
  })

  it('holds a list of goleak', () => {
    const found = read(`${LOG}${record(GOLEAK)}\n${LOG}`)
    expect(found.dumps).toMatchObject([{ goroutines: 2, damaged: 0, truncated: false }])
    expect(found.ids).toEqual(read(GOLEAK).ids)
  })

  it.each([
    ['behind a label', 'a tutorial: goroutine 1 [running]:\nmain.main()\n\t/tmp/x.go:3 +0x1\n'],
    ['without a stack', '    goroutine 1 [running]:\n    says the header\n'],
    ['with a stack elsewhere', '> goroutine 1 [running]:\nand then\nmain.main()\n'],
  ])('may quote a header %s', (__, text) => {
    expect(read(`${LOG}${record(text)}\n${LOG}`).dumps).toEqual([])
  })
})

it('a literal of several lines is read once', () => {
  expect(read(`message: ${JSON.stringify(GOLEAK)}\n`).dumps).toHaveLength(1)
  expect(read(`data = b'${KLOG.replaceAll('\n', '\\n').replaceAll('\t', '\\t')}'\n`).dumps).toHaveLength(1)
})

describe('a dump that fills a string', () => {
  const crash = `SIGABRT: abort\nPC=0x40fcae m=0 sigcode=0\n\n${DUMP.slice(DUMP.indexOf('goroutine'))}\nrax    0x1\nrip    0x40fcae\n`

  it.each([
    ['ends with its last register', `${crash}gs     0x0`, false],
    ['is cut before that', `${crash}cs     0x3`, true],
  ])('is whole only if it %s', (_, text, truncated) => {
    expect(read(`${JSON.stringify({ msg: 'died', stack: text })}\n`).dumps).toMatchObject([
      { kind: 'signal', goroutines: 2, truncated },
    ])
  })
})

describe('a dump whose first line follows a quote or a tag', () => {
  it.each(["'", '`', '<code>', '[code]', '```', '<![CDATA['])('%s gives its reason', (mark) => {
    const signal = `${LOG}${mark}SIGQUIT: quit\nPC=0x40fcae m=0 sigcode=0\n\n${DUMP.slice(DUMP.indexOf('goroutine'))}`
    expect(read(signal).dumps).toMatchObject([{ kind: 'signal', reason: 'SIGQUIT: quit' }])
    const again = `${LOG}${mark}panic: first\n\tpanic: second\n\n${DUMP.slice(DUMP.indexOf('goroutine'))}`
    expect(read(again).dumps).toMatchObject([{ reason: 'first' }])
  })
})
