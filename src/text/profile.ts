/** The lines of a text profile (runtime/pprof/pprof.go, printCountProfile; formats.md § 4). */
import { goroutineCount } from '../core/number.ts'

export interface ProfileTitle {
  readonly leak: boolean
  readonly total: number
}

const TITLE = /^(goroutine|goroutineleak) profile: total (\d+)$/

/** `goroutine profile: total 41` */
export function readProfileTitle(text: string): ProfileTitle | undefined {
  const m = TITLE.exec(text)
  const total = goroutineCount(m?.[2] ?? '')
  return m === null || total === undefined ? undefined : { leak: m[1] === 'goroutineleak', total }
}
