/** How the page writes counts, times, places and commands. */

import { baseName, grouped, spanText, verdictWord } from '../names.ts'
import type { SourceReport } from '../report/report.ts'
import { html, type Markup } from './markup.ts'

/** `2026-11-24T10:57:31.068Z` → a `time` element, `2026-11-24 10:57:31 UTC`. */
export function timeText(time: string | undefined): Markup | undefined {
  if (time === undefined) return undefined
  return html`<time datetime="${time}">${time.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC')}</time>`
}

export function timeSpan(from: string | undefined, to: string | undefined): string {
  return spanText(Math.max(0, (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000))
}

/** `producer.go:40` */
export function placeText({ file, line }: { readonly file?: string; readonly line?: number }): string {
  if (file === undefined) return ''
  return line === undefined ? baseName(file) : `${baseName(file)}:${line}`
}

/** Order of the verdicts, which are also the names of their colour classes. */
const VERDICT_ORDER = ['leaking', 'stuck', 'growing', 'new', 'shrinking', 'steady', 'idle', 'gone'] as const

/** `3 leaking · 1 growing · 6 idle · 281 steady`, each with its colour. */
export function verdictCounts(source: SourceReport): Markup | undefined {
  const counts = new Map<string, number>()
  for (const { record } of source.signatures.slice(0, source.last.counts.size)) {
    const verdict = verdictWord(record)
    if (verdict !== '') counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  }
  const parts = VERDICT_ORDER.flatMap((verdict) => {
    const count = counts.get(verdict)
    return count === undefined ? [] : [html`<b class="v v-${verdict}">${grouped(count)} ${verdict}</b> `]
  })
  return parts.length === 0 ? undefined : html`<span class="of">Signatures:</span> ${parts}`
}
