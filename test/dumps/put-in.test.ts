/** Lines of goroutines that a web page, a pager or a person changed, and lines that older runtimes print differently. */
import { describe, expect, it } from 'vitest'
import { readDumps } from './reader.ts'

const WHOLE = { goroutines: 2, damaged: 0, truncated: false, foreignLines: 0 }
const LINES = [
  'goroutine 7 [running]:',
  'shop.(*T).f(0xc000012345, {0x1, 0x2})',
  '\t/app/shop.go:12 +0x1d',
  'main.main()',
  '\t/app/main.go:5 +0x20',
  '',
  'goroutine 8 [chan receive, 3 minutes]:',
  'shop.wait(0x1)',
  '\t/app/shop.go:33 +0x44',
  'created by shop.start in goroutine 7',
  '\t/app/shop.go:30 +0x2b',
]
const DUMP = `${LINES.join('\n')}\n`
const functions = (text: string): string[][] =>
  readDumps(text).dumps[0]?.signatures.map(({ signature }) => signature.stack.frames.map((frame) => frame.function)) ??
  []

describe('a frame was lost', () => {
  it.each([
    ['with a foreign > among its arguments', DUMP.replace('0xc000012345,', '0xc000012345>,')],
    ['with <nil> among its arguments', DUMP.replace('(0x1)', '(0x1, <nil>)')],
    ['with HTML entities', DUMP.replace('{0x1, 0x2}', '&lt;0x1&gt;').replaceAll('+0x', '&#43;0x')],
    ['with HTML entities in its name', DUMP.replace('(*T)', '(&#42;T)').replaceAll('+0x', '&#x2b;0x')],
    ['with HTML entities that were escaped twice', DUMP.replaceAll('+0x', '&amp;#43;0x')],
    ['escaped for Markdown', DUMP.replace('(*T)', '(\\*T)')],
    ['with its file on the same line', DUMP.replaceAll(')\n\t', ') ')],
    ['with its file on the same line, after a TAB', DUMP.replaceAll('\n\t', '\t')],
    ['followed by a handwritten note', DUMP.replace('0x2})', '0x2})     <<< here')],
    ['cut by a pager', DUMP.replace('0xc000012345, {0x1, 0x2})', '0xc000012345, {0x1, 0x2, 0x3>')],
    ['cut by a pager without a mark', DUMP.replace('0xc000012345, {0x1, 0x2})', '0xc000012345, {0x1, 0x2, 0x3, 0x')],
    ['with lines that a terminal padded with blanks', DUMP.replace(/[\d)](?=\n)/g, '$&      ')],
    ['with offsets shortened by hand', DUMP.replace(/\+0x\w+/g, '+0x...')],
    [
      'in quoted-printable',
      DUMP.replaceAll(/(\/\w+\/)(shop\.go:\d+ \+0x\w+)/g, '$1src/github.com/example/$2 fp=3D0x42c7a4 sp=3D0x42c7=\n90'),
    ],
    ['that is indented when its header is not', DUMP.replace(/^(?!goroutine|$)/gm, '    ')],
    [
      'after the frame pointer of Go 1.1, wrapped',
      DUMP.replace('shop.(*T).f(0xc000012345, ', '[fp=0x7f366a568ae8] shop.(*T).f(0xc000012345,\n'),
    ],
    [
      'with its registers on the next line',
      DUMP.replace(
        '/app/shop.go:12 +0x1d',
        '/app/src/github.com/example/shop/shop.go:12 +0x1d\nfp=0x7f0 sp=0x7e0 pc=0x4a',
      ),
    ],
    ['with the frame pointer of Go 1.1 before it', DUMP.replace('shop.(', '[fp=0x7f366a568ae8] shop.(')],
  ])('%s', (_what, text) => {
    const { dumps, log } = readDumps(text)
    expect(dumps).toMatchObject([WHOLE])
    expect(functions(text)).toEqual([['shop.(*T).f', 'main.main'], ['shop.wait']])
    expect(log.toString()).toBe('')
  })

  it.each([
    ['/src/pkg/shop/_xtest_.TestPay', '/src/pkg/shop/_xtest_.TestPay(0x18600e80, 0xe)'],
    ['c:/go/src/shop/_xtest_.TestPay', 'c:/go/src/shop/_xtest_.TestPay(0x18600e80, 0xe)'],
    ['.../shop.TestPay', '.../shop.TestPay(0x18600e80, 0xe)'],
  ])('that is named by its folder: %s', (name, call) => {
    const text = DUMP.replace('main.main()', call)
    expect(functions(text)[0]).toEqual(['shop.(*T).f', name])
    expect(readDumps(text)).toMatchObject({ dumps: [WHOLE] })
  })

  it.each(['</pre>', '<br>'])('before the tag %s, which is log', (tag) => {
    for (const place of ['/app/shop.go:30', '/app/shop.go:30 +0x2b', '/app/shop.go:30 +0x2b fp=0x7f0 sp=0x7e0']) {
      const { dumps, log } = readDumps(DUMP.replace('/app/shop.go:30 +0x2b', place + tag))
      expect(dumps).toMatchObject([{ goroutines: 2, damaged: 0, truncated: false }])
      expect(log.toString()).toBe(`${tag}\n`)
    }
  })

  it('of a function of the runtime in C, wrapped', () => {
    const text = `fatal error: fault\n\nruntime stack:\nscanbitvector(0x480290, 0x46df01, 0x7fba09956f28,\n0x7fba0982ae30)\n\t/go/runtime/mgc0.c:912 +0xf2b fp=0x1 sp=0x2\n\n${DUMP}`
    const { dumps, log } = readDumps(text)
    expect(dumps).toMatchObject([{ ...WHOLE, kind: 'fatal' }])
    expect(log.toString()).toBe('')
  })

  it('of a function of the runtime in C', () => {
    const text = `fatal error: fault\n\nruntime stack:\nscanblock(0x7f3986afe000, 0x3)\n\t/go/runtime/mgc0.c:912 +0xf2b fp=0x1 sp=0x2\ngc(0x1)\n\t/go/runtime/mgc0.c:9 +0x1\ncreated by _rt0_go\n\t/go/runtime/asm_amd64.s:97 +0x120\n\n${DUMP}`
    const { dumps, log } = readDumps(text)
    expect(dumps).toMatchObject([{ ...WHOLE, kind: 'fatal' }])
    expect(log.toString()).toBe('')
  })

  it('at a stack segment boundary', () => {
    const text = DUMP.replace('main.main()', '----- stack segment boundary -----\nmain.main()')
    expect(functions(text)[0]).toEqual(['shop.(*T).f', 'main.main'])
    expect(readDumps(text)).toMatchObject({ dumps: [WHOLE] })
  })

  it('of an unnamed type', () => {
    const text = DUMP.replace('shop.(*T).f(', 'go.(*struct { io.Reader; io.Closer }).Read(')
    expect(functions(text)[0]).toEqual(['go.(*struct { io.Reader; io.Closer }).Read', 'main.main'])
  })
})

