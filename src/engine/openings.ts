/**
 * When a dump was that begins here, and what came before it. Most of it is found out once there is a dump: a hostile log quotes a header in
 * each line, and none of them is one.
 */
import { timeOf } from '../carriers/time.ts'
import { validTime } from '../core/number.ts'
import type { OpeningToBe } from '../dumps/dump.ts'
import type { LogQueue } from '../lines/log-queue.ts'
import type { LinesBefore } from '../lines/recent-log.ts'
import type { StreamOrigin } from '../streams/carried-streams.ts'
import { mayGiveReason, REASON_WORD_BYTES } from '../text/reason.ts'
import type { InnerOptions } from './contract.ts'
import type { Memory } from './memory.ts'

/** Lines ahead of a dump that are looked at: they tell how log lines begin, what the dump is announced by, and when it was. */
const OBSERVED_LINES = 16
const OBSERVED_BYTES = 4096

const NO_LINES: readonly string[] = []

/** Of the dumps that one assembler reads. */
export type OpeningAt = (start: number) => OpeningToBe

export class Openings {
  readonly #options: InnerOptions
  readonly #tape: LogQueue
  readonly #memory: Memory
  readonly #now: () => number | undefined
  /** How much of the log had come when it was last searched for what may give a reason, and how much when some was found. */
  #searched = 0
  #foundAt = Number.NEGATIVE_INFINITY

  constructor(options: InnerOptions, tape: LogQueue, memory: Memory, now: () => number | undefined) {
    this.#options = options
    this.#tape = tape
    this.#memory = memory
    this.#now = now
  }

  /** Of dumps in the text as it is. */
  plain(): OpeningAt {
    let learnt = 0
    return (start) => {
      const before = this.#before(start)
      const logLines = lastLines(before.recent, this.#tape.passed - learnt)
      learnt = this.#tape.passed
      const timeAt = this.#timeAt(start, before)
      return {
        frame: undefined,
        logLines,
        mayHaveReason: this.#mayHaveReason(before),
        ahead: () => lastLines(before.sinceDump),
        confirm: () => ({ ...timeAt(), frame: undefined }),
      }
    }
  }

  /** Of dumps in a stream. */
  carried(stream: StreamOrigin): OpeningAt {
    return (start) => {
      const before = this.#before(start)
      // Of the line at hand, which is another one once the dump is certain.
      const time = stream.time(this.#now())
      const frame = this.#options.onLog === undefined ? undefined : stream.frame()
      const timeAt = time === undefined ? this.#timeAt(start, before) : () => ({ time, timeFrom: 'carrier' as const })
      return {
        frame,
        logLines: NO_LINES,
        mayHaveReason: this.#mayHaveReason(before),
        ahead: () => stream.texts(lastLines(before.sinceDump)),
        confirm: () => ({ ...timeAt(), frame }),
      }
    }
  }

  #before(start: number): LinesBefore {
    const before = this.#tape.before()
    this.#memory.open(start, before)
    return before
  }

  /** The log is searched once, however many dumps may begin in it. */
  #mayHaveReason({ recent }: LinesBefore): boolean {
    const { passed } = this.#tape
    if (passed > this.#searched && mayGiveReason(recent.slice(-(passed - this.#searched + REASON_WORD_BYTES))))
      this.#foundAt = passed
    this.#searched = passed
    return passed - this.#foundAt < OBSERVED_BYTES
  }

  /**
   * When a dump was that begins at `start`: the caller knows, or the nearest log line ahead of it that has a time stamp. When following a
   * log without time stamps, it is the time of arrival.
   */
  #timeAt(start: number, { recent }: LinesBefore): () => Pick<ReturnType<OpeningToBe['confirm']>, 'time' | 'timeFrom'> {
    const now = this.#now()
    const told = validTime(this.#options.time?.(start))
    if (told !== undefined) return () => ({ time: told, timeFrom: 'carrier' })
    return () => {
      for (const text of lastLines(recent).reverse()) {
        const time = timeOf(text, now)
        if (time !== undefined) return { time, timeFrom: 'log' }
      }
      return { time: now, timeFrom: now === undefined ? undefined : 'arrival' }
    }
  }
}

/** From the end: there may be many, and a dump each few lines. Of its last `bytes` alone. */
function lastLines(log: string, bytes: number = OBSERVED_BYTES): string[] {
  const lines: string[] = []
  const first = Math.max(0, log.length - Math.min(bytes, OBSERVED_BYTES))
  let end = log.lastIndexOf('\n')
  while (end >= first && lines.length < OBSERVED_LINES) {
    const start = end === 0 ? 0 : Math.max(first, log.lastIndexOf('\n', end - 1) + 1)
    lines.push(log.slice(start, end).trimEnd())
    end = start - 1
  }
  return lines.reverse()
}
