/**
 * The states of one stream of text, and what leads from one to the next, as tables that the code runs on: StreamState (stream-state.ts)
 * and InterleavedDumps (interleaved.ts). A test walks them, and src/README.md shows them as `printTable` prints them.
 */

export interface StateTable<State extends string, Event extends string> {
  /** What each state means. */
  readonly states: Readonly<Record<State, string>>
  /** What each event is. */
  readonly events: Readonly<Record<Event, string>>
  readonly transitions: Readonly<Record<State, Readonly<Partial<Record<Event, State>>>>>
}

export type State = 'quiet' | 'candidate' | 'open' | 'announced' | 'parting'

export type Event = 'begins' | 'runs' | 'proved' | 'refuted' | 'over'

/** One dump after the other. */
export const STREAM: StateTable<State, Event> = {
  states: {
    quiet: 'nothing is open',
    candidate: 'lines that may begin a dump are held',
    open: 'a dump is streaming in',
    announced: 'a dump is open, and lines that may begin the next one are held',
    parting: 'a dump is open, and its last header may be the first of the next one',
  },
  events: {
    begins: 'a preamble, a header, the title of a profile or a race report',
    runs: 'the header of another running goroutine',
    proved: 'a frame, a record, an access: a line that proves a dump',
    refuted: 'too many other lines, or the end',
    over: 'the dump is complete: an id that it already has, a title, an end mark, a limit, silence, the end',
  },
  transitions: {
    quiet: { begins: 'candidate' },
    candidate: { begins: 'candidate', proved: 'open', refuted: 'quiet' },
    open: { begins: 'announced', runs: 'parting', proved: 'open', over: 'quiet' },
    announced: { begins: 'announced', proved: 'open', refuted: 'open', over: 'quiet' },
    parting: { begins: 'announced', runs: 'parting', proved: 'open', over: 'quiet' },
  },
}

export type Writers = 'one' | 'weighing' | 'two'

export type WritersEvent = 'rival' | 'second' | 'first' | 'alone'

/** Who writes: one process, or two at the same time. */
export const WRITERS: StateTable<Writers, WritersEvent> = {
  states: {
    one: 'one process dumps',
    weighing:
      'a second dump has begun in the middle of the first: either the first was cut, or two processes dump at the same time',
    two: 'two processes dump at the same time: each line goes to the dump that it fits, or, if it fits both, to the one that waited',
  },
  events: {
    rival: 'a header in the middle of a goroutine, with an id that the dump already has',
    second: 'a line that only continues the second dump, too many lines that continue neither, or the end',
    first: 'a line that continues the first dump',
    alone: 'one of them is complete, or only the other one continues',
  },
  transitions: {
    one: { rival: 'weighing' },
    weighing: { second: 'one', first: 'two' },
    two: { alone: 'one' },
  },
}

/** The state after `event`. A transition that is not in the table is a fault: the engine counts it, reports it, and goes on (engine/guarded.ts). */
export function after<State extends string, Event extends string>(
  { transitions }: StateTable<State, Event>,
  state: State,
  event: Event,
): State {
  const to = transitions[state][event]
  if (to === undefined) throw new Error(`no transition from "${state}" on "${event}"`)
  return to
}

/** All transitions of the table. */
export function waysOf<State extends string, Event extends string>({
  states,
  events,
  transitions,
}: StateTable<State, Event>): { readonly from: State; readonly event: Event; readonly to: State }[] {
  return (Object.keys(states) as State[]).flatMap((from) =>
    (Object.keys(events) as Event[]).flatMap((event) => {
      const to = transitions[from][event]
      return to === undefined ? [] : [{ from, event, to }]
    }),
  )
}

/** The table, as Markdown. */
export function printTable<State extends string, Event extends string>(table: StateTable<State, Event>): string {
  const head = ['state', 'what comes', 'next state'] as const
  const rows = waysOf(table).map(({ from, event, to }) => [from, table.events[event], to] as const)
  const widths = head.map((text, i) => Math.max(text.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}
