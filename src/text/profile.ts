/** The lines of a text profile (runtime/pprof/pprof.go, printCountProfile; formats.md § 4). */

export interface ProfileTitle {
  readonly leak: boolean
  readonly total: number
}

const TITLE = /^(goroutine|goroutineleak) profile: total (\d+)$/

/** `goroutine profile: total 41` */
export function readProfileTitle(text: string): ProfileTitle | undefined {
  const m = TITLE.exec(text)
  return m === null ? undefined : { leak: m[1] === 'goroutineleak', total: Number(m[2]) }
}
