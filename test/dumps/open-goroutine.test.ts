import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/core/limits.ts'
import { OpenGoroutine } from '../../src/dumps/open-goroutine.ts'
import { ROOT } from '../../src/stacks/rows.ts'
import { StackTree } from '../../src/stacks/stack-tree.ts'
import { headerInfo } from '../../src/text/info.ts'
import { readLine } from '../../src/text/line.ts'

const FRAMES = 3
const STACK = ['main.a(0x1)', '\t/app/a.go:1 +0x1d', 'main.b(0x2)', '\t/app/b.go:2 +0x1d']

function open(tree = new StackTree(LIMITS.knownStackBytes), id = 7): OpenGoroutine {
  const goroutine = new OpenGoroutine(tree, FRAMES)
  begin(goroutine, id)
  return goroutine
}

function begin(goroutine: OpenGoroutine, id = 7): void {
  const info = headerInfo('select', undefined, '', false, undefined)
  goroutine.begin({ id, place: -1, info, start: 0, counted: true })
}

function walk(goroutine: OpenGoroutine, texts: readonly string[]): void {
  for (const text of texts) {
    const line = readLine(text)
    if (line === undefined) throw new Error(`no line: ${text}`)
    goroutine.addText(text, line)
    goroutine.length = text.length
  }
}

describe('a goroutine', () => {
  it('is complete after a file line, with the stack that it has walked', () => {
    const goroutine = open()
    walk(goroutine, STACK.slice(0, 3))
    expect(goroutine.whole).toBe(false)
    walk(goroutine, STACK.slice(3))
    expect(goroutine.whole).toBe(true)
    const { entry, damaged } = goroutine.finish(false)
    expect(damaged).toBe(false)
    expect(entry?.stack.frames.map((frame) => frame.function)).toEqual(['main.a', 'main.b'])
    expect(goroutine.header).toBeUndefined()
  })

  it('keeps only the creator past the limit, and knows what can come next', () => {
    const goroutine = open()
    for (const name of ['a', 'b', 'c']) walk(goroutine, [`main.${name}(0x1)`, `\t/app/${name}.go:1 +0x1d`])
    const { at } = goroutine
    walk(goroutine, ['main.d(0x1)'])
    expect([goroutine.at, goroutine.expected, goroutine.whole]).toEqual([at, ['file'], false])
    walk(goroutine, ['\t/app/d.go:1 +0x1d'])
    expect([goroutine.at, goroutine.whole, goroutine.tooDeep]).toEqual([at, true, 2])
    walk(goroutine, ['created by main.main in goroutine 1', '\t/app/m.go:3 +0x1d'])
    expect(goroutine.ended).toBe(true)
    expect(goroutine.finish(false).entry?.stack.frames).toHaveLength(3)
  })

  it('goes back to its previous state if the doubtful line was log, past the limit, too', () => {
    for (const frames of [['a'], ['a', 'b', 'c', 'd']]) {
      const goroutine = open()
      for (const name of frames) walk(goroutine, [`main.${name}(0x1)`, `\t/app/${name}.go:1 +0x1d`])
      const { at, expected } = goroutine
      const text = 'main.done(1)'
      const line = readLine(text)
      if (at === undefined || line === undefined) throw new Error('no line')
      goroutine.add(Buffer.from(text), 0, line, { about: 'frame', from: at, proof: 'offset', otherwise: 'log' })
      expect([goroutine.expected, goroutine.whole]).toEqual([['file'], true])
      expect(goroutine.settle(undefined)).toBe('log')
      expect([goroutine.at, goroutine.expected, goroutine.length]).toEqual([at, expected, 0])
    }
  })

  it('gets the only known stack that has its lines if it is damaged, or none', () => {
    const tree = new StackTree(LIMITS.knownStackBytes)
    const other = ['main.c(0x2)', '\t/app/c.go:2 +0x1d']
    for (const rest of [STACK.slice(2), other]) {
      const known = open(tree)
      walk(known, [...STACK.slice(0, 2), ...rest])
      known.finish(false)
    }
    const goroutine = open(tree)
    walk(goroutine, STACK.slice(0, 2))
    goroutine.lose(STACK[3] as string)
    expect(goroutine.at).toBeUndefined()
    const one = goroutine.finish(false)
    expect([one.damaged, one.entry?.stack.frames.map((frame) => frame.function)]).toEqual([true, ['main.a', 'main.b']])
    begin(goroutine)
    walk(goroutine, STACK.slice(0, 2))
    expect(goroutine.finish(true)).toMatchObject({ damaged: true, entry: undefined })
  })

  it('is cut if the beginning of a line follows its last one, until it continues', () => {
    const goroutine = open()
    walk(goroutine, STACK.slice(0, 2))
    goroutine.noteHead('created by mai')
    expect(goroutine.cut).toBe('line')
    walk(goroutine, STACK.slice(2))
    expect(goroutine.cut).toBeUndefined()
    goroutine.noteHead('goroutine 1')
    expect(goroutine.cut).toBe('header')
    expect(goroutine.finish(false).damaged).toBe(false)
  })

  it('forgets at its end that it was cut', () => {
    const goroutine = open()
    walk(goroutine, STACK.slice(0, 2))
    goroutine.lose('\t/app/z.go:2 +0x1d')
    goroutine.noteHead('created by mai')
    expect(goroutine.cut).toBe('line')
    goroutine.finish(false)
    expect(goroutine.cut).toBeUndefined()
  })

  it('takes the indentation of its lines from its first call', () => {
    const goroutine = open()
    expect(goroutine.plain('  main.a(0x1)')).toBe('main.a(0x1)')
    walk(goroutine, STACK.slice(0, 1))
    expect(goroutine.plain('  \t/app/a.go:1 +0x1d')).toBe('\t/app/a.go:1 +0x1d')
    expect(goroutine.indent).toBe('  ')
    begin(goroutine)
    goroutine.mayBeIndented = false
    expect(goroutine.plain('  main.a(0x1)')).toBe('  main.a(0x1)')
    expect(goroutine.at).toBe(ROOT)
  })
})
