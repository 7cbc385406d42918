/** How counts, states and places are written. */
import type { Frame, SignatureTally } from '../core/model.ts'

export function goroutines(count: number): string {
  return count === 1 ? '1 goroutine' : `${count} goroutines`
}

/** The state that most of them are in; empty for a profile, which has none. */
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

/** `at producer.go:40`, or `in main.f` where no file is known. */
export function placeOf(frame: Frame): string {
  const at = baseAt(frame)
  return at === undefined ? `in ${frame.function}` : `at ${at}`
}

/** `producer.go:40`. */
export function baseAt({ file, line }: Frame): string | undefined {
  if (file === undefined) return undefined
  return `${file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1)}:${line ?? 0}`
}
