/** What the kernel takes of whole goroutines, against the same written in TypeScript. */
import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../src/core/ascii.ts'
import { type KnownLine, ROOT } from '../../src/stacks/rows.ts'
import { StackTree } from '../../src/stacks/stack-tree.ts'
import { headerInfo, withMinutes } from '../../src/text/info.ts'
import { readLine } from '../../src/text/line.ts'

const DUMP = 7
const KNOWN = ['select', 'chan receive', 'chan receive (nil chan)', 'IO wait', 'sync.WaitGroup.Wait', 'sleep']
const PLAIN = /^\ngoroutine (?!0+ )(\d{1,15}) \[([^\],]{1,31})(?:, (\d{1,6}) minutes)?\]:\n/

type Row = readonly [line: KnownLine, id: number, state: string, minutes: number | undefined, after: number]
type Taken = readonly [rows: Row[], line: KnownLine, pos: number]

function numbers(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

/** A tree of two stacks, of which the dump has the first alone. */
function tree(): StackTree {
  const made = new StackTree(1 << 20, { lines: 256, goroutines: 0, bytes: 0 })
  for (const text of ['main.a()\n\t/a.go:1 +0x1\n', 'main.b(0x1)\n\t/b.go:1 +0x1\n']) {
    const buf = Buffer.from(text)
    let at: KnownLine = ROOT
    let pos = 0
    for (const line of text.split('\n').slice(0, -1)) {
      const read = readLine(line)
      if (read === undefined) throw new Error(`no line: ${line}`)
      at = made.add(at, buf, pos, read)
      pos += line.length + 1
    }
    if (text.startsWith('main.a')) made.ended(at, DUMP)
  }
  made.growFor(0)
  const kernel = made.kernelFor(Buffer.from('x'), 0, 1)
  for (const state of KNOWN) kernel?.learn(headerInfo(state, undefined, '', false, undefined))
  return made
}

function text(rnd: (n: number) => number): string {
  const pick = (list: readonly string[]): string => list[rnd(list.length)] as string
  const header = (): string => {
    const id = rnd(8) === 0 ? pick(['0', '007', '999999999999999', '9999999999999999', '', 'x']) : String(1 + rnd(5000))
    const state = rnd(10) === 0 ? pick(['running', 'new', 'chan receive, locked to thread', '', ' ']) : pick(KNOWN)
    const minutes = rnd(3) === 0 ? `, ${pick(['1', '0', '12', '999999', '1000000', '', 'x'])} minutes` : ''
    return `goroutine ${id} [${state}${minutes}]:${rnd(20) === 0 ? '\r' : ''}\n`
  }
  const stack = (): string =>
    pick([
      'main.a()\n\t/a.go:1 +0x1\n',
      'main.a()\n\t/a.go:1 +0x1\n',
      'main.a()\n\t/a.go:1 +0x1\r\n',
      'main.b(0x2)\n\t/b.go:1 +0x1\n',
      'main.c()\n',
    ])
  let out = rnd(9) === 0 ? stack() : 'main.a()\n\t/a.go:1 +0x1\n'
  for (let i = rnd(12); i > 0; i--)
    out += `\n${header()}${rnd(30) === 0 ? '' : rnd(6) === 0 ? stack() : 'main.a()\n\t/a.go:1 +0x1\n'}`
  if (rnd(3) > 0) return out
  const at = rnd(out.length)
  return `${out.slice(0, at)}${rnd(2) === 0 ? String.fromCharCode(rnd(256)) : ''}${out.slice(at + rnd(3))}\n`
}

function byKernel(made: StackTree, buf: Buffer): Taken {
  const kernel = made.kernelFor(buf, 0, buf.length)
  if (kernel === undefined) throw new Error('no kernel')
  kernel.run(ROOT, buf, 0, buf.length, DUMP, 1000)
  const rows = Array.from({ length: kernel.rows }, (_, row): Row => {
    const { state, minutes } = kernel.info(row)
    return [kernel.lineBefore(row), kernel.id(row), state, minutes, kernel.headerAfter(row)]
  })
  made.leave()
  return [rows, kernel.line, kernel.after]
}

function byReference(made: StackTree, buf: Buffer, has: (line: KnownLine) => boolean): Taken {
  const rows: Row[] = []
  const words = wordsOf(buf)
  let at: KnownLine = ROOT
  let pos = 0
  for (;;) {
    const last = made.walkPlain(at, buf, words, pos, buf.length)
    if (last !== at) pos = made.after
    at = last
    const header = has(at) ? PLAIN.exec(buf.toString('latin1', pos)) : null
    const [whole, id, state, minutes] = header ?? []
    if (whole === undefined || state === undefined || !KNOWN.includes(state)) break
    const info = withMinutes(
      headerInfo(state, undefined, '', false, undefined),
      minutes === undefined ? undefined : Number(minutes),
    )
    pos += whole.length
    rows.push([at, Number(id), info.state, info.minutes, pos])
    at = ROOT
  }
  made.leave()
  return [rows, at, pos]
}

describe('the kernel', () => {
  it.each([1, 2, 3])('takes goroutines up to the first that is not plain: %d', (seed) => {
    const rnd = numbers(seed)
    const made = tree()
    let rows = 0
    for (let i = 0; i < 4000; i++) {
      const buf = Buffer.from(text(rnd), 'latin1')
      const expected = byReference(made, buf, (line) => line === 2)
      expect(byKernel(made, buf)).toEqual(expected)
      rows += expected[0].length
    }
    expect(rows).toBeGreaterThan(4000)
  })
})
