/**
 * The header of a goroutine: it ends the goroutine before it, and perhaps the dump, and begins the next.
 *
 *   open        | the header                                                | what happens
 *   ------------|-----------------------------------------------------------|--------------------------------------------
 *   nothing     | any                                                       | it is held: a candidate
 *   a candidate | shows that what came before was cut                       | that is log; the header is held in a new candidate
 *   a candidate | any other                                                 | it is held in the candidate
 *   a dump      | its preamble has come, or the dump already has its id     | the dump is complete
 *   a dump      | is that of a thread, after goroutines and log lines       | the dump is complete
 *   a dump      | runs, where the dump may be over (next-dump.ts)           | the dump may end before it
 *   a dump      | any other                                                 | it is part of the dump
 */
import { LF, trimLineEnd } from '../core/ascii.ts'
import type { Held } from '../lines/tape.ts'
import type { HeaderInfo, HeaderReader } from '../text/header.ts'
import { endsCut, isAnnounced, isLongOver, isThreadOfNext, lacksItsEnd, mayStartNext, startsOver } from './next-dump.ts'
import type { OpenBlocks } from './open-blocks.ts'

/** A header has its own line, is glued to a log line that lacks its line end, or was put together from pieces. */
type HeaderPlace = 'line' | 'glued' | 'joined'

/** Takes the header at [pos, next) of `buf`, which `headers` read last. `how`: how it was found; or its line, if that is already held. */
export function beginGoroutine(
  open: OpenBlocks,
  { id, info }: Pick<HeaderReader, 'id' | 'info'>,
  buf: Buffer,
  pos: number,
  next: number,
  base: number,
  how: HeaderPlace | Held = 'line',
): void {
  open.progress++
  open.fragments.wraps.interrupt()
  open.decide()
  if (isLongOver(open)) {
    if (open.dump === undefined) open.dropCandidate()
    else open.close(true)
  }
  const wasCut = info.state === 'running' && open.dump !== undefined && endsCut(open, open.dump)
  const place = addId(open, id, info)
  const { dump } = open
  if (dump === undefined) {
    if (how === 'joined' ? open.body.goroutines === 'none' : startsOver(open, info)) open.dropCandidate()
    if ((open.candidate?.bare.length ?? 0) >= open.limits.candidateHeaders) open.dropCandidate()
    const candidate = open.candidate ?? open.newCandidate(base + pos)
    candidate.start = Math.min(candidate.start, base + pos)
    candidate.isCrash ||= how === 'line' && candidate.preamble !== undefined && candidate.lines === 0
    open.finishGoroutine(false)
    if (how !== 'joined') candidate.hold(hold(open, buf, pos, next, how))
  } else {
    if (info.state === 'running' && dump.tally.goroutines > 0 && mayStartNext(open, dump)) open.mayPart(dump, wasCut)
    else if (open.unsettled) open.settle(base + pos)
    // A header that was held elsewhere may be before what came here.
    dump.start = Math.min(dump.start, base + pos)
    dump.end = Math.max(dump.end, base + next)
    if (typeof how !== 'string') open.tape.claim(how)
  }
  open.goroutine.begin({ id, place, info, start: base + pos, counted: true })
  // Prose may quote a header followed by something on the same line.
  if (buf[next - 1] !== LF) open.goroutine.interrupt('')
  // A header that was put together from pieces is not prose: its dump need not wait for a frame.
  if (how === 'joined') open.claimed(base + pos, base + next)
}

/** If a header is glued to a log line, the line end stays with the log line. */
function hold(open: OpenBlocks, buf: Buffer, pos: number, next: number, how: 'line' | 'glued' | Held): Held {
  if (typeof how !== 'string') return how
  return open.tape.hold(buf, pos, how === 'glued' ? trimLineEnd(buf, pos, next) : next)
}

/** Ends the goroutine before this header, and the dump if the header begins another one. Returns the place of its id. */
function addId(open: OpenBlocks, id: number, info: HeaderInfo): number {
  const { dump } = open
  if (dump === undefined) return -1
  const announced = isAnnounced(open, info)
  if (dump.body.goroutines === 'none') {
    if (!announced) open.dropNext()
    open.closeForNext()
    return -1
  }
  const { tally } = dump
  const { ended, whole, header, cut: head } = open.goroutine
  const comesFirst = isThreadOfNext(id, dump, open.sinceLastLine)
  // A stack without an end was cut if the next dump follows.
  const isCut =
    announced || comesFirst ? header !== undefined && (!whole || lacksItsEnd(open.goroutine, dump)) : tally.ids.has(id)
  const cut = !ended && isCut
  open.finishGoroutine(cut)
  const place = tally.addId(id)
  const again = place < 0 && id !== 0 && !tally.idsOverflow
  if (!again && !announced && !comesFirst) return place
  if (place >= 0) tally.ids.undo(place)
  if (cut || head !== undefined) dump.truncated = true
  open.closeForNext()
  return -1
}
