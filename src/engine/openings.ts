/**
 * When a dump was that begins here, and what came before it. Most of it is found out once there is a dump: a hostile log quotes a header in
 * each line, and none of them is one.
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

/** Lines ahead of a dump that are looked at: they tell how log lines begin, what the dump is announced by, and when it was. */
const OBSERVED_LINES = 16

const NO_LINES: readonly string[] = []

/** Of the dumps that one assembler reads. */
export interface OpeningAt {
  /** A dump may begin at `start` of the input. */
  opening(start: number): OpeningToBe
}

export class Openings {
  readonly #options: InnerOptions
  readonly #tape: LogQueue
  readonly #memory: Memory
  readonly #now: () => number | undefined
  /** How much of the log had come when it was last searched for what may give a reason, and how much when some was found. */
  #searched = 0
  #foundAt = Number.NEGATIVE_INFINITY
  #stamp = NO_STAMP

  constructor(options: InnerOptions, tape: LogQueue, memory: Memory, now: () => number | undefined) {
    this.#options = options
    this.#tape = tape
    this.#memory = memory
    this.#now = now
  }

  /** Of dumps in the text as it is. */
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

  /** Of a dump in a stream, which may begin at `start`. */
  carried(stream: StreamOrigin, start: number): OpeningToBe {
    const before = this.#before(start)
    // Of the line at hand, which is another one once the dump is certain.
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

  /** The log is searched once, however many dumps may begin in it. */
  #mayHaveReason(before: RecentLines): boolean {
    const { passed } = this.#tape
    if (passed > this.#searched && mayGiveReason(before.last(passed - this.#searched + REASON_WORD_BYTES)))
      this.#foundAt = passed
    this.#searched = passed
    return passed - this.#foundAt < RECENT_BYTES
  }

  /** `carried`: when it was, as its carrier says. Else the caller may know. */
  #stampAt(start: number, before: RecentLines, carried?: number): StampToBe {
    const told = carried ?? validTime(this.#options.time?.(start))
    return { openings: this, before, told, passed: this.#tape.passed, now: this.#now() }
  }

  /**
   * When a dump was: the caller knows, or the nearest log line ahead of it that has a time stamp. When following a log without time stamps, it is
   * the time of arrival.
   */
  timeOf({ before, told, passed, now }: StampToBe): Pick<Opening, 'time' | 'timeFrom'> {
    if (told !== undefined) return { time: told, timeFrom: 'carrier' }
    const time = this.#logTime(before, passed, now)
    if (time !== undefined) return { time, timeFrom: 'log' }
    return { time: now, timeFrom: now === undefined ? undefined : 'arrival' }
  }

  /** The time of the nearest line of `before`, the end of the first `passed` bytes of the log. Each line is read once, however many dumps there are. */
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
      // The rest of a line comes with the dump, and the whole of it is counted then.
      if (isWhole) fresh++
      return found === undefined && fresh < OBSERVED_LINES
    })
    lines += fresh
    if (lines > OBSERVED_LINES || passed - at > RECENT_BYTES) time = undefined
    this.#stamp = { passed, time, at, lines }
    return time
  }
}

/** What is kept to tell when a dump was, should there be one. */
interface StampToBe {
  readonly openings: Openings
  readonly before: RecentLines
  readonly told: number | undefined
  /** Bytes of the log ahead of it. */
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

  override linesBefore(): readonly string[] {
    return this.#stream.texts(super.linesBefore())
  }

  override head(): string {
    return this.#stream.texts([super.head()])[0] ?? ''
  }
}

/** The time stamp nearest to the end of the first `passed` bytes of the log, where its line begins, and how many lines it is from the end. */
interface Stamp {
  readonly passed: number
  readonly time: number | undefined
  readonly at: number
  readonly lines: number
}

const NO_STAMP: Stamp = { passed: 0, time: undefined, at: 0, lines: 0 }

/** What `log` ends with that is no whole line: the dump begins behind it on the same one. */
function headOf(log: string): string {
  return log.slice(log.lastIndexOf('\n') + 1)
}

/** Shows the lines of `log`, up to its end, the last one first, until `visit` has seen enough. */
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

/** The last lines: there may be many, and a dump each few lines. */
function lastLines(log: string): string[] {
  const lines: string[] = []
  eachLineBack(log.slice(0, log.lastIndexOf('\n') + 1), (line) => lines.push(line) < OBSERVED_LINES)
  return lines.reverse()
}
