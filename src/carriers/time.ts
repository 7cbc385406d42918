/** When a log line was written, as it says itself: time stamps of all usual forms → milliseconds since the epoch. */
import { validTime } from '../core/number.ts'

// RFC 3339 and its kin, Go's log package, which writes the date with slashes, and svlogd with `_`; fractions of any length.
const STAMP = /(\d{4})[-/](\d\d)[-/](\d\d)[T _](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s?(Z|[+-]\d\d:?\d\d)?/
// `Nov 24 05:00:00` of RFC 3164 and journalctl; `I1124 05:00:00.515399` of klog: neither has a year.
const BSD = /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?/
const KLOG = /\b[IWEF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?/
// `F250826 15:24:56.099044` of CockroachDB.
const CRDB = /\b[IWEF](\d\d)(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?/
/** TAI64N: seconds since 1970 plus 2^62, and 10 s that daemontools and s6 add (cr.yp.to/daemontools/tai64nlocal.html). */
const TAI64N = /@4([0-9a-f]{15})([0-9a-f]{8})\b/
const TAI_AHEAD = 10
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** A time stamp is at the start, after a level or a key, not deep in the message. */
const HEAD = 120
const DAY_MS = 86_400_000

/**
 * The first time stamp in the head of `text`; a stamp without a zone counts as UTC. One without a year is taken to be in the twelve months before
 * `now`, and is ignored if `now` is unknown.
 */
export function timeOf(text: string, now?: number): number | undefined {
  const head = text.slice(0, HEAD)
  const m = STAMP.exec(head)
  if (m !== null) {
    const [, year, month, day, hour, minute, second, fraction, zone] = m
    const offset =
      zone === undefined || zone === 'Z' ? 'Z' : zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
    const time = Date.parse(
      `${year}-${month}-${day}T${hour}:${minute}:${second}.${(fraction ?? '0').padEnd(3, '0').slice(0, 3)}${offset}`,
    )
    return validTime(time)
  }
  const tai = TAI64N.exec(head)
  if (tai !== null) {
    const seconds = Number.parseInt(tai[1] ?? '', 16) - TAI_AHEAD
    return validTime(seconds * 1000 + Math.floor(Number.parseInt(tai[2] ?? '', 16) / 1e6))
  }
  const crdb = CRDB.exec(head)
  if (crdb !== null) {
    const [, year, month, day, hour, minute, second, fraction] = crdb
    const millis = Number((fraction ?? '0').padEnd(3, '0').slice(0, 3))
    return Date.UTC(
      2000 + Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
      millis,
    )
  }
  return now === undefined ? undefined : withoutYear(head, now)
}

function withoutYear(head: string, now: number): number | undefined {
  const bsd = BSD.exec(head)
  const m = bsd ?? KLOG.exec(head)
  if (m === null) return undefined
  const month = bsd === null ? Number(m[1]) - 1 : MONTHS.indexOf(m[1] ?? '')
  const clock = [Number(m[2]), Number(m[3]), Number(m[4]), Number(m[5])] as const
  const millis = Number((m[6] ?? '0').padEnd(3, '0').slice(0, 3))
  const year = new Date(now).getUTCFullYear()
  const time = Date.UTC(year, month, ...clock, millis)
  return validTime(time > now + DAY_MS ? Date.UTC(year - 1, month, ...clock, millis) : time)
}

/** Numbers of this size count seconds, milliseconds, microseconds or nanoseconds since the epoch: there is no overlap from 1973 on. */
export function timeOfNumber(value: number): number | undefined {
  if (!(value > 0)) return undefined
  if (value < 1e11) return Math.round(value * 1000)
  if (value < 1e14) return Math.round(value)
  return validTime(Math.floor(value < 1e17 ? value / 1e3 : value / 1e6))
}
