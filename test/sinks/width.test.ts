import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printable } from '../../src/sinks/printable.ts'
import { cutEnd, cutMiddle, displayWidth, padEnd, padStart, wrap } from '../../src/sinks/width.ts'

describe('columns', () => {
  it.each([
    ['', 0],
    ['chan receive', 12],
    ['Größe', 5],
    ['Gro\u0308ße', 5],
    ['服务', 4],
    ['ｆｕｌｌ', 8],
    ['한글', 4],
    ['🚀', 2],
    ['a\u200db', 2],
    ['…', 1],
    ['–', 1],
  ])('%j takes %i', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  it('are never more than asked for after a cut, and a text that fits is left alone', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'Z', '.', '服', '\u0308', '🚀', 'é', '(') })
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 40 }), (text, width) => {
        for (const cut of [cutEnd(text, width), cutMiddle(text, width)]) {
          expect(displayWidth(cut)).toBeLessThanOrEqual(width)
          if (displayWidth(text) <= width) expect(cut).toBe(text)
        }
        expect(displayWidth(padEnd(text, width))).toBe(Math.max(width, displayWidth(text)))
        expect(displayWidth(padStart(text, width))).toBe(Math.max(width, displayWidth(text)))
      }),
    )
  })

  it('are cut at the end or in the middle', () => {
    expect(cutEnd('sync.Mutex.Lock', 8)).toBe('sync.Mu…')
    expect(cutMiddle('hashtag_suggestion.(*Cron).step2', 16)).toBe('hasht…ron).step2')
    expect(cutMiddle('服务服务服务', 7)).toBe('服…服务')
    expect(cutMiddle('abcdef', 3)).toBe('ab…')
    expect(cutEnd('abc', 0)).toBe('')
  })

  it('decide where a sentence breaks', () => {
    expect(wrap('41 goroutines wait in chan receive', 14)).toEqual(['41 goroutines', 'wait in chan', 'receive'])
    expect(wrap('averyveryverylongword fits', 10)).toEqual(['averyveryverylongword', 'fits'])
  })
})

describe('text from a log', () => {
  it('cannot move the cursor, colour the screen or turn the direction of reading', () => {
    expect(printable('a\u001b[2Jb\r\n\tc\u009bd\u202ee\u2066f')).toBe('a�[2Jb���c�d�e�f')
    expect(printable('content_svr/cron.(*Cron).step2')).toBe('content_svr/cron.(*Cron).step2')
  })
})
