/** Lines that a terminal or a mail client wrapped: only the first piece has the prefix. */
import { expect, it } from 'vitest'
import { feed } from '../property/weave.ts'

const LINES = [
  'panic: boom',
  '',
  'goroutine 7 [running]:',
  'github.com/example/shop/internal/handlers.(*Server).Serve(0xc000332e00, 0xc000332e00, 0xc000332e00, 0xc000332e00)',
  '\t/home/someone/go/src/github.com/example/shop/internal/handlers/server.go:682 +0x239',
  'main.main()',
  '\t/home/someone/go/src/github.com/example/shop/cmd/main.go:99 +0x10',
  'created by github.com/example/shop/internal/handlers.(*Server).StartServing',
  '\t/home/someone/go/src/github.com/example/shop/internal/handlers/start.go:9 +0x1f',
  'served',
]

function read(text: string, size = text.length): { found: unknown[]; log: string } {
  const bytes = Buffer.from(text)
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
  const { records, log } = feed(chunks)
  return { found: records.filter(({ type }) => type === 'dump' || type === 'signature'), log: log.toString() }
}

const wrap = (line: string, width: number, mark = ''): string =>
  line.replace(new RegExp(`.{${width}}(?=.)`, 'g'), `$&${mark}\n`)

const FOUND = [
  { kind: 'panic', reason: 'boom', goroutines: 1, damaged: 0, truncated: false, foreign_lines: 0 },
  {
    function: 'github.com/example/shop/internal/handlers.(*Server).Serve',
    created_by: 'github.com/example/shop/internal/handlers.(*Server).StartServing',
    created_at: 'start.go:9',
    stack: [
      'github.com/example/shop/internal/handlers.(*Server).Serve /home/someone/go/src/github.com/example/shop/internal/handlers/server.go:682',
      'main.main /home/someone/go/src/github.com/example/shop/cmd/main.go:99',
    ],
  },
]

it.each([
  ['compose', 'web-1  | '],
  ['a quote', '> '],
  ['syslog', 'Nov 24 05:00:00 web-1 app[12]: '],
  ['a time, with a form that any number has', '2026-11-24T05:00:00] '],
  ['48 columns', '[pod/shop-web-7d9f8c6b5-x2x1z/app-checkout-web] '],
])('frames after the prefix of %s are not lost at any width', (_, prefix) => {
  // No terminal is narrower, or leaves less room than the beginning of a header takes.
  for (let width = Math.max(40, prefix.length + 'goroutine 7 ['.length); width < 140; width += 1 + (width % 3)) {
    const text = LINES.map((line) => `${wrap(prefix + line, width)}\n`).join('')
    const { found, log } = read(text)
    expect(found, text).toMatchObject(FOUND)
    expect(log).toBe(`${prefix}served\n`)
    const twice = text + text
    if (width % 16 === 0) for (const size of [1, 7, 64]) expect(read(twice, size)).toEqual(read(twice))
  }
})

it.each([
  ['a terminal', ''],
  ['quoted-printable', '='],
])('frames without a prefix are not lost at any width of %s, and leave no piece in the log', (_, mark) => {
  for (let width = 40; width < 140; width++) {
    const text = LINES.map((line) => `${wrap(line, width, mark)}\n`).join('')
    const { found, log } = read(text)
    expect(found, text).toMatchObject([{ reason: 'boom', goroutines: 1, damaged: 0 }, FOUND[1]])
    expect(log, text).toBe('served\n')
    if (width % 16 === 0) for (const size of [1, 7, 64]) expect(read(text, size)).toEqual(read(text))
  }
})

it('headers after a prefix are not lost if a terminal wraps them, even at a blank', () => {
  const prefix = '[pod/shop-web-7d9f8c6b5-x2x1z/app-checkout-web] '
  const header = 'goroutine 8 [chan receive, 12 minutes]:'
  const lines = [
    header,
    ...LINES.slice(3, 5),
    '',
    'goroutine 9 [select (no cases), locked to thread]:',
    ...LINES.slice(3, 5),
  ]
  for (let width = prefix.length + 'goroutine 8 ['.length; width < 120; width++) {
    const text = lines.map((line) => `${wrap(prefix + line, width)}\n`).join('')
    const { found, log } = read(text)
    expect(found, text).toMatchObject([
      { goroutines: 2, signatures: 1, damaged: 0, foreign_lines: 0 },
      { count: 2, states: { 'chan receive': 1, 'select (no cases)': 1 }, wait_minutes: { max: 12 } },
    ])
    expect(log).toBe('')
    if (width % 16 === 0) for (const size of [1, 7, 64]) expect(read(text, size)).toEqual(read(text))
  }
})

