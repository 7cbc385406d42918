/** A frame as records write it. */
import type { Frame, Signature, Stack } from '../core/model.ts'
import { baseAt } from '../leaks/words.ts'

export function frameText(frame: Frame): string {
  return frame.file === undefined ? frame.function : `${frame.function} ${frame.file}:${frame.line ?? 0}`
}

/** Innermost frame first; `...` marks frames that the runtime left out. */
export function stackText({ frames, elidedAt }: Stack): string[] {
  const lines = frames.map(frameText)
  if (elidedAt !== undefined) lines.splice(elidedAt, 0, '...')
  return lines
}

/** Adds the creator of the goroutines to a record, and the place of the go statement, as in `producer.go:27`. */
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
