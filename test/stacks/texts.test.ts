import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../src/core/ascii.ts'
import { canonicalText } from '../../src/stacks/canonical.ts'
import { idleness } from '../../src/stacks/idle.ts'
import { ROOT } from '../../src/stacks/rows.ts'
import { type PrintedStack, stackOf } from '../../src/stacks/stack.ts'
import { StackTree } from '../../src/stacks/stack-tree.ts'
import { Texts } from '../../src/stacks/texts.ts'
import { titlePlace } from '../../src/stacks/title.ts'
import { readLine } from '../../src/text/line.ts'

function numberOf(texts: Texts, text: string, encoding: BufferEncoding = 'utf8'): number {
  const bytes = Buffer.from(text, encoding)
  return texts.numberOf(bytes, wordsOf(bytes), 0, bytes.length)
}

describe('Texts', () => {
  it('knows each text once, told apart by all of its bytes', () => {
    const texts = new Texts()
    const all = ['', 'a', 'b', 'abc', 'abcd', 'abce', 'abcdefgh', 'abcdefgi', 'bbcdefgh', 'abcd\0efgh', 'Größe']
    const numbers = all.map((text) => numberOf(texts, text))
    expect(new Set(numbers).size).toBe(all.length)
    expect(all.map((text) => numberOf(texts, text))).toEqual(numbers)
    expect(numbers.map((number) => texts.at(number).text)).toEqual(all)
  })

  it('keeps what it has when it is full and closed', () => {
    const texts = new Texts()
    const numbers: number[] = []
    for (let i = 0; texts.hasRoom; i++) numbers.push(numberOf(texts, `main.f${i}`))
    expect(numbers.length).toBeGreaterThan(10_000)
    texts.close()
    expect(numbers.every((number, i) => number < 1 << 16 && texts.at(number).text === `main.f${i}`)).toBe(true)
  })
})

/** The stack of these lines. */
function stack(lines: readonly string[]): PrintedStack {
  const tree = new StackTree(1 << 20)
  let at = ROOT
  for (const text of lines) {
    const line = readLine(text)
    if (line === undefined) throw new Error(text)
    at = tree.add(at, Buffer.from(text, 'latin1'), 0, line)
  }
  return stackOf(tree, at)
}

describe('a stack', () => {
  it.each([0, 7, 65_535, 65_536, 4_294_901_759, 4_294_901_760, 4_294_967_296, 9_007_199_254_740_991])(
    'keeps line %d',
    (line) => {
      const { frames } = stack(['main.f(0x1)', `\t/app/main.go:${line} +0x1d`])
      expect(frames).toEqual([{ function: 'main.f', file: '/app/main.go', line }])
    },
  )

  it('takes the memory of what is new in it, and little where others have its texts', () => {
    const lines = (file: string): string[] =>
      Array.from({ length: 30 }, (_, i) => [
        `example.com/shop/${file}.f${i}(0x1)`,
        `\t/app/shop/${file}/${file}.go:${i} +0x1d`,
      ]).flat()
    const text = lines('accounted').join('\n').length
    const first = stack(lines('accounted')).bytes
    const second = stack(lines('accounted').slice(2)).bytes
    // Each name is kept twice, as bytes and as a string; the path is one for all.
    expect(first).toBeGreaterThan(text)
    expect(first).toBeLessThan(text * 4)
    expect(second).toBeLessThan(text / 5)
  })

  it('has all its frames, however many', () => {
    const lines = Array.from({ length: 3000 }, (_, i) => [`main.f${i}()`, `\t/app/f${i % 7}.go:${i} +0x1d`]).flat()
    const { frames, createdBy } = stack([...lines, 'created by main.g in goroutine 7', '\t/app/g.go:9 +0x1'])
    expect(frames).toEqual(
      Array.from({ length: 3000 }, (_, i) => ({ function: `main.f${i}`, file: `/app/f${i % 7}.go`, line: i })),
    )
    expect(createdBy).toEqual({ function: 'main.g', file: '/app/g.go', line: 9 })
  })

  it('finds out nothing of its names that refers to anything, since each may be the name of one stack alone', () => {
    const all = stack([
      'main.f(0x1)',
      '\t/app/shop/main.go:71 +0x1d',
      'net/http.f(0x1)',
      '\t/go/src/net/http/a.go:1 +0x1d',
    ])
    expect(titlePlace(all)).toBe(0)
    expect(canonicalText(all, 'functions')).toBe('main.f\nnet/http.f')
    expect(idleness(all)).toBe('no')
    const names = [...all.names, ...all.names.map((_, place) => all.fileAt(place))]
    expect(names.map((name) => name?.facts)).toEqual(names.map(() => undefined))
  })

  it('lives on when the names of thousands of others have come', () => {
    const first = stack(['main.first()', '\t/app/first.go:1 +0x1d'])
    const all = Array.from({ length: 40 }, (_, n) =>
      stack(Array.from({ length: 1000 }, (_, i) => [`main.f${n * 1000 + i}()`, '\t/app/f.go:1 +0x1d']).flat()),
    )
    expect(first.frames[0]).toEqual({ function: 'main.first', file: '/app/first.go', line: 1 })
    expect(all.every(({ frames }, n) => frames[999]?.function === `main.f${n * 1000 + 999}`)).toBe(true)
  })
})
