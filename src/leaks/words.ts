/** The wording of counts, states and places. */
import type { Frame, SignatureTally } from '../core/model.ts'

export function goroutines(count: number): string {
  return count === 1 ? '1 goroutine' : `${count} goroutines`
}

/** The most frequent state; empty for a profile, which has none. */
export function mainState({ states }: Pick<SignatureTally, 'states'>): string {
  let main = ''
  let most = 0
  for (const [state, count] of states) {
    if (count <= most) continue
    most = count
    main = state
  }
  return main
}

/** `at producer.go:40`, or `in main.f` if the file is unknown. */
export function placeOf(frame: Frame): string {
  const at = baseAt(frame)
  return at === undefined ? `in ${frame.function}` : `at ${at}`
}

/** `producer.go:40`. */
export function baseAt({ file, line }: Frame): string | undefined {
  if (file === undefined) return undefined
  return `${file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)}:${line ?? 0}`
}
