/** Where one dump ends and another begins. */
import { ROOT } from '../stacks/rows.ts'
import { isCutHeader, mayBegin } from '../text/cut.ts'
import type { HeaderInfo } from '../text/header.ts'
import { isRegister } from '../text/preamble.ts'
import type { OpenDump, Opening } from './dump.ts'
import type { OpenBlocks } from './open-blocks.ts'
import type { OpenGoroutine } from './open-goroutine.ts'
import type { SinceLastLine } from './since-last-line.ts'

/**
 * A goroutine that is leaving a system call may run although the world is stopped: from Go 1.26 on it is printed as running, with its stack
 * (runtime/traceback.go, tracebackothers). These are the callers of runtime.entersyscall.
 */
const IN_SYSCALL =
  /^(?:syscall\.|internal\/runtime\/syscall|runtime\.(?:cgocall|notetsleepg)\b|os\/signal\.signal_recv\b|[^(]*\._Cfunc_)/

/** Does this header belong to the preamble of another dump? */
export function isAnnounced({ next }: OpenBlocks, info: HeaderInfo): boolean {
  return next !== undefined && (info.state === 'running' || next.lines <= 1)
}

/**
 * Does the header of goroutine `id` come in the middle of a goroutine of a dump that already has `id`? Then it belongs to the dump of another
 * process, written to the same stream at the same time, or to the next dump of the same process, and this one was cut.
 */
export function breaksIn(open: OpenBlocks, id: number, info: HeaderInfo): boolean {
  const { header, ended } = open.goroutine
  if (isAnnounced(open, info)) return false
  if (header === undefined || id === 0 || open.sinceLastLine.hasBlanks || ended) return false
  return header.id === id || open.dump?.tally.ids.has(id) === true
}

/**
 * Does goroutine 0, after log lines, come first in another dump? The stack of the thread that took the signal is printed before all goroutines, and
 * that of a further thread after `-----`.
 */
export function isThreadOfNext(id: number, { part, tally: { ids } }: OpenDump, { lines }: SinceLastLine): boolean {
  return id === 0 && lines > 0 && part === 'goroutines' && ids.size > (ids.has(0) ? 1 : 0)
}

/** Does the header of goroutine `id`, after an empty line, certainly belong to the open dump? */
export function isOfDump(open: OpenBlocks, id: number, info: HeaderInfo): boolean {
  const { dump, goroutine, next } = open
  if (dump === undefined || dump.body.goroutines === 'none' || next !== undefined || goroutine.doubt !== undefined)
    return false
  if (info.state === 'running' || id === 0 || dump.tally.idsOverflow || dump.tally.ids.has(id)) return false
  return !isLongOver(open)
}

/** Was the candidate cut in its first header, or directly after it? Then a whole dump begins here. */
export function startsOver({ candidate, goroutine, fragments }: OpenBlocks, info: HeaderInfo): boolean {
  if (candidate === undefined) return false
  if (candidate.body.goroutines === 'none' || fragments.pending.some(({ text }) => isCutHeader(text))) return true
  return info.state === 'running' && goroutine.at === ROOT && goroutine.header?.info.state === 'running'
}

/** Was what is open cut long before the header that has come: a dump in the middle of a goroutine, or a preamble before its first one? */
export function isLongOver({ dump, candidate, goroutine, next, logTimes }: OpenBlocks): boolean {
  if (dump !== undefined)
    return (
      next === undefined &&
      goroutine.header !== undefined &&
      !goroutine.ended &&
      logTimes.isLongSince(() => logTimeOf(dump.opening))
    )
  if (candidate?.preamble === undefined || goroutine.header !== undefined || candidate.bare.length > 0) return false
  return logTimes.isLongSince(() => logTimeOf(candidate.opening.confirm()))
}

/** The clock of a carrier, or of the reading process, can differ from that of the log lines. */
function logTimeOf({ time, timeFrom }: Opening): number | undefined {
  return timeFrom === 'log' ? time : undefined
}

/** Can a second goroutine that runs, and has a stack, be the first of another dump? */
export function mayStartNext({ reasonBefore, sinceLastLine }: OpenBlocks, dump: OpenDump): boolean {
  if (dump.kind === 'panic' && dump.announcedBy === 'log') return true
  if (reasonBefore.latest !== undefined || (sinceLastLine.isApart && dump.part !== 'threads')) return true
  return dump.first?.state === 'running' && (dump.kind === undefined || dump.mayBePanicValue)
}

/**
 * A second running goroutine with frames has made another dump: runtime.Stack and pprof print the calling goroutine first. A goroutine that runs on
 * another thread, whose stack is unavailable, or that has just left a system call is only one of the others.
 */
export function isAnotherDump({ at, tree }: OpenGoroutine): boolean {
  if (at === undefined || at === ROOT) return false
  // gccgo's function was not accepted without its file line.
  const first = tree.kind(at) === 'file' ? tree.parent(at) : at
  return tree.kind(first) === 'func' && !IN_SYSCALL.test(tree.literal(first))
}

/**
 * Does the dump end in the middle of the last line of the input, which lacks its line end? Go ends a dump with a line end, but a person may have
 * pasted a whole dump without it, and after a dump the last line may be log.
 */
export function endsCutIn({ dump, goroutine, sinceLastLine }: OpenBlocks, lastLine: string): boolean {
  const { lines } = sinceLastLine
  if (lines === 0 && isRegister(lastLine)) return dump?.registers !== 'none'
  if (lines === 0) return !(goroutine.ended && /\+0x[0-9a-f]+$/.test(lastLine))
  return lines === 1 && (goroutine.cut !== undefined || (mayBegin(lastLine) && !/\S\s/.test(lastLine)))
}

/** If the dump ends here, does it end in the middle of a goroutine? */
export function endsCut({ goroutine, fragments }: OpenBlocks, dump: OpenDump): boolean {
  if (goroutine.cut !== undefined) return true
  if (fragments.pending.some(({ text }) => dump.body.beginsKnown(text) || isCutHeader(text))) return true
  return !goroutine.whole || lacksItsEnd(goroutine, dump)
}

/**
 * A stack can end in any function, except in a dump whose stacks have named their creators; and a process made to show the frames of the runtime by a
 * signal shows the last one, too.
 */
export function lacksItsEnd({ ended, showsSystem }: OpenGoroutine, { kind, tally }: OpenDump): boolean {
  return !ended && (tally.hasCreators || (kind === 'signal' && showsSystem))
}
