/** When a log line says it was written. */

// RFC 3339 and its kin, Go's log package, and the date of the same with a slash; fractions of any length.
const STAMP = /(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?/
/** A time stamp stands in front, behind a level or a key, not deep in the message. */
const HEAD = 120

/** Milliseconds since the epoch of the first time stamp in the head of `text`; a stamp without a zone counts as UTC. */
export function timeOf(text: string): number | undefined {
  const m = STAMP.exec(text.slice(0, HEAD))
  if (m === null) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = m
  const offset =
    zone === undefined || zone === 'Z' ? 'Z' : zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
  const time = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${(fraction ?? '0').padEnd(3, '0').slice(0, 3)}${offset}`,
  )
  return Number.isNaN(time) ? undefined : time
}
