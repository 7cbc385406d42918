/**
 * The time of a dump that begins here, and what came before it. Most of it is computed only once there is a dump: a hostile log can quote a header in
 * each line, none of them a dump.
 */
import { timeOf } from '../carriers/time.ts'
import { validTime } from '../core/number.ts'
import type { Opening, OpeningToBe } from '../dumps/dump.ts'
import type { LogQueue } from '../lines/log-queue.ts'
import { RECENT_BYTES, type RecentLines } from '../lines/recent-log.ts'
import type { StreamOrigin } from '../streams/origin.ts'
import { mayGiveReason, REASON_WORD_BYTES } from '../text/reason.ts'
import type { InnerOptions } from './contract.ts'
import type { Memory } from './memory.ts'

/** Lines before a dump that are examined: they show how log lines begin, what announced the dump, and when it was. */
const OBSERVED_LINES = 16

const NO_LINES: readonly string[] = []

/** What is known at the start of the dumps that one assembler reads. */
export interface OpeningAt {
  /** A dump may begin at `start` of the input. */
  opening(start: number): OpeningToBe
}

export class Openings {
  readonly #options: InnerOptions
  readonly #tape: LogQueue
  readonly #memory: Memory
  readonly #now: () => number | undefined
  /** Length of the log when it was last searched for words that may give a reason, and when such a word was last found. */
  #searched = 0
  #foundAt = Number.NEGATIVE_INFINITY
  #stamp = NO_STAMP

  constructor(options: InnerOptions, tape: LogQueue, memory: Memory, now: () => number | undefined) {
    this.#options = options
    this.#tape = tape
    this.#memory = memory
    this.#now = now
  }

