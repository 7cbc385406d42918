import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../src/core/ascii.ts'
import { LIMITS } from '../../src/core/limits.ts'
import { Assembler } from '../../src/dumps/assembler.ts'
import type { FinishedDump } from '../../src/dumps/dump.ts'
import { after, EVENTS, type Event, STATES, type State, stateTable, TRANSITIONS } from '../../src/dumps/states.ts'
import { LogQueue } from '../../src/lines/log-queue.ts'
import { Signatures } from '../../src/stacks/signature.ts'

const FRAME = 'main.f(0x1)\n\t/src/a.go:3 +0x1\n'
const BEGINS = 'panic: boom\n'
const HEADER = 'goroutine 7 [running]:\n'
const ANOTHER = 'goroutine 8 [running]:\n'
const MANY = 'log line\n'.repeat(LIMITS.candidateLines + 1)

/** A way into each state, and lines that are each event there. */
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

function stateAfter(text: string): { state: State; dumps: FinishedDump[]; assembler: Assembler } {
  const dumps: FinishedDump[] = []
  const assembler = new Assembler(LIMITS, new Signatures('functions', 1000), new LogQueue(undefined), {
    opening: () => ({ time: undefined, timeFrom: undefined, frame: undefined, ahead: [] }),
    dump: (dump) => dumps.push(dump),
    goroutine: () => undefined,
  })
  const buf = Buffer.from(text)
  const words = wordsOf(buf)
  for (let pos = 0; pos < buf.length; ) {
    const next = assembler.run(buf, words, pos, buf.length, 0)
    pos = assembler.stopped === 'foreign' ? assembler.takeForeign(buf, next, 0) : next
  }
  return { state: assembler.state, dumps, assembler }
}

const transitions = Object.entries(TRANSITIONS).flatMap(([state, on]) =>
  Object.entries(on).map(([event, to]) => [state as State, event as Event, to] as const),
)

describe('the states of a stream', () => {
  it.each(Object.entries(WAYS))('%s is reached', (state, way) => {
    expect(stateAfter(way).state).toBe(state)
  })

  it.each(transitions)('%s, %s: %s', (state, event, to) => {
    const lines = LINES[state][event]
    expect(lines).toBeDefined()
    expect(after(state, event)).toBe(to)
    expect(stateAfter(WAYS[state] + lines).state).toBe(to)
  })

  it('all lead back to quiet when nothing more comes', () => {
    for (const way of Object.values(WAYS)) {
      const { assembler } = stateAfter(way)
      assembler.end()
      expect(assembler.state).toBe('quiet')
      expect(assembler.quiet).toBe(true)
    }
  })

  it('are all in the table, with every event', () => {
    expect(new Set(transitions.flatMap(([state, , to]) => [state, to]))).toEqual(new Set(Object.keys(STATES)))
    expect(new Set(transitions.map(([, event]) => event))).toEqual(new Set(Object.keys(EVENTS)))
  })

  it('are in src/README.md as the table prints them', () => {
    const readme = readFileSync(new URL('../../src/README.md', import.meta.url), 'utf8')
    expect(readme).toContain(stateTable())
  })
})
