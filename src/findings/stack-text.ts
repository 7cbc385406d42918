/** Frames as records have them. */
import { fact } from '../core/facts.ts'
import type { Frame, Signature, Stack } from '../core/model.ts'
import { baseAt } from '../leaks/words.ts'

export function frameText(frame: Frame): string {
  return frame.file === undefined ? frame.function : `${frame.function} ${frame.file}:${frame.line ?? 0}`
}

/** Innermost first; what the runtime left out is said where it was. */
export function stackText({ frames, elidedAt }: Stack): string[] {
  const lines = frames.map(frameText)
  if (elidedAt !== undefined) lines.splice(elidedAt, 0, '...')
  return lines
}

/** What every record of a signature says of its stack. */
interface Face {
  readonly title: Frame
  readonly createdBy: string | undefined
  /** Where the go statement is, `producer.go:27`. */
  readonly createdAt: string | undefined
}

export const faceOf: (signature: Signature) => Face = fact(({ title, createdBy }: Signature): Face => {
  return { title, createdBy: createdBy?.function, createdAt: createdBy === undefined ? undefined : baseAt(createdBy) }
})
