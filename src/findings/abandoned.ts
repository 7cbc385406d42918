/**
 * What was opened and is never closed: a goroutine of the standard library waits for its end, for minutes, while nobody uses it and, where that is
 * known, those that opened it have exited.
 */
import { fact } from '../core/facts.ts'
import type { Signature } from '../core/model.ts'
import { factOfName, namesOf } from '../core/names.ts'
import { about } from './about.ts'
import { SURE_MINUTES } from './active.ts'
import { FAULTS } from './faults.ts'
import { countOf, type Finding, isJudged, type Scene, type Seen } from './finding.ts'
import { COROUTINE, RECEIVE, SELECT } from './ways.ts'

interface Opened {
  readonly one: string
  readonly many: string
  /** Fault of the goroutine that waits for the end (faults.ts). */
  readonly fault: string
  /** Functions of those that use it; undefined if what waits for the end does not wait meanwhile. */
  readonly uses?: RegExp
  /** Was the goroutine started by the one that opened it? Then that one has to have exited. */
  readonly byOpener: boolean
  /** Minutes from which it is reported. */
  readonly minutes: number
}

/** A response may be read for long, by a goroutine that is elsewhere between two reads. */
const LONG_MINUTES = 10

const OPENED: readonly Opened[] = [
  {
    one: 'response',
    many: 'responses',
    fault: 'body_never_closed',
    uses: /^(?:net\/http\.\(\*(?:bodyEOFSignal|gzipReader)\)|net\/http\/httputil\.|io\.(?:Copy|copyBuffer|ReadAll)|bufio\.\(\*(?:Scanner|ReadWriter)\)|encoding\/)/,
    byOpener: false,
    minutes: LONG_MINUTES,
  },
  {
    one: 'query',
    many: 'queries',
    fault: 'rows_never_closed',
    uses: /^database\/sql\.\(\*Rows\)\.(?!awaitDone$)/,
    byOpener: true,
    minutes: SURE_MINUTES,
  },
  {
    one: 'transaction',
    many: 'transactions',
    fault: 'transaction_never_ended',
    uses: /^database\/sql\.\(\*(?:Tx|Stmt|Rows)\)\.(?!awaitDone$)/,
    byOpener: true,
    minutes: SURE_MINUTES,
  },
  {
    one: 'iterator',
    many: 'iterators',
    fault: 'iterator_never_stopped',
    byOpener: true,
    minutes: SURE_MINUTES,
  },
]

const FAULT_OF = OPENED.map(({ fault }) => FAULTS.find((row) => row.fault === fault))

/** Row of OPENED for whose end a goroutine in the function waits; -1 for none. */
const rowOfName = factOfName(({ text }) => FAULT_OF.findIndex((row) => row?.inner?.test(text) === true))
const rowOf = fact(({ stack }: Signature) => Math.max(-1, ...namesOf(stack).map(rowOfName)))

/** Bit n: the function uses what row n of OPENED is about. */
const usesOfName = factOfName(({ text }) =>
  OPENED.reduce((bits, { uses }, row) => (uses?.test(text) === true ? bits | (1 << row) : bits), 0),
)
const usesOf = fact(({ stack }: Signature) => namesOf(stack).reduce((bits, name) => bits | usesOfName(name), 0))

export function abandoned({ seen }: Scene): Finding[] {
  return OPENED.flatMap((opened, row) => {
    const left = seen.filter((each) => rowOf(each.tally.signature) === row && countLeft(opened, each) > 0)
    if (left.length === 0) return []
    const using = seen.filter(({ tally }) => (usesOf(tally.signature) & (1 << row)) !== 0)
    const count = left.reduce((sum, each) => sum + countLeft(opened, each), 0)
    return count > countOf(using) ? [findingOf(opened, FAULT_OF[row]?.hint, left, count)] : []
  })
}

/** Number of goroutines that wait for the end of something that was abandoned. */
function countLeft({ byOpener, minutes }: Opened, each: Seen): number {
  const { count, parents, waitMin = 0, waitMax = 0 } = each.tally
  if (each.idle || isJudged(each) || (each.ways & (SELECT | RECEIVE | COROUTINE)) === 0) return 0
  if (byOpener) return waitMax < minutes || parents === undefined ? 0 : parents.distinct - parents.alive
  return waitMin < minutes ? 0 : count
}

function findingOf(
  { one, many, fault, byOpener }: Opened,
  hint: string | undefined,
  left: readonly Seen[],
  count: number,
): Finding {
  const minutes = Math.max(...left.map(({ tally }) => tally.waitMax ?? 0))
  const [what, they, them] =
    count === 1
      ? [one, 'the goroutine that opened it has', 'it']
      : [many, 'the goroutines that opened them have', 'them']
  const found = about(left, {
    finding: 'slow',
    severity: 'warning',
    title: `${count} ${what} left open for up to ${minutes} minutes`,
    because: byOpener ? `${they} exited, and no goroutine uses ${them}` : `no goroutine reads ${them}`,
    fault,
    ...(hint === undefined ? {} : { hint }),
  })
  return { ...found, goroutines: count }
}
