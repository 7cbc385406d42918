/** The stacks of goroutines, one after the other: those of the open goroutine (open-goroutine.ts), which a header begins. */
import { mayBegin, mayBeWrappedFile } from '../text/cut.ts'
import { hasFramePointer } from '../text/plain.ts'
import type { Body, BodyEnd, Joined, Part } from './body.ts'
import type { OpenGoroutine } from './open-goroutine.ts'

const END: BodyEnd = { damaged: 0, truncated: false, race: undefined }

export class StackBody implements Body {
  readonly format = 'stack'
  readonly kind = undefined
  readonly goroutines = 'headers'
  readonly #goroutine: OpenGoroutine

  constructor(goroutine: OpenGoroutine) {
    this.#goroutine = goroutine
  }

  /** Goroutines are counted where their headers are. */
  open(): void {}

  line(text: string, buf: Buffer, pos: number): Part {
    return this.#goroutine.line(text, buf, pos)
  }

  lineFast(buf: Buffer, pos: number, end: number): number {
    return this.#goroutine.lineFast(buf, pos, end)
  }

  blank(): 'foreign' {
    return 'foreign'
  }

  join(tail: string): Joined | undefined {
    return this.#goroutine.join(tail)
  }

  takeCut(text: string): Joined | undefined {
    return this.#goroutine.takeCutCall(text)
  }

  glued(text: string): number {
    return this.#goroutine.glued(text)
  }

  fits(text: string): boolean {
    return this.#goroutine.fits(text)
  }

  mayBegin(text: string): boolean {
    return mayBegin(text) || mayBeWrappedFile(text)
  }

  beginsKnown(text: string): boolean {
    return this.#goroutine.beginsKnown(text)
  }

  resembles(text: string): boolean {
    return (
      this.beginsKnown(text) ||
      text.startsWith('\t') ||
      mayBeWrappedFile(text) ||
      text.startsWith('gorout') ||
      hasFramePointer(text)
    )
  }

  mayQuote(): boolean {
    return false
  }

  finish(): BodyEnd {
    return END
  }
}
