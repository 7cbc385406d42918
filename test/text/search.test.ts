import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { search, searchShort } from '../../src/text/search/search.ts'
import { Words } from '../../src/text/search/words.ts'

const WORD = Buffer.from('goroutine')

describe('search', () => {
  it('finds what indexOf finds, wherever the word and its pieces are', () => {
    const piece = fc.constantFrom(
      'goroutine',
      'goroutin',
      'oroutine',
      'g',
      'gorou',
      'u',
      'n',
      ' ',
      '\n',
      'x'.repeat(61),
      'y'.repeat(4099),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.nat(), fc.nat(), (pieces, one, other) => {
        const buf = Buffer.from(`${'-'.repeat(2_500)}${pieces.join('')}`)
        const [pos, end] = [one % (buf.length + 1), other % (buf.length + 1)].sort((a, b) => a - b) as [number, number]
        expect(search(buf, WORD, pos, end)).toBe(searchShort(buf, WORD, pos, end))
      }),
      { numRuns: 2_000 },
    )
  })

  it('finds the word at every offset of a long buffer, including across the borders of copied blocks', () => {
    const length = (16 << 10) * 22
    const buf = Buffer.alloc(length, 'goroutin ')
    for (let at = 0; at + WORD.length <= length; at += at % 4096 < 40 || at % 16_384 > 16_300 ? 1 : 911) {
      const before = Buffer.from(buf.subarray(at, at + WORD.length))
      WORD.copy(buf, at)
      expect(search(buf, WORD, 0, length)).toBe(buf.indexOf(WORD))
      before.copy(buf, at)
    }
  })

  it('finds the first of two words with the same first, fourth and seventh byte', () => {
    const [routine, stack] = [Buffer.from('routine'), Buffer.from('runtime stack:')]
    const piece = fc.constantFrom(
      'routine',
      'runtime stack:',
      'runtime stack',
      'r',
      'runtime ',
      ' ',
      'x'.repeat(61),
      'y'.repeat(4099),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.nat(), fc.nat(), (pieces, one, other) => {
        const buf = Buffer.from(`${'-'.repeat(2_500)}${pieces.join('')}`)
        const [pos, end] = [one % (buf.length + 1), other % (buf.length + 1)].sort((a, b) => a - b) as [number, number]
        const places = [routine, stack].map((word) => buf.subarray(0, end).indexOf(word, pos)).filter((at) => at >= 0)
        const first = places.length === 0 ? -1 : Math.min(...places)
        expect(search(buf, routine, pos, end, stack)).toBe(first)
        expect(searchShort(buf, routine, pos, end, stack)).toBe(first)
      }),
      { numRuns: 2_000 },
    )
  })

  it('does not look past the end', () => {
    const buf = Buffer.from(`${' '.repeat(5_000)}goroutine`)
    expect(search(buf, WORD, 0, buf.length)).toBe(5_000)
    expect(search(buf, WORD, 0, buf.length - 1)).toBe(-1)
    expect(search(buf, WORD, 5_001, buf.length)).toBe(-1)
  })

  it('finds nothing of an earlier search', () => {
    search(Buffer.from(`${' '.repeat(9_000)}goroutine`), WORD, 0, 9_009)
    expect(search(Buffer.alloc(9_000, ' '), WORD, 0, 9_000)).toBe(-1)
    expect(search(Buffer.alloc(3_000, ' '), WORD, 0, 3_000)).toBe(-1)
  })
})

describe('Words', () => {
  const WORDS = ['panic: ', 'SIG', 'Signal ', '='.repeat(18), '\xef\xbb\xbf', 'runtime: ', 'a', 'zzzzz']

  it('finds the word that indexOf finds first, wherever words and their pieces are', () => {
    const words = new Words(WORDS.slice(0, 6))
    const rare = new Words(WORDS)
    const piece = fc.constantFrom(
      ...WORDS,
      'panic',
      'p.nic: ',
      'SI',
      'S.G',
      '='.repeat(17),
      'running: ',
      'printing',
      '\n',
      'x'.repeat(61),
      'y'.repeat(40_000),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(), fc.nat(), (pieces, one, other) => {
        const buf = Buffer.from(pieces.join(''), 'latin1')
        const [pos, end] = [one % (buf.length + 1), other % (buf.length + 1)].sort((a, b) => a - b) as [number, number]
        expect(words.first(buf, pos, end)).toBe(words.firstByName(buf, pos, end))
        expect(rare.first(buf, pos, end)).toBe(rare.firstByName(buf, pos, end))
      }),
      { numRuns: 2_000 },
    )
  })

  it('ignores case only for the words that ask for it', () => {
    const words = new Words(['SIG', 'goroutine'], ['panic', 'recover'])
    const piece = fc.constantFrom(
      'panic',
      'PANIC',
      'pAnIc',
      'Recover',
      'sig',
      'SIG',
      'Goroutine',
      'goroutine',
      'p\x01nic',
      '\n',
      ' '.repeat(15),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const buf = Buffer.from(pieces.join(''), 'latin1')
        const found =
          /SIG|goroutine|[pP][aA][nN][iI][cC]|[rR][eE][cC][oO][vV][eE][rR]/.exec(buf.toString('latin1'))?.index ?? -1
        expect(words.first(buf, 0, buf.length)).toBe(found)
        expect(words.firstByName(buf, 0, buf.length)).toBe(found)
      }),
      { numRuns: 1_000 },
    )
  })

  it('finds a word at every offset, including across the border of copied blocks, and nothing of an earlier search', () => {
    const words = new Words(WORDS.slice(0, 2))
    const buf = Buffer.alloc(70_000, 'panic; ')
    for (let at = 0; at < buf.length - 7; at += at % 32_768 > 32_740 || at % 32_768 < 20 ? 1 : 977) {
      const before = Buffer.from(buf.subarray(at, at + 7))
      buf.write('panic: ', at)
      expect(words.first(buf, 0, buf.length)).toBe(at)
      expect(words.first(buf, 0, at + 6)).toBe(-1)
      before.copy(buf, at)
    }
    expect(words.first(buf, 0, buf.length)).toBe(-1)
  })

  it('matches every byte value of a word, whatever its halves are', () => {
    for (let byte = 0; byte < 256; byte++) {
      const word = Buffer.from([byte, 1, 255 - byte, byte ^ 0x55, byte])
      const words = new Words([word.toString('latin1')])
      const buf = Buffer.alloc(100, 0x20)
      word.copy(buf, 37)
      expect(words.first(buf, 0, 100)).toBe(37)
    }
  })
})
