/** How functions, places, counts and spans of time are written for people. */
import type { Verdict } from '../core/model.ts'
import type { SignatureRecord } from '../core/records.ts'
import { printable } from './printable.ts'
import { cutMiddle, displayWidth } from './width.ts'

/**
 * `content_svr/cron/hashtag_suggestion.(*Cron).step2.func1` → `…/hashtag_suggestion.(*Cron).step2.func1` →
 * `hashtag_suggestion.(*Cron).step2.func1` → `hashtag_…Cron).step2.func1`. People know a function by its name and the last element of its
 * package. Text in brackets may contain slashes too.
 */
export function shortenFunction(name: string, width: number): string {
  if (displayWidth(name) <= width) return name
  const bracket = name.search(/[([]/)
  const path = bracket === -1 ? name : name.slice(0, bracket)
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const rest = name.slice(slash)
    if (displayWidth(rest) + 1 <= width) return `…${rest}`
  }
  return cutMiddle(withoutPath(name), width)
}

export function withoutPath(name: string): string {
  const bracket = name.search(/[([]/)
  return name.slice(name.lastIndexOf('/', bracket === -1 ? name.length : bracket) + 1)
}

/** `/app/producer/producer.go:40`, or empty if the file is unknown. */
export function placeOf({ file, line }: { readonly file?: string; readonly line?: number }): string {
  if (file === undefined) return ''
  return printable(line === undefined ? file : `${file}:${line}`)
}

/** The last element of a path, as in `producer.go:40`. */
export function baseName(place: string): string {
  return place.slice(Math.max(place.lastIndexOf('/'), place.lastIndexOf('\\')) + 1)
}

/** `leaking`, `idle`; empty for a signature without a verdict. */
export function verdictWord({ idle, verdict }: SignatureRecord): Verdict | 'idle' | '' {
  return idle === true ? 'idle' : (verdict ?? '')
}

export function signed(change: number | undefined): string {
  if (change === undefined) return ''
  if (change === 0) return '='
  return change > 0 ? `+${grouped(change)}` : `-${grouped(-change)}`
}

/** `1234567` → `1 234 567`. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ')
}

/** For the beginning of a sentence. */
export function capitalized(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}

export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** `1288490188` → `1.2 GiB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${Number(value.toFixed(value < 10 ? 1 : 0))} ${units[unit]}`
}

/** `7200` → `2h`, `5400` → `1h30m`. */
export function spanText(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10}s`
  const whole = Math.round(seconds)
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'm'],
    [whole % 60, 's'],
  ]
  const from = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(from, from + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join('')
}

/** `2026-11-24T10:57:31.068Z` → `2026-11-24 10:57:31Z`. */
export function timeText(time: string): string {
  return printable(time)
    .replace('T', ' ')
    .replace(/\.\d+(?=Z)/, '')
}

const BARS = '▁▂▃▄▅▆▇█'
/** Newest counts that are drawn. */
const BARS_MAX = 16

/** `[4, 148, 292]` → `▁▄█`; empty for a single count. */
export function sparkline(counts: readonly number[]): string {
  if (counts.length < 2) return ''
  const shown = counts.slice(-BARS_MAX)
  const top = Math.max(...shown)
  return shown
    .map((count) => {
      if (count <= 0 || top <= 0) return ' '
      return BARS[Math.min(BARS.length - 1, Math.max(0, Math.ceil((count / top) * BARS.length) - 1))] ?? ' '
    })
    .join('')
}
