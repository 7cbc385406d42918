import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../src/core/ascii.ts'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { createEngine } from '../../src/engine/engine.ts'
import { hashLiteral } from '../../src/stacks/hash.ts'
import { ROOT } from '../../src/stacks/rows.ts'
import { StackTree } from '../../src/stacks/stack-tree.ts'

/** So many goroutines, each with a stack of its own, in each of some dumps. */
function dumps(count: number, goroutines: number): Buffer {
  const lines: string[] = []
  for (let dump = 0; dump < count; dump++) {
    lines.push('2026-11-24T05:00:00Z INFO dumping')
    for (let id = 1; id <= goroutines; id++) {
      lines.push(`goroutine ${id} [select]:`, `main.f${id}(0x${dump})`, `\t/app/main.go:${id} +0x1d`)
      lines.push(`main.g${id % 40}(...)`, '\t/app/main.go:7 +0x2')
      lines.push('created by main.main in goroutine 1', '\t/app/main.go:3 +0x1d', '')
    }
  }
  return Buffer.from(`${lines.join('\n')}\n`)
}

function records(input: Buffer, knownStackBytes?: number): DumpstreamRecord[] {
  const found: DumpstreamRecord[] = []
  const limits = knownStackBytes === undefined ? {} : { knownStackBytes }
  const engine = createEngine({ limits, onRecord: (record) => found.push(record) })
  engine.push(input)
  engine.end()
  return found
}

describe('known stacks', () => {
  it('start over when they are full, and the records are the same', () => {
    const input = dumps(3, 300)
    const whole = records(input)
    expect(whole.filter((record) => record.type === 'signature')).toHaveLength(900)
    for (const bytes of [1, 1000, 5000, 30_000]) expect(records(input, bytes)).toEqual(whole)
  })

  it('know how each of their functions begins, of however many, and when more have come', () => {
    const tree = new StackTree(1 << 20)
    const names = Array.from({ length: 2000 }, (_, i) => `${String.fromCharCode(97 + (i % 26))}${i}.f`)
    names.push('a.b', 'zé.call', 'main.main')
    const add = (name: string): void => {
      const line = { kind: 'func', tail: 'arguments', literal: name.length + 1 } as const
      tree.add(ROOT, Buffer.from(`${name}()\n`, 'latin1'), 0, line)
    }
    for (const [i, name] of names.entries()) {
      add(name)
      if (i % 700 === 0) expect(tree.names.beginsLine(`${name}(0x1)`.slice(0, 5))).toBe(true)
    }
    for (const name of names) expect(tree.names.beginsLine(`${name}(0x1)`.slice(0, 5))).toBe(true)
    for (const text of ['a2001', 'q.b()', 'mainm', 'INFO ']) expect(tree.names.beginsLine(text)).toBe(false)
  })

  it('know the module of a function that came in the place of a line that was taken back', () => {
    const tree = new StackTree(1 << 20)
    const add = (name: string): number =>
      tree.add(ROOT, Buffer.from(`${name}()\n`), 0, { kind: 'func', tail: 'arguments', literal: name.length + 1 })
    const logged = add('log.done')
    expect(tree.names.knowsRoot('shop/cart.')).toBe(false)
    tree.takeBack(logged)
    add('shop/pause.Work')
    expect(tree.names.knowsRoot('shop/cart.')).toBe(true)
  })

  it('take no more of a kernel than they use, whatever room it has', () => {
    const tree = new StackTree(1 << 24, { lines: 256, goroutines: 0, bytes: 0 })
    const bytes = [0, 300].map((lines) => {
      for (let i = 0; i < lines; i++)
        tree.add(ROOT, Buffer.from(`main.f${i}()\n`), 0, {
          kind: 'func',
          tail: 'arguments',
          literal: `main.f${i}(`.length,
        })
      return tree.memory
    })
    expect(bytes[1]).toBeLessThan(200_000)
    expect(bytes[1]).toBeGreaterThan(300 * 48)
  })

  it('bound the table as well as the text', () => {
    const known = new StackTree(10_000)
    let lines = 0
    for (; !known.full; lines++)
      known.add(ROOT, Buffer.from(`f.${lines}(`), 0, { kind: 'func', tail: 'arguments', literal: 4 })
    expect(lines).toBeLessThan(10_000 / 40)
    known.restart()
    expect([known.full, known.firstChild(ROOT), known.restarts]).toEqual([false, ROOT, 1])
  })

  it.each([3, 100])('among %d lines, of two that are the same the first is found', (many) => {
    const known = new StackTree(1 << 20)
    const add = (name: string): number =>
      known.add(ROOT, Buffer.from(`${name}(`), 0, { kind: 'func', tail: 'arguments', literal: name.length + 1 })
    const find = (name: string): number | undefined => {
      const line = Buffer.from(`${name}(0x1)\n`)
      return known.step(ROOT, line, new DataView(line.buffer, line.byteOffset, line.length), 0, line.length)
    }
    const lines = Array.from({ length: many }, (_, i) => add(`main.f${i}`))
    add('main.f1')
    expect(find('main.f0')).toBe(lines[0])
    expect(find('main.f1')).toBe(lines[1])
  })

  // Several are compared at once: as numbers some of these are equal, and some not even equal to themselves.
  it.each([
    ['\0\0\0\0\0\0\0\0', '\0\0\0\0\0\0\0\x80'],
    ['\0\0\0\0\0\0\xf8\xff', '\0\0\0\0\0\0\xf8\x7f'],
    ['abcdefgh', 'abcdefgi'],
  ])('are told apart by all of their bytes: %j, %j', (one, other) => {
    const known = new StackTree(1 << 20)
    const text = (name: string): Buffer => Buffer.from(`${name}/main.go:1 +0x1`, 'latin1')
    const find = (name: string): number | undefined => {
      const line = Buffer.concat([text(name), Buffer.from('\n')])
      return known.step(ROOT, line, new DataView(line.buffer, line.byteOffset, line.length), 0, line.length)
    }
    const add = (name: string): number =>
      known.add(ROOT, text(name), 0, { kind: 'file', tail: 'none', literal: text(name).length })
    const first = add(one)
    expect([find(one), find(other)]).toEqual([first, undefined])
    const second = add(other)
    expect([find(one), find(other), find(one)]).toEqual([first, second, first])
  })

  it('tell lines apart that have one hash whatever it is multiplied by', () => {
    // The highest bit of a word stays alone whatever odd number it is multiplied by, and the word after it can undo what became of it.
    const one = 'aaaaaaba'
    const other = 'aaa\xe1aac\xe1'
    const [first, second] = [one, other].map((text) => {
      const buf = Buffer.from(text, 'latin1')
      return hashLiteral(buf, wordsOf(buf), 0, buf.length)
    })
    expect(first).toBe(second)
    // Eight bytes before, as `main.` has five; some after, as the last word is read once more.
    const name = (i: number): string =>
      `abc${Array.from({ length: 8 }, (_, bit) => ((i >> bit) & 1 ? one : other)).join('')}zzzz`
    const lines = Array.from({ length: 600 }, (_, i) => [
      `goroutine ${i + 1} [select]:`,
      `main.${name(i % 200)}(0x1)`,
      '\t/app/main.go:7 +0x2',
      '',
    ]).flat()
    const counts = records(Buffer.from(lines.join('\n'), 'latin1')).flatMap((each) =>
      each.type === 'signature' ? each.count : [],
    )
    expect(counts).toEqual(Array.from({ length: 200 }, () => 3))
  })
})
