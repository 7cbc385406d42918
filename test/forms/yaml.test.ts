/** The ways in which YAML writes a text of many lines (yaml.org/spec/1.2.2, § 7.3 and § 8.1), each with a dump in it. */
import { describe, expect, it } from 'vitest'
import { parseDumps } from '../../src/stream/parse.ts'

const DUMP = [
  'goroutine 1 [running]:',
  'main.dump()',
  '\t/srv/shop/main.go:93 +0x3f',
  '',
  'goroutine 18 [chan receive, 12 minutes]:',
  "shop/mail.(*Queue).drain(0xc000122000, {0x6d4b20, 'x'})",
  '\t/srv/shop/mail/queue.go:57 +0x45',
  'created by shop/mail.Start in goroutine 1',
  '\t/srv/shop/mail/queue.go:31 +0x8a',
]
const indented = (lines: readonly string[], by: string): string =>
  lines.map((line) => (line === '' ? '' : `${by}${line}`)).join('\n')

const TEXTS: Readonly<Record<string, string>> = {
  'a literal block': `|\n${indented(DUMP, '  ')}`,
  'a literal block without its last line end': `|-\n${indented(DUMP, '    ')}`,
  'a double-quoted scalar on one line': JSON.stringify(DUMP.join('\n')),
  'a double-quoted scalar over lines': `"${DUMP.map((line) => JSON.stringify(line).slice(1, -1).replace(/^\\t/, '\\t')).join('\\n\\\n  ')}"`,
  'a double-quoted scalar with escapes of YAML': JSON.stringify(DUMP.join('\n'))
    .replaceAll('\\t', '\\x09')
    .replace('main', '\\x6dain'),
}

const document = (text: string): string =>
  `---
insertId: k50   # of the store
labels: {}
resource:
  labels:
    pod_name: shop-0
    'quoted name': "a \\e[31m b"
  type: k8s_container
operations:
- id: a
  first: true
- plain
- id: b
folded: >
  words that
  go on
plain: words that
  go on
textPayload: ${text}
timestamp: '2026-11-24T10:57:31.473456Z'
`

describe('a document of YAML', () => {
  it.each(Object.entries(TEXTS))('with %s', (_, text) => {
    const records = parseDumps(document('starting up') + document(text) + document('"the end"'))
    expect(records[0]).toMatchObject({
      ...{ type: 'dump', goroutines: 2, signatures: 2, damaged: 0, truncated: false },
      time: '2026-11-24T10:57:31.473Z',
      source: 'shop-0',
    })
  })

  it('that ends in a quoted text, and others whose quotes never close', () => {
    for (const text of ['"half', "'half", '|', '>-', '"a\\q"'])
      expect(parseDumps(document(text) + document(JSON.stringify(DUMP.join('\n'))))[0], text).toMatchObject({
        type: 'dump',
        goroutines: 2,
      })
  })
})
