/** What a person may try where lines look like headers of goroutines and were not read. */
import type { InputKind } from './detect.ts'
import { pathOfNeedle } from './learned.ts'

/** `line` holds what looks like a header. */
export function headerHint(line: string, input: InputKind | undefined): string {
  if (input !== undefined && input !== 'auto') return '--input auto'
  const path = line.startsWith('{') ? pathOfNeedle(line) : undefined
  if (path !== undefined) return `--text-key ${path}`
  return 'dumpstream anonymize FILE, and file an issue with it'
}