it('does not join a line without the prefix to the line before it unless both make a line of Go', () => {
  const prefix = '[pod/shop-web-7d9f8c6b5-x2x1z/app-checkout-web] '
  const others = ['done', 'main.go', '2026/11/24 08:14:31 served', 'main.other(0x1)', '0x1f']
  for (const other of others) {
    const prefixed = LINES.map((line) => `${prefix}${line}\n`)
    for (let at = 3; at < LINES.length; at++) {
      const { found, log } = read(prefixed.toSpliced(at, 0, `${other}\n`).join(''))
      expect(found, `${other} ${at}`).toMatchObject([{ goroutines: 1, damaged: 0 }, FOUND[1]])
      expect(log).toBe(`${other}\n${prefix}served\n`)
    }
  }
})

it('quoted-printable frames in a quote are not lost at any width', () => {
  for (let width = 60; width < 140; width++) {
    const text = LINES.map((line) => `${wrap(`> ${line}`, width, '=')}\n`).join('')
    expect(read(text).found, text).toMatchObject([{ reason: 'boom', goroutines: 1, damaged: 0 }, FOUND[1]])
  }
})

it('a log line without the prefix of the dump around it stays in the log', () => {
  const prefixed = LINES.map((line) => `web-1  | ${line}\n`)
  const text = prefixed.toSpliced(5, 0, 'Attaching to web-1, web-2\n').join('')
  const { found, log } = read(text)
  expect(found).toMatchObject([{ goroutines: 1, damaged: 0 }, { stack: FOUND[1]?.stack }])
  expect(log).toBe('Attaching to web-1, web-2\nweb-1  | served\n')
})

it('the end of a wrapped panic reason or signal line was lost', () => {
  const REASON = 'runtime error: invalid memory address or nil pointer dereference'
  const SIGNAL = '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x47b6d2]'
  const lines = [`panic: ${REASON}`, SIGNAL, ...LINES.slice(1)]
  for (const prefix of ['web-1  | ', '2026-11-24T05:00:00] ', 'Nov 24 05:00:00 web-1 app[12]: ']) {
    for (let width = 48; width < 120; width += 1 + (width % 3)) {
      const text = lines.map((line) => `${wrap(prefix + line, width)}\n`).join('')
      const { found, log } = read(text)
      expect(found, text).toMatchObject([{ kind: 'panic', reason: REASON, damaged: 0 }, {}])
      expect(log).toBe(`${prefix}served\n`)
      if (width % 16 === 0) for (const size of [1, 7, 64]) expect(read(text, size)).toEqual(read(text))
    }
  }
})

it('a log line without the prefix of the panic before it is not part of the reason', () => {
  const text =
    'web-1  | panic: cannot read the table of orders\nserved\nweb-1  | \nweb-1  | goroutine 7 [running]:\nweb-1  | main.f()\nweb-1  | \t/app/f.go:3 +0x1d\n'
  const { found, log } = read(text)
  expect(found).toMatchObject([{ reason: 'cannot read the table of orders' }, {}])
  expect(log).toBe('served\n')
})

it.each([
  ['in two pieces', ['main.f(0x1,', '    0x2)']],
  [
    'in three pieces of different widths',
    ['main.f(0xc000332e00,', '0xc000332e00, 0xc000332e00, 0xc000332e00,', '0x0, ...)'],
  ],
])('a call wrapped %s after its arguments was lost', (_, call) => {
  for (const prefix of ['', '> ', 'web-1  | ']) {
    const lines = [
      'goroutine 7 [running]:',
      ...call,
      '\t/app/main.go:3 +0x1d',
      'created by',
      'main.main',
      '\t/app/main.go:9 +0x1',
    ]
    const text = lines.map((line) => `${prefix}${line}\n`).join('')
    const { found, log } = read(text)
    expect(found, text).toMatchObject([
      { goroutines: 1, damaged: 0 },
      { stack: ['main.f /app/main.go:3'], created_by: 'main.main' },
    ])
    expect(log).toBe('')
    for (const size of [1, 7, 64]) expect(read(text, size)).toEqual(read(text))
  }
})
