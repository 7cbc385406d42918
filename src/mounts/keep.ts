/** Which text of dumps stays in the log: that of crashes, which nothing but the log tells of; all of it; or none. */
import { mentionsPanic } from '../text/announcement.ts'
import { startsPreamble } from '../text/preamble.ts'
import { isRaceWarning } from '../text/race.ts'

export type Keep = 'crash' | 'all' | 'none'

export class Keeper {
  readonly #keep: Keep
  /** Streams that have been open since a crash was announced in them. */
  readonly #crashing = new Set<string>()

  constructor(keep: Keep) {
    this.#keep = keep
  }

  /** Does this line stay, whatever it turns out to be? `isOpen`: the stream was, before it. */
  stays(stream: string, text: string, isOpen: boolean): boolean {
    if (this.#keep !== 'crash') return this.#keep === 'all'
    if (!isOpen) this.#crashing.delete(stream)
    if (announcesCrash(text)) this.#crashing.add(stream)
    return this.#crashing.has(stream)
  }

  /** Forgets the streams that are not open any more. */
  forget(isOpen: (stream: string) => boolean): void {
    for (const stream of this.#crashing) if (!isOpen(stream)) this.#crashing.delete(stream)
  }
}

/** One record may hold many lines. */
function announcesCrash(text: string): boolean {
  return (
    mentionsPanic(text) || text.split('\n').some((line) => isRaceWarning(line) || startsPreamble(line) !== undefined)
  )
}
