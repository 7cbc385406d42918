/** Which dump text stays in the log: that of crashes, which only the log reports; all of it; or none. */
import { mentionsPanic } from '../text/announcement.ts'
import { startsPreamble } from '../text/preamble.ts'
import { isRaceWarning } from '../text/race.ts'

export type Keep = 'crash' | 'all' | 'none'

export class Keeper {
  readonly #keep: Keep
  /** Streams in which a crash was announced, and that have been open since. */
  readonly #crashing = new Set<string>()

  constructor(keep: Keep) {
    this.#keep = keep
  }

  /** Must this line stay, whatever it turns out to be? `isOpen`: whether the stream was open before it. */
  stays(stream: string, text: string, isOpen: boolean): boolean {
    if (this.#keep !== 'crash') return this.#keep === 'all'
    if (!isOpen) this.#crashing.delete(stream)
    if (announcesCrash(text)) this.#crashing.add(stream)
    return this.#crashing.has(stream)
  }

  /** Forgets the streams that are no longer open. */
  forget(isOpen: (stream: string) => boolean): void {
    for (const stream of this.#crashing) if (!isOpen(stream)) this.#crashing.delete(stream)
  }
}

/** Looks at each line, since one record may hold several. */
function announcesCrash(text: string): boolean {
  return (
    mentionsPanic(text) || text.split('\n').some((line) => isRaceWarning(line) || startsPreamble(line) !== undefined)
  )
}