  /** For dumps in the plain text. */
  plain(): OpeningAt {
    let learnt = 0
    return {
      opening: (start) => {
        const before = this.#before(start)
        const { passed } = this.#tape
        const logLines = passed === learnt ? NO_LINES : lastLines(before.linesIn(passed - learnt))
        learnt = passed
        return new OpeningAfterLog(this.#stampAt(start, before), undefined, logLines, this.#mayHaveReason(before))
      },
    }
  }

  /** For a dump in a stream, which may begin at `start`. */
  carried(stream: StreamOrigin, start: number): OpeningToBe {
    const before = this.#before(start)
    // Of the current line, which is another one by the time the dump is certain.
    const time = stream.time(this.#now())
    const frame = this.#options.onLog === undefined ? undefined : stream.frame()
    const stamp = this.#stampAt(start, before, time)
    return new OpeningInStream(stamp, frame, NO_LINES, this.#mayHaveReason(before), stream)
  }

  #before(start: number): RecentLines {
    const before = this.#tape.before()
    this.#memory.open(start, before)
    return before
  }

  /** Each part of the log is searched once, however many dumps may begin in it. */
  #mayHaveReason(before: RecentLines): boolean {
    const { passed } = this.#tape
    if (passed > this.#searched && mayGiveReason(before.last(passed - this.#searched + REASON_WORD_BYTES)))
      this.#foundAt = passed
    this.#searched = passed
    return passed - this.#foundAt < RECENT_BYTES
  }

  /** `carried`: its time according to the carrier; without it, the caller may know the time. */
  #stampAt(start: number, before: RecentLines, carried?: number): StampToBe {
    const given = carried ?? validTime(this.#options.time?.(start))
    return { openings: this, before, given, passed: this.#tape.passed, now: this.#now() }
  }

  /**
   * The time of a dump: from its carrier or the caller, or from the nearest log line before it that has a timestamp. If the log has no timestamps and
   * is being followed, it is the time of arrival.
   */
  timeOf({ before, given, passed, now }: StampToBe): Pick<Opening, 'time' | 'timeFrom'> {
    if (given !== undefined) return { time: given, timeFrom: 'carrier' }
    const time = this.#logTime(before, passed, now)
    if (time !== undefined) return { time, timeFrom: 'log' }
    return { time: now, timeFrom: now === undefined ? undefined : 'arrival' }
  }

  /** The time of the nearest line in `before`, the end of the first `passed` bytes of log. Each line is read once, however many dumps there are. */
  #logTime(before: RecentLines, passed: number, now: number | undefined): number | undefined {
    const known = passed >= this.#stamp.passed ? this.#stamp : NO_STAMP
    let { time, at, lines } = known
    let fresh = 0
    const lately = before.linesIn(passed - known.passed)
    eachLineBack(lately, (text, start, isWhole) => {
      const found = timeOf(text, now)
      if (found !== undefined) {
        time = found
        at = passed - lately.length + start
        lines = 0
      }
      // An incomplete line is completed by the dump, and is counted as a whole then.
      if (isWhole) fresh++
      return found === undefined && fresh < OBSERVED_LINES
    })
    lines += fresh
    if (lines > OBSERVED_LINES || passed - at > RECENT_BYTES) time = undefined
    this.#stamp = { passed, time, at, lines }
    return time
  }
}

/** What is needed to determine the time of a dump, if there turns out to be one. */
interface StampToBe {
  readonly openings: Openings
  readonly before: RecentLines
  readonly given: number | undefined
  /** Bytes of the log before it. */
  readonly passed: number
  readonly now: number | undefined
}

class OpeningAfterLog implements OpeningToBe {
  readonly frame: Opening['frame']
  readonly logLines: readonly string[]
  readonly mayHaveReason: boolean
  protected readonly stamp: StampToBe

  constructor(stamp: StampToBe, frame: Opening['frame'], logLines: readonly string[], mayHaveReason: boolean) {
    this.stamp = stamp
    this.frame = frame
    this.logLines = logLines
    this.mayHaveReason = mayHaveReason
  }

  get isLogged(): boolean {
    return false
  }

  linesBefore(): readonly string[] {
    return lastLines(this.stamp.before.sinceDump)
  }

  head(): string {
    return headOf(this.stamp.before.sinceDump)
  }

  confirm(): Opening {
    const { time, timeFrom } = this.stamp.openings.timeOf(this.stamp)
    return { time, timeFrom, frame: this.frame }
  }
}

class OpeningInStream extends OpeningAfterLog {
  readonly #stream: StreamOrigin

  constructor(
    stamp: StampToBe,
    frame: Opening['frame'],
    logLines: readonly string[],
    mayHaveReason: boolean,
    stream: StreamOrigin,
  ) {
    super(stamp, frame, logLines, mayHaveReason)
    this.#stream = stream
  }

  override get isLogged(): boolean {
    return this.#stream.isLogged
  }

  override linesBefore(): readonly string[] {
    return this.#stream.texts(super.linesBefore())
  }

  override head(): string {
    return this.#stream.texts([super.head()])[0] ?? ''
  }
}

/** The timestamp nearest to the end of the first `passed` bytes of log, the offset of its line, and the number of lines from there to the end. */
interface Stamp {
  readonly passed: number
  readonly time: number | undefined
  readonly at: number
  readonly lines: number
}

const NO_STAMP: Stamp = { passed: 0, time: undefined, at: 0, lines: 0 }

/** The incomplete line at the end of `log`: the dump begins on the same line. */
function headOf(log: string): string {
  return log.slice(log.lastIndexOf('\n') + 1)
}

/** Visits the lines of `log`, last one first, until `visit` returns false. */
function eachLineBack(log: string, visit: (line: string, start: number, isWhole: boolean) => boolean): void {
  let isWhole = log === '' || log.endsWith('\n')
  let end = isWhole ? log.length - 1 : log.length
  while (end >= 0) {
    const start = end === 0 ? 0 : log.lastIndexOf('\n', end - 1) + 1
    if (!visit(log.slice(start, end).trimEnd(), start, isWhole)) return
    end = start - 1
    isWhole = true
  }
}

/** The last lines of `log`. Reads only as many as needed, since the log can be long and have a dump every few lines. */
function lastLines(log: string): string[] {
  const lines: string[] = []
  eachLineBack(log.slice(0, log.lastIndexOf('\n') + 1), (line) => lines.push(line) < OBSERVED_LINES)
  return lines.reverse()
}
