/** Recordings of a terminal: the pieces that it got are not lines. */
import { expect, it } from 'vitest'
import { feed } from '../property/weave.ts'

const LINES = [
  '$ ./shop',
  'panic: boom',
  '',
  'goroutine 1 [running]:',
  'main.main()',
  '\t/app/main.go:7 +0x44',
  '$ exit',
]
const TEXT = `${LINES.map((line) => `${line}\r\n`).join('')}$ `
const HEAD = '{"version": 2, "width": 80, "height": 24, "timestamp": 1795517851}\n'

/** A recording of `text` in pieces of `size` characters. */
function recorded(size: number, head: string = HEAD): Buffer {
  const events: string[] = []
  for (let at = 0; at < TEXT.length; at += size)
    events.push(`[${at / 64}, "o", ${JSON.stringify(TEXT.slice(at, at + size))}]\n`)
  return Buffer.from(head + events.join(''))
}

it.each([1, 5, 13, 40, 1000])('the dump was not found in pieces of %i characters', (size) => {
  const { records, log } = feed([recorded(size)])
  expect(records.filter(({ type }) => type === 'dump')).toMatchObject([
    { kind: 'panic', reason: 'boom', goroutines: 1, damaged: 0, truncated: false },
  ])
  // What the terminal got before and after it stays, and so does a piece that holds several lines.
  const left = log.toString().split('\n').slice(1, -1)
  const text = left
    .map((line) => JSON.parse(line)[2] as string)
    .join('')
    .replaceAll('\r', '')
  expect(text).toMatch(/^\$ \.\/shop\n[\s\S]*\$ exit\n\$ $/)
  if (size === 1) expect(text).toBe('$ ./shop\n$ exit\n$ ')
})

it('reads a recording of version 3', () => {
  const { records } = feed([
    recorded(13, '{"version": 3, "term": {"cols": 80, "rows": 24}, "timestamp": 1795517851}\n'),
  ])
  expect(records.filter(({ type }) => type === 'dump')).toHaveLength(1)
})

it('keeps what was typed, and what is not a piece', () => {
  const bytes = Buffer.from(`${HEAD}[0.5, "i", "l"]\n[0.6, "o", "l\\r\\n"]\nnot json\n\n[0.7, "o", "app"]\n`)
  expect(feed([bytes]).log.toString()).toBe(bytes.toString())
})
