import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../src/core/ascii.ts'
import { HeaderReader, parseHeaderRest } from '../../src/text/header.ts'

/** The text between the id and the line end. */
const RESTS = [
  '[running]:',
  '[select]:',
  '[select, 7 minutes]:',
  '[select, 07 minutes]:',
  '[select, 0000000007 minutes]:',
  '[select, 1023 minutes]:',
  '[select, 1024 minutes]:',
  '[select, 99999 minutes]:',
  '[select,  minutes]:',
  '[select, 7 minutes, locked to thread]:',
  '[select, locked to thread]:',
  '[select (no cases)]:',
  '[select (no cases), 2 minutes]:',
  '[sleep, 1 minutes]:',
  '[sleep, 12 minutes]:',
  '[sleep]:',
  '[sync.RWMutex.RLock]:',
  '[sync.RWMutex.Lock]:',
  '[sync.RWMutex.RLock, 3 minutes]:',
  '[chan receive (leaked)]:',
  '[chan receive (nil chan)]:',
  '[chan receive (leaked), 9 minutes]:',
  '[chan receive (scan), 9 minutes]:',
  '[chan receive]:',
  '[a state that is longer than any of the runtime]:',
  '[chan receive (leaked) labels:{"k": "v"}]:',
  '[chan receive] {k: v, "odd key": "a]: \\"q\\""}:',
  '[chan receive, 7 minutes] :',
  '[chan receive, 7 minutes',
  '[idle]:',
  '[]:',
]

/** Reads `text` at `at` of a buffer that ends `after` bytes after it. */
function read(reader: HeaderReader, text: string, at = 0, after = 0): unknown {
  const buf = Buffer.from(`${'x'.repeat(at)}${text}${'\n'.repeat(after)}`, 'latin1')
  const next = reader.read(buf, wordsOf(buf), at, buf.length)
  return next < 0 ? undefined : { ...reader.info, id: reader.id, next: next - at }
}

describe('a header that was seen before', () => {
  it.each(['\n', '\r\n'])(
    'reads as it did the first time, whatever was read in between, with the line end %j',
    (end) => {
      const reader = new HeaderReader()
      const others = Array.from({ length: 100 }, (_, i) => `[state of kind ${i}]:`)
      for (const rests of [RESTS, RESTS.toReversed(), others, RESTS])
        for (const rest of rests) {
          const text = `goroutine 17 ${rest}${end}`
          const info = parseHeaderRest(rest)
          const expected = info === undefined ? undefined : { ...info, id: 17, next: text.length }
          for (const [at, after] of [
            [0, 0],
            [3, 1],
            [5, 60],
          ] as const)
            expect(read(reader, text, at, after), text).toEqual(expected)
        }
    },
  )

  it('keeps its own id', () => {
    const reader = new HeaderReader()
    for (const id of [1, 22, 4294967297, 1])
      expect(read(reader, `goroutine ${id} [select]:\n`, 0, 60)).toMatchObject({ id, state: 'select' })
    for (const text of ['goroutine x [select]:\n', 'goroutines 7 [select]:\n', 'goroutine 7 select]:\n'])
      expect(read(reader, text, 0, 60), text).toBeUndefined()
  })

  it('can name its thread', () => {
    const reader = new HeaderReader()
    const text = 'goroutine 7 gp=0xc000 m=3 mp=0xc000 [select, 3 minutes]:\n'
    for (let i = 0; i < 2; i++)
      expect(read(reader, text, 0, 60)).toMatchObject({ id: 7, minutes: 3, next: text.length })
  })
})

describe('after a header', () => {
  it.each([
    '[select]: ',
    '[select]:\t\t',
    '[select]:  # waits',
    '[select]:(waits)',
    '[select]: \u2190 waits',
    '[select]:\uff08\u963b\u585e\uff09',
  ])('there can be blanks or a note: %j', (rest) => {
    const text = Buffer.from(`goroutine 7 ${rest}\n`)
    const reader = new HeaderReader()
    expect(reader.read(text, wordsOf(text), 0, text.length)).toBe(text.length)
    expect(reader).toMatchObject({ id: 7, info: { state: 'select' } })
  })

  it.each([
    ['[select, 3 minutes]:', 'main.f(0x1)'],
    ['[select]: ', 'shop/cart.(*Cart[...]).Run({0x1, 0x2}, ...)'],
    ['gp=0xc000 m=nil [select]: ', 'main.f()'],
    ['[select] {k: v}:', 'main.f(0x1)'],
  ])('%s the first call is read as the next line', (rest, call) => {
    const header = `goroutine 7 ${rest}`
    expect(read(new HeaderReader(), `${header}${call}\n`)).toMatchObject({
      id: 7,
      state: 'select',
      next: header.length,
    })
  })

  it.each(['[select]: see main.f(0x1)', '[select]: main.f(go, on)', '[select]: 3 (of 7)', '[select]: main.f'])(
    'there can be no other words: %j',
    (rest) => {
      expect(read(new HeaderReader(), `goroutine 7 ${rest}\n`)).toBeUndefined()
    },
  )
})
