import { describe, expect, it } from 'vitest'
import { unfold } from '../../src/text/unfold.ts'

const latin1 = (text: string): string => Buffer.from(text).toString('latin1')

describe('a dump on one line', () => {
  it.each([
    '<br>',
    '<br/>',
    '<BR />',
    '&#10;',
    '&#xA;',
    '#012',
    '⏎',
    '↵',
    '␤',
    '␊',
    '\u2028',
    '\u2029',
    '\u0085',
    '\0',
  ])('whose line ends are written as %j', (sign) => {
    const lines = ['panic: boom', '', 'goroutine 7 [running]:', 'main.f(0x1)', '\t/app/main.go:3 +0x1d', 'done']
    expect(unfold(latin1(lines.join(sign)))).toBe(lines.join('\n'))
  })

  it('in HTML, whose other tags end lines, too', () => {
    const page = '<p class="a">boom<pre>goroutine 7 [running]:<br>main.f(0x1)<br>&#9;/app/main.go:3 +0x1d</pre>'
    expect(unfold(page)).toBe('\nboom\ngoroutine 7 [running]:\nmain.f(0x1)\n&#9;/app/main.go:3 +0x1d\n')
  })

  it.each(['web-1  | ', 'shop_worker_2 | ', 'db.example.org       | '])(
    'with the prefix %j of compose before each line',
    (prefix) => {
      const lines = ['panic: boom', '', 'goroutine 7 [running]:', 'main.f(0x1)', '\t/app/main.go:3 +0x1d']
      const one = ['Attaching to web-1', ...lines.map((line) => prefix + line)].join(' ')
      expect(unfold(`${one} web-1 exited with code 2`)?.split('\n')).toEqual([
        'Attaching to web-1',
        ...lines,
        ' web-1 exited with code 2',
      ])
    },
  )

  it.each([
    [
      'Python',
      "['start', 'panic: boom', '', 'goroutine 7 [running]:', 'main.f(0x1)', '\\t/app/main.go:3 +0x1d', 'done']",
    ],
    [
      'JSON',
      String.raw`["start","panic: boom","","goroutine 7 [running]:","main.f(0x1)","\t/app/main.go:3 +0x1d","done"]`,
    ],
    [
      'Go',
      String.raw`["start" "panic: boom" "" "goroutine 7 [running]:" "main.f(0x1)" "\t/app/main.go:3 +0x1d" "done"]`,
    ],
    [
      'both quotes',
      `['start', "panic: boom", '', 'goroutine 7 [running]:', "main.f(0x1)", '\\t/app/main.go:3 +0x1d', 'done']`,
    ],
  ])('that is a list of strings, as %s prints it', (_who, list) => {
    const lines = [
      'start',
      'panic: boom',
      '',
      'goroutine 7 [running]:',
      'main.f(0x1)',
      '\t/app/main.go:3 +0x1d',
      'done',
    ]
    expect(unfold(`lines: ${list} end`)).toBe(['lines: [', ...lines, '] end'].join('\n'))
  })

  it.each([' | ', '|', ' │ '])('whose line ends became bars: %j', (bar) => {
    const lines = [
      'x panic serving: boom',
      '',
      'goroutine 7 [running]:',
      'main.f(0x1)',
      '\t/app/main.go:3 +0x1d',
      'done',
    ]
    expect(unfold(latin1(lines.join(bar)))?.split('\n')).toEqual(lines)
  })

  it('whose header follows the opening quote of a field', () => {
    expect(unfold('stack="goroutine 7 [running]:|main.f(0x1)|/app/main.go:3 +0x1d|"')?.split('\n')).toEqual([
      'stack="',
      'goroutine 7 [running]:',
      'main.f(0x1)',
      '/app/main.go:3 +0x1d',
      '"',
    ])
  })

  it('is not found in the cells of a table without a place after the call', () => {
    expect(unfold('| goroutine 1 [running]: | main.main() | who runs |')).toBeUndefined()
    expect(unfold('│ goroutine 1 [running]:      │')).toBeUndefined()
  })

  it('whose line ends were removed', () => {
    const lines = [
      'goroutine 7 [running]:',
      'shop/pool.Submit.func1.1(...)',
      '\t/app/shop/pool/pool.go:64',
      'panic({0x2b49440?, 0x5131a10?})',
      '\t/usr/local/go/src/runtime/panic.go:783 +0x132',
      'bufio.(*Writer).Flush(0xc00a744ec0)',
      '\t/usr/local/go/src/bufio/bufio.go:645 +0x4d',
      'main.f(0x1)',
      '\t/app/main.go:3 +0x1e',
      'created by example.com/gin.(*Engine).Run',
      '\t/go/pkg/mod/example.com/gin@v1.11.0/gin.go:12 +0xab',
      '',
      'goroutine 9 [select]:',
      'main.g(...)',
      '\tC:/shop/main.go:7',
      'created by main.main in goroutine 1',
      '\t/app/main.go:9 +0x2c',
      ' done',
    ]
    const glued = lines.map((line) => line.replace('\t', '')).join('')
    expect(unfold(`panic: boom[signal SIGSEGV: segmentation violation]${glued}`)?.split('\n')).toEqual([
      'panic: boom',
      '[signal SIGSEGV: segmentation violation]',
      ...lines,
    ])
  })

  it('is not read if its offset can end in either of two places', () => {
    const frames = 'goroutine 7 [running]:main.f(0x1)/app/main.go:3 +0x1dexample.com/shop.Do(0x1)'
    expect(unfold(`${frames}/work/shop/do.go:9 +0x20`)).toBeUndefined()
    expect(unfold(`${frames}/go/src/example.com/shop/do.go:9 +0x20`)).toContain('\nexample.com/shop.Do(0x1)\n')
  })

  it('is not read if a creator can end in either of two places', () => {
    const glued =
      'goroutine 7 [running]:main.f(0x1)/app/main.go:3 +0x1dcreated by example.com/shop.Do/work/do.go:9 +0x20'
    expect(unfold(glued)).toBeUndefined()
  })

  it('whose line ends became blanks', () => {
    const one =
      'panic: boom goroutine 7 [running]: main.(*T[...]).f(0x1, {0x2, 0x3}) /app/main.go:3 +0x1d main.g(...) /app/main.go:9 created by main.main in goroutine 1 /app/main.go:5 +0x20 goroutine 9 [select]: main.h() /app/main.go:7 +0x1 exit status 2'
    expect(unfold(one)?.split('\n')).toEqual([
      'panic: boom',
      'goroutine 7 [running]:',
      'main.(*T[...]).f(0x1, {0x2, 0x3})',
      '\t/app/main.go:3 +0x1d',
      'main.g(...)',
      '\t/app/main.go:9',
      'created by main.main in goroutine 1',
      '\t/app/main.go:5 +0x20',
      '',
      'goroutine 9 [select]:',
      'main.h()',
      '\t/app/main.go:7 +0x1',
      ' exit status 2',
    ])
  })
})

it.each([
  'goroutine 7 [running]: main.main() at main.go:10',
  'goroutine 7 [running]: main.main() /app/main.go:41',
  'goroutine 7 [running]: in the docs of x, see main.f(0x1) /app/main.go:3 +0x1d',
  'goroutine 7 [running]:<br>and so on',
  'web-1  | goroutine 7 [running]: web-1  | and so on',
  "the words 'goroutine 7 [running]:', 'main' and 'done'",
  'goroutine 7 [running]:',
])('does not take prose that quotes a header for a dump: %s', (text) => {
  expect(unfold(text)).toBeUndefined()
})
