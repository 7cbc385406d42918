/** A step on the way from a packed input to its text: what decompresses it, what takes an archive apart, what reads it. */
import type { DumpstreamError } from '../core/errors.ts'

/** Bytes go in and are handled, in turn. */
export interface Stage {
  /** Resolves when the bytes have been handled and may be reused; undefined when they have been already. */
  push(bytes: Uint8Array): Promise<void> | undefined
  /** Rejects when the input ended in the middle. */
  end(): Promise<void>
  /** Nothing more is wanted. */
  close(): void
}

export interface StageParts {
  /** What is unpacked, for a person. */
  readonly name: string
  readonly onChunk: (bytes: Uint8Array) => Promise<void> | undefined
  /** Nothing more comes out of a compressed stream. */
  readonly onEnd: () => Promise<void>
  /** A member of an archive begins; what follows of it goes to the stage that is returned. Undefined: it is not wanted. */
  readonly onMember: (name: string) => Stage | undefined
  /** One line: something is odd, and nothing is lost. */
  readonly onNotice: (line: string) => void
  /** A member could not be read; those after it can. */
  readonly onFault: (error: DumpstreamError) => void
}

/** What is said of a packed input that ends too early, or can't be unpacked any further. */
export function brokenText(name: string, what: string, reason: string | undefined): string {
  const state = reason === undefined ? 'is cut short' : `is damaged (${reason})`
  return `${name}: the ${what} ${state}; what came before it was read`
}
