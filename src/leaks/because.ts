/** The sentence that explains a verdict, with its numbers. */

import type { SignatureTally, Verdict } from '../core/model.ts'
import { isYoung } from './leak.ts'
import { stillSeconds } from './stuck.ts'
import { lastStep, type Step, type Track } from './track.ts'
import { goroutines, mainState, placeOf } from './words.ts'

/** Shortest time, in seconds, from which an hourly rate is computed: a few seconds say little about an hour. */
export const RATE_SECONDS = 60

/** The full sentence: how many goroutines wait where, and the evidence. Undefined for verdicts that need no explanation. */
export function because(verdict: Verdict, tally: SignatureTally, evidence: string | undefined): string | undefined {
  return evidence === undefined ? undefined : `${what(tally)}${verdict === 'growing' ? ',' : ';'} ${evidence}`
}

/** The evidence alone, without how many goroutines wait where. */
export function evidence(verdict: Verdict, tally: SignatureTally, track: Track | undefined): string | undefined {
  const step = lastStep(track)
  switch (verdict) {
    case 'leaking':
      if (tally.leaked > 0) return said(tally)
      return `${came(track, step)}, and ${exited(step?.before ?? 0, step?.survivors ?? 0)}${over(track)}${age(track)}`
    case 'growing':
      if (step?.survivors === undefined)
        return `${more(step)}; a profile has no ids, so whether any has exited is unknown`
      return `${more(step)}, of which ${left(step.before - step.survivors)}${over(track)}${ran(track)}`
    case 'stuck':
      return `${tally.count === 1 ? 'it is' : 'they are'} the same as ${minutes(track === undefined ? 0 : stillSeconds(track))} ago${slept(tally, step)}`
    default:
      return undefined
  }
}

/** What the headers say. */
function said({ leaked, isUnexpected, count }: SignatureTally): string {
  if (isUnexpected !== true) return `the runtime says that nothing can wake ${leaked} of them`
  return `the test that looked for leaks found ${count === 1 ? 'it' : 'them'} still there at its end`
}

function what(tally: SignatureTally): string {
  return `${goroutines(tally.count)} ${wait(tally)} ${placeOf(tally.signature.title)}`
}

function wait(tally: SignatureTally): string {
  const main = mainState(tally)
  if (main === '') return tally.count === 1 ? 'is' : 'are'
  const verb = /^(?:running|runnable|idle|syscall)$/.test(main) ? ['is', 'are'] : ['waits in', 'wait in']
  return `${tally.count === 1 ? verb[0] : verb[1]} ${main}`
}

function came(track: Track | undefined, step: Step | undefined): string {
  const fresh = step?.fresh ?? 0
  const before = (track?.steps ?? []).reduce((sum, each) => sum + (each.fresh ?? 0), 0)
  // A profile between the two dumps has different counts and no ids, so it cannot say which goroutines were in it.
  const last = (track?.previous ?? step?.before) === step?.before ? 'the last dump' : 'the last dump with ids'
  return fresh === 0
    ? `none new since ${last}, ${before} in those before`
    : `${fresh} new since ${last}${hourly(fresh, step)}`
}

function more(step: Step | undefined): string {
  const before = step?.before ?? 0
  return `${before} before${hourly((step?.count ?? 0) - before, step, 'more ')}`
}

/** Growth per hour, if the log gives the time. */
function hourly(count: number, step: Step | undefined, more = ''): string {
  const seconds = step?.seconds ?? 0
  if (seconds < RATE_SECONDS || count <= 0) return ''
  const rate = (count * 3600) / seconds
  return ` (${rate < 10 ? Number(rate.toFixed(1)) : Math.round(rate)} ${more}an hour)`
}

function left(count: number): string {
  if (count === 0) return 'none has exited'
  return count === 1 ? '1 has exited' : `${count} have exited`
}

function exited(before: number, survivors: number): string {
  if (before === survivors) return 'none of the earlier ones has exited'
  return `${before - survivors} of the earlier ${before} have exited`
}

/** Most pools are smaller than this. */
const POOL = 100

/** A young process may still be filling its pools. */
function age(track: Track | undefined): string {
  return track !== undefined && track.count < POOL && isYoung(track.steps)
    ? '; the process is young, and may be filling its pools'
    : ''
}

/** A leaked goroutine never runs again. */
function ran(track: Track | undefined): string {
  const step = track?.steps.at(-1)
  const count = Math.min(step?.survivors ?? 0, (step?.awake ?? 0) + (step?.worked ?? 0))
  return count === 0 ? '' : `; ${count} of those that stayed ${count === 1 ? 'has' : 'have'} run since`
}

/** The history, if it has more than one step. */
function over(track: Track | undefined): string {
  if (track === undefined || track.steps.length < 2) return ''
  const counts = track.steps.map((step) => step.before)
  return ` (${counts.slice(-4).join(' → ')} → ${track.count})`
}

/** From the minutes in the headers. */
function slept({ count }: SignatureTally, step: Step | undefined): string {
  if (step?.asleep !== count) return ''
  return count === 1 ? ', and has not run since' : ', and none has run since'
}

function minutes(seconds: number): string {
  return seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`
}