it.each(['done(1)', 'shop.stopped(after 3 s, <nil>)', 'created by someone', 'see shop.go(1) for more'])(
  'the log line %j was taken for a frame',
  (line) => {
    const text = DUMP.replace('main.main()', `${line}\nmain.main()`)
    const { dumps, log } = readDumps(text)
    expect(dumps).toMatchObject([{ ...WHOLE, foreignLines: 1 }])
    expect(functions(text)).toEqual(functions(DUMP))
    expect(log.toString()).toBe(`${line}\n`)
  },
)

it('a goroutine in C code of gccgo was damaged', () => {
  const text =
    'panic: boom\n\ngoroutine 1 [running]:\nmain.main\n\t/app/main.go:5\n\ngoroutine 17 [syscall]:\n\tgoroutine in C code; stack unavailable\ncreated by runtime_main\n\t/gcc/libgo/runtime/proc.c:598\n'
  const { dumps, log } = readDumps(text)
  expect(dumps).toMatchObject([{ ...WHOLE, kind: 'panic' }])
  expect(log.toString()).toBe('')
})

describe('a stack without a header', () => {
  const STACK =
    'runtime.cgocall(0x1, 0x2)\n\t/go/cgocall.go:157 +0x4a fp=0xc1 sp=0xc0 pc=0x7f\nmain.main()\n\t/app/main.go:5 +0x1\n'

  it.each([
    'Exception 0xc0000005 0x0 0x58 0x7ffb0b3b7e5d\nPC=0x7ffb0b3b7e5d\nsignal arrived during external code execution',
    'SIGILL: illegal instruction\nPC=0xc1bb0',
  ])('after %j was left in the log', (preamble) => {
    const { dumps, log } = readDumps(`x\n${preamble}\n\n${STACK}\n${DUMP}rax     0x1\n`)
    expect(dumps).toMatchObject([{ ...WHOLE, kind: 'signal', reason: preamble.split('\n')[0] }])
    expect(log.toString()).toBe('x\n')
  })

  it('is not found after a log line that names a program counter', () => {
    const text = `PC=0x7ffb0b3b7e5d\n\n${STACK}`
    expect(readDumps(text)).toMatchObject({ dumps: [] })
  })
})

it('the runtime stack was lost without a fatal error before it', () => {
  const text = `x\nruntime stack:\nruntime.throw({0x1, 0x2})\n\t/go/panic.go:1077 +0x5c fp=0x7ffd sp=0x7ffc pc=0x43\n\n${DUMP}`
  const { dumps, log } = readDumps(text)
  expect(dumps).toMatchObject([{ ...WHOLE, kind: 'fatal' }])
  expect(log.toString()).toBe('x\n')
})

it('a race report with a handwritten "Goroutine" lost an access', () => {
  const text =
    'WARNING: DATA RACE\nRead at 0x00c0000180e8 by Goroutine 7:\n  main.inc()\n      /app/main.go:10 +0x30\n\nPrevious write at 0x00c0000180e8 by Main goroutine:\n  main.dec()\n      /app/main.go:20 +0x30</pre>\n'
  const { dumps, log } = readDumps(text)
  expect(dumps[0]?.race).toMatchObject([{ goroutine: 7, stack: [expect.any(String)] }, { stack: [expect.any(String)] }])
  expect(log.toString()).toBe('</pre>\n')
})

it('the address in the title of early race reports hid them', () => {
  const text =
    'x\nWARNING: DATA RACE at 0x000040784820\nWrite by goroutine 183:\n  main.inc()\n      /app/main.go:10 +0x30\n'
  const { dumps, log } = readDumps(text)
  expect(dumps).toMatchObject([{ kind: 'race', race: [{ access: 'Write', goroutine: 183 }] }])
  expect(log.toString()).toBe('x\n')
})

it('a stack without a header, after the dump of another program, was left in the log', () => {
  const trapped = 'SIGILL: illegal instruction\nPC=0xc1bb0\n\nmain.g()\n\t/app/g.go:5 +0x1\n'
  const { dumps, log } = readDumps(`panic: boom\n\n${DUMP}exit status 2\n${trapped}\n${DUMP}`)
  expect(dumps).toMatchObject([{ kind: 'panic' }, { ...WHOLE, kind: 'signal' }])
  expect(log.toString()).toBe('exit status 2\n')
})
