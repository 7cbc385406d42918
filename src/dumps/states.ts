/**
 * The states of one stream of text, and what leads from one to the next. OpenBlocks (open-blocks.ts) runs on this table, a test walks it, and
 * src/README.md shows it as `stateTable` prints it.
 */

export type State = keyof typeof STATES

export type Event = keyof typeof EVENTS

/** What each state means. */
export const STATES = {
  quiet: 'nothing is open',
  candidate: 'lines are held that may begin a dump',
  open: 'a dump is streaming in',
  announced: 'a dump is open, and lines are held beside it that may begin the next one',
  parting: 'a dump is open, and its last header may be the first of the next one',
} as const

/** What each event is. */
export const EVENTS = {
  begins: 'a preamble, a header, the title of a profile or a race report',
  runs: 'the header of another goroutine that runs',
  proved: 'a frame, a record, an access: a line that is dump',
  refuted: 'too many other lines, or nothing more',
  over: 'the dump is complete: an id that it has, a title, an end mark, a limit, silence, the end',
} as const

export const TRANSITIONS: Readonly<Record<State, Readonly<Partial<Record<Event, State>>>>> = {
  quiet: { begins: 'candidate' },
  candidate: { begins: 'candidate', proved: 'open', refuted: 'quiet' },
  open: { begins: 'announced', runs: 'parting', proved: 'open', over: 'quiet' },
  announced: { begins: 'announced', proved: 'open', refuted: 'open', over: 'quiet' },
  parting: { begins: 'announced', runs: 'parting', proved: 'open', over: 'quiet' },
}

/** The state after `event`. What the table does not have changes nothing. */
export function after(state: State, event: Event): State {
  return TRANSITIONS[state][event] ?? state
}

/** The table, in Markdown. */
export function stateTable(): string {
  const rows = Object.entries(TRANSITIONS).flatMap(([state, on]) =>
    Object.entries(on).map(([event, to]) => [state, EVENTS[event as Event], to] as const),
  )
  const head = ['state', 'what comes', 'next state'] as const
  const widths = head.map((text, i) => Math.max(text.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}
