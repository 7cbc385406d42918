import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/core/limits.ts'
import type { Part } from '../../src/dumps/body.ts'
import { OpenGoroutine } from '../../src/dumps/open-goroutine.ts'
import { Fragments } from '../../src/dumps/repair/fragments.ts'
import { StackBody } from '../../src/dumps/stack-body.ts'
import { LogQueue } from '../../src/lines/log-queue.ts'
import { StackTree } from '../../src/stacks/stack-tree.ts'
import { headerInfo } from '../../src/text/info.ts'

class Reader {
  readonly tree: StackTree = new StackTree(LIMITS.knownStackBytes)
  readonly fragments: Fragments = new Fragments(LIMITS.fragments, this.tree, new LogQueue(() => {}))
  readonly goroutine: OpenGoroutine = new OpenGoroutine(this.tree, LIMITS.frames)
  readonly body: StackBody = new StackBody(this.goroutine, this.fragments)

  begin(id = 7): this {
    const info = headerInfo('select', undefined, '', false, undefined)
    this.goroutine.begin({ id, place: -1, info, start: 0, counted: true })
    return this
  }

  /** Passes the lines as LineReader does. */
  take(...texts: string[]): Part[] {
    return texts.map((text) => {
      const decided = this.body.decide(text)
      if (decided !== undefined) this.goroutine.settle(decided)
      const part = this.body.line(text, Buffer.from(text, 'latin1'), 0)
      if (part === 'foreign') this.goroutine.interrupt(text)
      else this.goroutine.length = text.length
      return part
    })
  }
}

const FRAME = ['main.a(0x1)', '\t/app/a.go:1 +0x1d']

describe('the lines of a stack', () => {
  it('are part of it if they can come next', () => {
    expect(new Reader().take(...FRAME)).toEqual(['foreign', 'foreign'])
    const reader = new Reader().begin()
    expect(reader.take(...FRAME, '...2 frames elided...', 'created by main.m in goroutine 1')).toEqual([
      'doubtful',
      'part',
      'part',
      'doubtful',
    ])
    expect(reader.take('\t/app/m.go:3 +0x1d', 'main.b(0x1)')).toEqual(['part', 'foreign'])
    expect(reader.goroutine.ended).toBe(true)
  })

  it('are read from their bytes if the next line shows what they are', () => {
    const { body, goroutine } = new Reader().begin()
    const text = Buffer.from(`${FRAME.join('\n')}\nmain.b(0x2)\nserved\n`)
    const file = body.lineFast(text, 0, text.length)
    const next = body.lineFast(text, file, text.length)
    expect([file, next]).toEqual([12, 12 + 19])
    expect(body.lineFast(text, next, text.length)).toBe(-1)
    expect([goroutine.whole, goroutine.length]).toEqual([true, 18])
    // The line that would prove it has not arrived yet.
    expect(body.lineFast(text, next, text.indexOf('served'))).toBe(text.indexOf('served'))
    expect(goroutine.doubt?.otherwise).toBe('dump')
    expect(goroutine.isProvedBy(0x09)).toBe(true)
  })

  it('can be two on one line, or lack one if a single known stack has it', () => {
    const reader = new Reader().begin()
    reader.take(...FRAME, 'main.b(0x2)', '\t/app/b.go:2 +0x1d')
    reader.goroutine.finish(false)
    expect(reader.begin().take(FRAME.join(' '))).toEqual(['part'])
    expect(reader.goroutine.whole).toBe(true)
    expect(reader.take('\t/app/b.go:2 +0x1d', '\t/app/z.go:2 +0x1d')).toEqual(['part', 'foreign'])
    expect(reader.goroutine.finish(false).damaged).toBe(false)
  })

  it('are damaged by a call whose beginning is unclear', () => {
    const reader = new Reader().begin()
    reader.take(FRAME[0] as string)
    expect(reader.take(`${FRAME[1]}shop.f(0x1)`)).toEqual(['damaged'])
    expect(reader.take('\t/app/c.go:2 +0x1d', '----- stack segment boundary -----')).toEqual(['damaged', 'foreign'])
    expect(reader.goroutine.finish(false)).toMatchObject({ damaged: true, entry: undefined })
  })

  it('are separated from the foreign text after them', () => {
    const { body, goroutine } = new Reader().begin()
    expect(body.glued('served\t/app/a.go:1 +0x1d')).toBe(-1)
    const call = Buffer.from(FRAME[0] as string)
    expect(body.line(FRAME[0] as string, call, 0)).toBe('doubtful')
    goroutine.settle('dump')
    expect(body.glued('\t/app/a.go:1 +0x1d</pre>')).toBe('\t/app/a.go:1 +0x1d'.length)
    expect(goroutine.whole).toBe(true)
  })
})
