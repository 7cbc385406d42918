import { describe, expect, it } from 'vitest'
import { Suffix } from '../../src/carriers/suffix.ts'

/** The text of a line after `prefix`, if the line with the header ended in `shown`. */
function textOf(shown: string, line: string, prefix = ''): string {
  const buf = Buffer.from(line, 'latin1')
  return buf.toString('latin1', prefix.length, new Suffix(shown).textEnd(buf, 0, prefix.length, buf.length))
}

describe('what follows the text of a line is not part of it', () => {
  it.each([
    [
      'fields of a logger, whatever their values',
      '\t{"service": "shop"}',
      'main.f()\t{"service": "cart", "n": 2}',
      'main.f()',
    ],
    ['fields of logfmt', ' pod=web-1 n=1', 'main.f() pod=web-2 n=22', 'main.f()'],
    [
      'a number, which is the time',
      '\t1795496400123',
      '\t/app/main.go:3 +0x1d\t1795496400456',
      '\t/app/main.go:3 +0x1d',
    ],
    ['the blanks of a cell, and its border', '      |', 'main.f()            |', 'main.f()'],
    ['the mark of a line that goes on', '      +', '\t/app/main.go:3 +0x1d  +', '\t/app/main.go:3 +0x1d'],
    ["a place in a browser's script", ' wasm_exec.js:97:29', 'main.f() wasm_exec.js:97:29', 'main.f()'],
    ['what stands for an empty line', ' wasm_exec.js:97:29', '<empty string> wasm_exec.js:97:29', ''],
    ['nothing but blanks', '   ', 'main.f()  ', 'main.f()'],
  ])('%s', (_what, shown, line, text) => {
    expect(textOf(shown, line)).toBe(text)
  })

  it('a line that lacks it is all text', () => {
    expect(textOf('\t{"service": "shop"}', 'main.f()')).toBe('main.f()')
    expect(textOf('\t1795496400123', 'main.f(0x1)')).toBe('main.f(0x1)')
  })

  it('begins after the prefix at the earliest, even in a line without text', () => {
    expect(textOf(' pod=web-1', 'a=1 pod=web-1', 'a=1 ')).toBe('')
  })
})
