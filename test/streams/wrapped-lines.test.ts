/** Lines behind a prefix that a terminal or a mail has wrapped: the prefix stands ahead of the first piece alone. */
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
])('frames behind the prefix of %s are not lost at any width', (_, prefix) => {
  for (let width = prefix.length + 60; width < 140; width++) {
    const text = LINES.map((line) => `${wrap(prefix + line, width)}\n`).join('')
    const { found, log } = read(text)
    expect(found, text).toMatchObject(FOUND)
    expect(log).toBe(`${prefix}served\n`)
    const twice = text + text
    if (width % 16 === 0) for (const size of [1, 7, 64]) expect(read(twice, size)).toEqual(read(twice))
  }
})

it('frames of quoted-printable within a quote are not lost at any width', () => {
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
