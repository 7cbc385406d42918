/** A carrier reads only the bytes of its line: not those before or after it in the chunk, nor the previous content of its buffer. */
import { expect, it } from 'vitest'
import { CarriedText, type Carrier } from '../../src/carriers/carrier.ts'
import { carriersFor, innerCarriers } from '../../src/carriers/detect.ts'
import { indentOf, prefixOf } from '../../src/carriers/shown-prefix.ts'
import { WRAPS } from './weave.ts'

const NO_KEYS = { text: undefined, time: undefined, streams: undefined }
const HEADER = 'goroutine 7 [running]:'
const TEXTS = [
  HEADER,
  '',
  ' ',
  '\t',
  '\\',
  '\\t/app/main.go:3 +0x1d',
  'main.f(0x1)',
  '{',
  '"',
  'goroutine',
  '\u001b[36m',
  '\u001b',
]
/** Bytes that begin, end or continue something. */
const AROUND = [...Buffer.from('{"\\\t\nt7:'), 0x1b]
const MARGIN = 64

/** New carriers for such lines. */
function carriersOf(wrap: (line: string, i: number) => string): Carrier[] {
  const header = Buffer.from(wrap(HEADER, 0))
  const shown = [prefixOf(header), prefixOf(Buffer.from(wrap(`\t${HEADER}`, 0)), true), indentOf(header)]
  return [...carriersFor('auto', NO_KEYS), ...innerCarriers(NO_KEYS), ...shown.filter((prefix) => prefix !== undefined)]
}

/** What each carrier reads from the line. */
function read(wrap: (line: string, i: number) => string, line: string, around: number): unknown[] {
  const bytes = Buffer.from(`${line}\n`)
  const buf = Buffer.alloc(bytes.length + 2 * MARGIN, around)
  bytes.copy(buf, MARGIN)
  return carriersOf(wrap).map((carrier) => {
    const text = new CarriedText()
    text.room(1 << 10).fill(around)
    if (!carrier.read(buf, MARGIN, MARGIN + bytes.length, text)) return `${carrier.name}: none`
    const { key, partial, holdsLines } = text
    return [carrier.name, key, partial, holdsLines, text.latin1(), carrier.time(0), carrier.names().source]
  })
}

const FORMS: readonly (readonly [string, (line: string, i: number) => string])[] = [
  ...Object.entries(WRAPS),
  ['a label in colours', (line) => `\u001b[36mweb-1  |\u001b[0m ${line}`],
  ['fields after it', (line) => `INFO\tapp/main.go:3\t${line}\t{"service": "shop"}`],
  ['indentation', (line) => `    ${line}`],
  ['a literal', (line) => `\t"${line.replaceAll('\\', '\\\\')}",`],
  ['logfmt', (line) => `time=2026-11-24T05:00:00Z level=info msg=${JSON.stringify(line)}`],
]

it.each(FORMS)('%s', (_name, wrap) => {
  for (const text of TEXTS)
    for (const end of ['', '\r']) {
      const line = wrap(text, 0).split('\n')[0] + end
      const alone = read(wrap, line, 0)
      for (const around of AROUND) {
        const other = read(wrap, line, around)
        if (JSON.stringify(other) !== JSON.stringify(alone))
          expect([line, around, other]).toEqual([line, around, alone])
      }
    }
})

it('an empty line in colours was read from the previous content of the buffer', () => {
  const prefix = prefixOf(Buffer.from(`\u001b[36m${HEADER}\u001b[0m`))
  const line = Buffer.from('\u001b[36m\u001b[0m\n')
  const text = new CarriedText()
  text.room(line.length).fill('{')
  expect(prefix?.read(line, 0, line.length, text)).toBe(true)
  expect(text.latin1()).toBe('')
})
