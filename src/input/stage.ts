/** A step from a packed input to its text: a decompressor, an archive reader, or the reader of the text. */
import type { DumpstreamError } from '../core/errors.ts'

/** Takes bytes and handles them in order. */
export interface Stage {
  /** Resolves when the bytes were handled and may be reused; undefined if they already were. */
  push(bytes: Uint8Array): Promise<void> | undefined
  /** Rejects if the input ended in the middle. */
  end(): Promise<void>
  /** Stops: no more output is wanted. */
  close(): void
}

export interface StageParts {
  /** Name of what is unpacked, for messages. */
  readonly name: string
  readonly onChunk: (bytes: Uint8Array) => Promise<void> | undefined
  /** Called when nothing more comes out of a compressed stream. */
  readonly onEnd: () => Promise<void>
  /** A member of an archive begins; its content goes to the returned stage. Undefined if it is not wanted. */
  readonly onMember: (name: string) => Stage | undefined
  /** One line: something is odd, but nothing is lost. */
  readonly onNotice: (line: string) => void
  /** A member could not be read; the members after it can be. */
  readonly onFault: (error: DumpstreamError) => void
}

/** The message for a packed input that ends too early, or cannot be unpacked any further. */
export function brokenText(name: string, what: string, reason: string | undefined): string {
  const state = reason === undefined ? 'is cut short' : `is damaged (${reason})`
  return `${name}: the ${what} ${state}; the data before that was read`
}
