import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../src/core/ascii.ts'
import { type KnownLine, ROOT } from '../../src/stacks/rows.ts'
import { StackTree } from '../../src/stacks/stack-tree.ts'
import { NEVER } from '../../src/stacks/tables.ts'
import { readLine } from '../../src/text/line.ts'

class Tree extends StackTree {
  get isWalkedByKernel(): boolean {
    return this.kernel !== undefined
  }
}

/** Numbers below `n`, the same in each run. */
function numbers(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

const NAMES = ['main.f', 'sync.(*Mutex).Lock', 'example.com/shop.(*Cart[...]).Add', 'runtime.chanrecv1', 'panic', 'a.b']
const ARGUMENTS = ['', '...', '0xc000012345', '0xc000012345, {0x1, 0x2?}, _', '{0xc0000141f0?, 0x2}, {0x0, 0x0, 0x0}']
const TAILS = ['', ' +0x1d', ' fp=0xc00004be40 sp=0xc00004bde0 pc=0x43f1d0', ' +0x2 fp=0x1 sp=0x2 pc=0x3']

/** A goroutine as the runtime prints it, of few functions, so that many are known. */
function goroutine(rnd: (n: number) => number): string {
  const pick = (list: readonly string[]): string => list[rnd(list.length)] as string
  const end = rnd(20) === 0 ? '\r\n' : '\n'
  const lines: string[] = []
  for (let frames = 1 + rnd(6); frames > 0; frames--) {
    if (rnd(30) === 0) lines.push('...51 frames elided...')
    lines.push(`${pick(NAMES)}${rnd(3) === 0 ? rnd(60) : ''}(${pick(ARGUMENTS)})`)
    lines.push(`\t/${'src/'.repeat(rnd(12))}f.go:${rnd(40)}${pick(TAILS)}`)
  }
  if (rnd(2) === 0) lines.push(`created by main.g${rnd(3)} in goroutine ${rnd(1 << 30)}${rnd(9)}`, '\t/src/g.go:7 +0x1')
  return lines.map((line) => line + end).join('')
}

/** As a log may have it: bytes changed, cut, twice. */
function mutated(text: string, rnd: (n: number) => number): string {
  const at = rnd(text.length)
  switch (rnd(8)) {
    case 0:
      return text.slice(0, at) + String.fromCharCode(rnd(256)) + text.slice(at + 1)
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + rnd(20))
    case 2:
      return text.slice(0, at) + text.slice(rnd(text.length))
    default:
      return text
  }
}

/** Walks `text`, adding what is not known, and says all that a caller may see of it. */
function take(tree: StackTree, buf: Buffer, base: number, plain: boolean): unknown[] {
  const words = wordsOf(buf)
  const seen: unknown[] = []
  tree.calls.begin()
  let at: KnownLine = ROOT
  let pos = base
  while (pos < buf.length) {
    const last: KnownLine = plain
      ? tree.walkPlain(at, buf, words, pos, buf.length)
      : tree.walk(at, buf, words, pos, buf.length)
    if (last !== at) {
      at = last
      pos = tree.after
      seen.push(at, tree.from, pos)
      if (pos >= buf.length) break
    }
    const next = buf.indexOf('\n', pos) + 1
    const text = buf.toString('latin1', pos, next).replace(/\r?\n$/, '')
    const line = readLine(text)
    if (line === undefined) break
    at = tree.add(at, buf, pos, line)
    pos = next
  }
  tree.leave()
  tree.calls.read(tree.calls.count)
  const { count, waits, parent, pointers } = tree.calls
  return [...seen, at, count, waits, parent, ...pointers.subarray(0, count)]
}

describe('the kernel', () => {
  it.each([1, 2, 3, 4])('walks as the tree does that has none: %d', (seed) => {
    const rnd = numbers(seed)
    const [one, other] = [new Tree(1 << 20), new Tree(1 << 20, NEVER)]
    for (let i = 0; i < 1500; i++) {
      // Behind something else, and long enough for the kernel: some hundred bytes.
      const before = '.'.repeat(rnd(5))
      const text = Array.from({ length: 1 + rnd(4) }, () => mutated(goroutine(rnd), rnd)).join('')
      const buf = Buffer.from(`${before}${text.endsWith('\n') ? text : `${text}\n`}`, 'latin1')
      expect(take(one, buf, before.length, false)).toEqual(take(other, buf, before.length, true))
      if (rnd(400) === 0) for (const tree of [one, other]) tree.restart()
    }
    expect([one.isWalkedByKernel, other.isWalkedByKernel]).toEqual([true, false])
  })

  it('goes on where a line does not end in the piece that it has, and gives up a line longer than it', () => {
    const rnd = numbers(5)
    const [one, other] = [new Tree(1 << 20), new Tree(1 << 20, NEVER)]
    for (let i = 0; i < 300; i++) {
      const buf = Buffer.from(goroutine(rnd))
      take(one, buf, 0, false)
      take(other, buf, 0, true)
    }
    const long = (bytes: number): Buffer =>
      Buffer.from(`main.f(${'0x1, '.repeat(bytes / 5)}0x1)\n\t/f.go:1 +0x1d\nmain.f(0x1)\n\t/f.go:2 +0x1d\n`)
    for (const bytes of [10, 60_000, 65_500, 65_530, 70_000, 200_000])
      for (let again = 0; again < 3; again++)
        expect(take(one, long(bytes), 0, false)).toEqual(take(other, long(bytes), 0, true))
    expect(one.isWalkedByKernel).toBe(true)
  })

  it('sees what a buffer holds now, not what it held', () => {
    const tree = new Tree(1 << 20)
    const rnd = numbers(6)
    for (let i = 0; i < 300; i++) take(tree, Buffer.from(goroutine(rnd)), 0, false)
    const frames = (line: string): string => `main.f(0x1)\n\t/f.go:${line}\n`.repeat(40)
    const buf = Buffer.from(frames('11'))
    const known = take(tree, buf, 0, false)
    buf.write(frames('22'))
    expect(take(tree, buf, 0, false)).not.toEqual(known)
    expect(tree.isWalkedByKernel).toBe(true)
  })
})
