/** What is said of an input in which no dump was found. */
import type { Engine } from '../engine/engine.ts'

/** One line, and one more when something looked like a dump. */
export function nothingFound(name: string, engine: Engine): string[] {
  const summary = engine.summary
  const { bytes } = engine.stats
  const lines =
    summary?.lines === undefined ? '' : `, ${grouped(summary.lines)} ${summary.lines === 1 ? 'line' : 'lines'}`
  const first = `no goroutine dump in ${name} (${size(bytes)}${lines})`
  const unread = summary?.unread
  if (unread === undefined) return [first]
  const { headers, hint } = unread
  const what =
    headers === 1
      ? '1 line looks like a header of a goroutine and was'
      : `${grouped(headers)} lines look like headers of goroutines and were`
  return [first, `${what} not read; try ${hint}`]
}

/** `80 131`: a comma is a point elsewhere. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ' ')
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  const units = ['kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = -1
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}
