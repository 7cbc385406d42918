/** Frames as records have them. */
import type { Frame, Signature } from '../core/model.ts'
import { baseAt } from '../leaks/words.ts'

export function frameText(frame: Frame): string {
  return frame.file === undefined ? frame.function : `${frame.function} ${frame.file}:${frame.line ?? 0}`
}

/** Innermost first; what the runtime left out is said where it was. */
export function stackText(signature: Signature): string[] {
  const { frames, elidedAt } = signature.stack
  const lines = frames.map(frameText)
  if (elidedAt !== undefined) lines.splice(elidedAt, 0, '...')
  return lines
}

/** Where the go statement is, `producer.go:27`. */
export function createdAt({ createdBy }: Signature): string | undefined {
  return createdBy === undefined ? undefined : baseAt(createdBy)
}
