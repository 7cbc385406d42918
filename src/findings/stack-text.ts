/** Frames as records have them. */
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

/** Of a record: who has started the goroutines of the signature, and where the go statement is, `producer.go:27`. */
export function addCreator(record: Created, { createdBy }: Signature): void {
  if (createdBy === undefined) return
  record.created_by = createdBy.function
  const at = baseAt(createdBy)
  if (at !== undefined) record.created_at = at
}

interface Created {
  created_by?: string
  created_at?: string
}
