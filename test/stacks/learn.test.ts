/** Lines that the kernel adds, because it knows them from elsewhere in the tree. */
import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../src/core/ascii.ts'
import { type KnownLine, ROOT } from '../../src/stacks/rows.ts'
import { know, stackOf } from '../../src/stacks/stack.ts'
import { StackTree } from '../../src/stacks/stack-tree.ts'
import type { WalkKernel } from '../../src/stacks/walk.ts'
import { readLine } from '../../src/text/line.ts'

const DUMP = 7
const KNOWN = [
  'main.a(0x1)',
  '\t/src/a.go:1 +0x1',
  'example.com/shop.(*Cart).Add(...)',
  '\t/src/cart.go:7 +0x1d',
  'created by main.b in goroutine 5',
  '\t/src/b.go:9 +0x2',
]

/** A tree of one stack, whose lines are plain. */
function tree(): { readonly made: StackTree; readonly kernel: WalkKernel } {
  const made = new StackTree(1 << 20, { lines: 256, goroutines: 0, bytes: 0 })
  made.growFor(1)
  let at: KnownLine = ROOT
  for (const text of KNOWN) {
    const line = readLine(text)
    if (line === undefined) throw new Error(`no line: ${text}`)
    at = made.add(at, Buffer.from(text, 'latin1'), 0, line)
    know(made, at)
  }
  const kernel = made.kernelFor(Buffer.from('x'), 0, 1)
  if (kernel === undefined) throw new Error('no kernel')
  return { made, kernel }
}

/** Adds the first line as the reader does, and says what the kernel adds below it. */
function added(lines: readonly string[], depth = 100): string[] {
  const { made, kernel } = tree()
  const buf = Buffer.from(`${lines.join('\n')}\n`, 'latin1')
  const first = readLine(lines[0] as string)
  if (first === undefined) throw new Error('no line')
  const from = made.add(ROOT, buf, 0, first)
  const after = buf.indexOf('\n') + 1
  made.run(from, buf, after, buf.length, DUMP, 10, depth)
  const found: string[] = []
  for (let at = kernel.line; at !== from; at = made.parent(at)) found.unshift(made.literal(at))
  // What has been added is known as any other line is.
  expect(made.walkPlain(from, buf, wordsOf(buf), after, buf.length)).toBe(kernel.line)
  return found
}

describe('a new stack', () => {
  it('is added where its functions and its files are known', () => {
    const lines = [
      'main.new()',
      '\t/src/a.go:12 +0x3',
      'example.com/shop.(*Cart).Add(0xc000012345, {0x1, 0x2?})',
      '\t/src/cart.go:8',
      'created by main.b in goroutine 77',
      '\t/src/b.go:10 +0xff',
      '',
    ]
    expect(added(lines)).toEqual([
      '\t/src/a.go:12 +0x3',
      'example.com/shop.(*Cart).Add(',
      '\t/src/cart.go:8',
      'created by main.b in goroutine ',
      '\t/src/b.go:10 +0xff',
    ])
  })

  it.each([
    ['an unknown file', ['main.new()', '\t/src/new.go:12 +0x3']],
    ['another line than that of a file behind a function', ['main.new()', 'main.a(0x1)', '\t/src/a.go:1 +0x1']],
    ['an offset that is none', ['main.new()', '\t/src/a.go:12 +0xg']],
    ['words behind the place', ['main.new()', '\t/src/a.go:12 +0x3 and more']],
    ['a place without an offset ahead of one with it', ['main.new()', '\t/src/a.go:12', '\t/src/a.go:13 +0x1']],
  ])('is left to the reader at %s', (_, lines) => {
    expect(added([...lines, ''])).toEqual([])
  })

  it.each([
    ['an unknown function', 'main.c()'],
    ['arguments that are none', 'main.a(0x1 and more)'],
    ['a function without its file', 'main.a(0x1)\nmain.a(0x1)'],
    ['the creator of nobody', 'created by main.b'],
  ])('is left to the reader at %s, behind lines that are known', (_, line) => {
    expect(added(['main.new()', '\t/src/a.go:12 +0x3', line, '\t/src/a.go:1 +0x1', ''])).toEqual([
      '\t/src/a.go:12 +0x3',
    ])
  })

  it('is left to the reader behind main.main, where a stack may end', () => {
    expect(added(['main.main()', '\t/src/a.go:12 +0x3', 'main.a(0x1)', '\t/src/a.go:1 +0x1', ''])).toEqual([
      '\t/src/a.go:12 +0x3',
    ])
  })

  it('is left to the reader at the limit of frames', () => {
    expect(added(['main.new()', '\t/src/a.go:12 +0x3', 'main.a(0x1)', '\t/src/a.go:1 +0x1', ''], 3)).toHaveLength(2)
  })

  it('has the frames that it says', () => {
    const { made, kernel } = tree()
    const buf = Buffer.from('main.a(0x1)\n\t/src/a.go:1 +0x1\nmain.a(0x2)\n\t/src/cart.go:70000 +0x1\n\n')
    const words = wordsOf(buf)
    const from = made.walkPlain(ROOT, buf, words, 0, buf.length)
    const call = readLine('main.a(0x2)')
    const at = call === undefined ? ROOT : made.add(from, buf, made.after, call)
    made.run(at, buf, buf.indexOf('\t/src/cart.go'), buf.length, DUMP, 10, 100)
    expect(stackOf(made, kernel.line).frames).toEqual([
      { function: 'main.a', file: '/src/a.go', line: 1 },
      { function: 'main.a', file: '/src/cart.go', line: 70_000 },
    ])
  })
})
