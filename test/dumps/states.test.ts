import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../src/core/ascii.ts'
import { LIMITS } from '../../src/core/limits.ts'
import { InterleavedDumps } from '../../src/dumps/interleaved.ts'
import {
  after,
  type Event,
  printTable,
  STREAM,
  type State,
  WRITERS,
  type Writers,
  type WritersEvent,
  waysOf,
} from '../../src/dumps/states.ts'
import { LogQueue } from '../../src/lines/log-queue.ts'
import { fresh, makeAssembler } from './reader.ts'

const FRAME = 'main.f(0x1)\n\t/src/a.go:3 +0x1\n'
const BEGINS = 'panic: boom\n'
const HEADER = 'goroutine 7 [running]:\n'
const ANOTHER = 'goroutine 8 [running]:\n'
const MANY = 'log line\n'.repeat(LIMITS.candidateLines + 1)

/** Lines that lead into each state, and lines that cause each event there. */
const WAYS: Readonly<Record<State, string>> = {
  quiet: '',
  candidate: BEGINS,
  open: HEADER + FRAME,
  announced: HEADER + FRAME + BEGINS,
  parting: `${HEADER}${FRAME}log line\n${ANOTHER}`,
}
const LINES: Readonly<Record<State, Partial<Record<Event, string>>>> = {
  quiet: { begins: BEGINS },
  candidate: { begins: BEGINS, proved: `\n${HEADER}${FRAME}`, refuted: MANY },
  open: { begins: BEGINS, runs: `log line\n${ANOTHER}`, proved: FRAME, over: '*** END ***\n' },
  announced: { begins: 'SIGQUIT: quit\n', proved: FRAME, refuted: MANY, over: '*** END ***\n' },
  parting: { begins: BEGINS, runs: 'goroutine 9 [running]:\n', proved: FRAME, over: '*** END ***\n' },
}

const CUT = `${HEADER}${FRAME}\ngoroutine 8 [select]:\nmain.g(0x1)\n`
const FIRST = '\t/src/b.go:4 +0x2\n'
const WRITERS_WAYS: Readonly<Record<Writers, string>> = { one: CUT, weighing: CUT + HEADER, two: CUT + HEADER + FIRST }
const WRITERS_LINES: Readonly<Record<Writers, Partial<Record<WritersEvent, string>>>> = {
  one: { rival: HEADER },
  weighing: { second: FRAME, first: FIRST },
  two: { alone: '*** END ***\n' },
}

interface Machine {
  run(buf: Buffer, words: DataView, pos: number, end: number, base: number): number
  takeForeign(buf: Buffer, pos: number, base: number): number
  readonly stopped: string
}

function show(machine: Machine, text: string): void {
  const buf = Buffer.from(text)
  const words = wordsOf(buf)
  for (let pos = 0; pos < buf.length; ) {
    const next = machine.run(buf, words, pos, buf.length, 0)
    pos = machine.stopped === 'foreign' ? machine.takeForeign(buf, next, 0) : next
  }
}

const make = () => makeAssembler(new LogQueue(undefined), { dumps: [], goroutines: [] })

function assemblerAfter(text: string): ReturnType<typeof make> {
  const assembler = make()
  show(assembler, text)
  return assembler
}

function writersAfter(text: string): InterleavedDumps {
  const dumps = new InterleavedDumps(fresh(make))
  show(dumps, text)
  return dumps
}

describe('the states of a stream', () => {
  it.each(Object.entries(WAYS))('%s is reached', (state, way) => {
    expect(assemblerAfter(way).state).toBe(state)
  })

  it.each(waysOf(STREAM))('$from, $event: $to', ({ from, event, to }) => {
    const lines = LINES[from][event]
    expect(lines).toBeDefined()
    expect(after(STREAM, from, event)).toBe(to)
    expect(assemblerAfter(WAYS[from] + lines).state).toBe(to)
  })

  it('all return to quiet at the end of the input', () => {
    for (const way of Object.values(WAYS)) {
      const assembler = assemblerAfter(way)
      assembler.end()
      expect(assembler.state).toBe('quiet')
      expect(assembler.quiet).toBe(true)
    }
  })
})

describe('the writers of a stream', () => {
  it.each(Object.entries(WRITERS_WAYS))('%s is reached', (state, way) => {
    expect(writersAfter(way).state).toBe(state)
  })

  it.each(waysOf(WRITERS))('$from, $event: $to', ({ from, event, to }) => {
    const lines = WRITERS_LINES[from][event]
    expect(lines).toBeDefined()
    expect(after(WRITERS, from, event)).toBe(to)
    expect(writersAfter(WRITERS_WAYS[from] + lines).state).toBe(to)
  })

  it('are one again at the end of the input', () => {
    for (const way of Object.values(WRITERS_WAYS)) {
      const dumps = writersAfter(way)
      dumps.end()
      expect([dumps.state, dumps.quiet]).toEqual(['one', true])
    }
  })
})

describe.each([
  ['of a stream', STREAM],
  ['of the writers', WRITERS],
])('the table %s', (_what, table) => {
  it('contains every state and every event', () => {
    const ways = waysOf<string, string>(table)
    expect(new Set(ways.flatMap(({ from, to }) => [from, to]))).toEqual(new Set(Object.keys(table.states)))
    expect(new Set(ways.map(({ event }) => event))).toEqual(new Set(Object.keys(table.events)))
  })

  it('is in src/README.md as printed', () => {
    const readme = readFileSync(new URL('../../src/README.md', import.meta.url), 'utf8')
    expect(readme).toContain(printTable<string, string>(table))
  })
})

it('throws for an event that a state has no transition for', () => {
  expect(() => after(STREAM, 'quiet', 'over')).toThrow('no transition from "quiet" on "over"')
})
