import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/core/limits.ts'
import { Candidate } from '../../src/dumps/candidate.ts'
import { OpenDump } from '../../src/dumps/dump.ts'
import type { GoroutineHeader } from '../../src/dumps/goroutine.ts'
import { RaceReport } from '../../src/dumps/race.ts'
import { FrameList } from '../../src/stacks/frame-list.ts'
import { Signatures } from '../../src/stacks/signature.ts'
import { newEntry } from '../../src/stacks/stack.ts'
import { StackTree } from '../../src/stacks/stack-tree.ts'
import { Tally } from '../../src/stacks/tally.ts'
import { headerInfo } from '../../src/text/info.ts'
import { openingOf } from './reader.ts'

const OPENING = openingOf({ mayHaveReason: false })
const WAITS = headerInfo('select', undefined, '', false, undefined)
const SIGNATURES = new Signatures('functions', 1000, LIMITS.memoryBytes)
const TREE = new StackTree(LIMITS.knownStackBytes)
const FRAMES = new FrameList()
FRAMES.addText('main.a', '/app/a.go:1')
const STACK = newEntry(FRAMES.stack())

function newTally(): Tally {
  return new Tally(SIGNATURES, LIMITS)
}

function open(): { dump: OpenDump; ids: number[] } {
  const ids: number[] = []
  const dump = new OpenDump(new Candidate(100, OPENING, new RaceReport()), newTally(), undefined, {
    goroutine: (id) => ids.push(id),
  })
  dump.end = 200
  return { dump, ids }
}

function header(dump: OpenDump, id: number): GoroutineHeader {
  return { id, place: dump.tally.addId(id), info: WAITS, start: 300, counted: true }
}

describe('an open dump', () => {
  it('counts the goroutines that end, and reports each', () => {
    const { dump, ids } = open()
    dump.add(header(dump, 1), { entry: STACK, damaged: false, at: undefined }, TREE)
    dump.add(header(dump, 2), { entry: undefined, damaged: true, at: undefined }, TREE)
    dump.addBare([{ id: 3, info: WAITS }], TREE)
    expect(ids).toEqual([1, 2, 3])
    expect(dump.finish()).toMatchObject({ goroutines: 3, other: 2, damaged: 2, truncated: false })
    expect(dump.tally.ids.has(3)).toBe(true)
  })

  it('ends before the first header of the next dump', () => {
    const { dump } = open()
    dump.mayEnd(true)
    const first = header(dump, 7)
    dump.end = 340
    dump.endBefore(first)
    expect(dump.tally.ids.has(7)).toBe(false)
    expect(dump.finish()).toMatchObject({ bytes: [100, 200], truncated: true })
  })

  it('starts over if what it counted was text', () => {
    const { dump } = open()
    dump.add(header(dump, 1), { entry: undefined, damaged: true, at: undefined }, TREE)
    const first = header(dump, 7)
    dump.startOver(first, newTally())
    expect([dump.tally.ids.has(1), dump.tally.ids.has(7), first.place]).toEqual([false, true, 0])
    expect(dump.finish()).toMatchObject({ goroutines: 0, damaged: 0 })
  })
})
