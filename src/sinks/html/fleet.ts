/** One signature, or one value of a label, across all sources: where it is worst, and since when. */
import type { FleetRecord } from '../../core/records.ts'
import { counted, grouped } from '../names.ts'
import { type FleetKey, fleetOf } from '../report/fleet.ts'
import type { Report, SourceReport } from '../report/report.ts'
import { html, type Markup } from './markup.ts'
import { functionName } from './signatures.ts'
import { placeText, timeText } from './words.ts'

const ROWS_MAX = 100

/** `key` undefined: by signature, which adds nothing for a single source. */
export function fleetSection(
  report: Report,
  shown: readonly SourceReport[],
  key: FleetKey | undefined,
): Markup | undefined {
  const of = report.sources.length
  if (of === 0 || (of === 1 && key?.by !== 'label')) return undefined
  const rows = fleetOf(report, key ?? { by: 'signature' })
  const sections = new Map(shown.map(({ source }, i) => [source, `s${i}`]))
  const by = key?.by === 'label' ? `label ${key.label}` : 'signature'
  return html`<section class="part fleet" aria-labelledby="fleet"><h2 id="fleet">${of > 1 && `All ${of} sources by `}${of > 1 ? by : `By ${by}`}</h2>
${
  rows.length === 0
    ? html`<p class="quiet">No goroutine has it.</p>`
    : html`<div class="scroll" tabindex="0" role="region" aria-labelledby="fleet"><table><thead><tr><th scope="col" class="n">Goroutines<th scope="col" class="n">Sources<th scope="col">Verdict<th scope="col">${key?.by === 'label' ? 'Value, and its largest signature' : 'Function'}<th scope="col">Worst<th scope="col">Since</thead><tbody>
${rows.slice(0, ROWS_MAX).map((row) => fleetRow(row, sections.get(row.worst.source)))}
</tbody></table></div>`
}
${rows.length > ROWS_MAX && html`<p class="quiet">${grouped(rows.length - ROWS_MAX)} more are left out.</p>`}
${of > shown.length && html`<p class="quiet">The ${counted(shown.length, 'most urgent source')} follow; ${of - shown.length} more are in this table only.</p>`}</section>`
}

function fleetRow(row: FleetRecord, section: string | undefined): Markup {
  const { source, count } = row.worst
  const worst = section === undefined ? source : html`<a href="#${section}-${row.id}">${source}</a>`
  const verdicts = Object.entries(row.verdicts).map(
    ([verdict, sources]) => html`<b class="v v-${verdict}">${verdict} in ${sources}</b> `,
  )
  return html`<tr><td class="n">${grouped(row.goroutines)}<td class="n">${row.sources} of ${row.of}<td>${verdicts}<td class="f">${row.label !== undefined && html`<span class="label">${row.label.value}</span> `}${functionName(row.function)} <u>${placeText(row)}</u><td>${worst} <span class="q">${grouped(count)}</span><td>${timeText(row.first_seen)}`
}
