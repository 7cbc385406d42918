import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../src/core/ascii.ts'
import { ROOT } from '../../src/stacks/rows.ts'
import { StackTrees } from '../../src/stacks/trees.ts'

describe('StackTrees', () => {
  it('hands a tree with what it has learnt to the next dump, and never to two at once', () => {
    const trees = new StackTrees(10_000)
    const [one, two] = [trees.take(), trees.take()]
    expect(one).not.toBe(two)
    const buf = Buffer.from('main.f()\n')
    one.add(ROOT, buf, 0, { kind: 'func', tail: 'arguments', literal: 7 })
    trees.give(one)
    const next = trees.take()
    expect(next.step(ROOT, buf, wordsOf(buf), 0, buf.length)).toBeDefined()
    expect(trees.take()).not.toBe(next)
  })

  it('keeps few', () => {
    const trees = new StackTrees(10_000)
    const all = Array.from({ length: 5 }, () => trees.take())
    for (const tree of all) trees.give(tree)
    const again = Array.from({ length: 5 }, () => trees.take())
    expect(again.filter((tree) => all.includes(tree))).toHaveLength(2)
  })
})
