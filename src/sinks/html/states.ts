/** The states of goroutines, dump by dump, as a table coloured like a heat map. */

import { grouped } from '../names.ts'
import type { SourceReport } from '../report/report.ts'
import { html, type Markup } from './markup.ts'

/** Columns: the newest dumps. */
const DUMPS_MAX = 40
const STATES_MAX = 24
/** Classes `h0` to `h9` of the style sheet. */
const SHADES = 9

export function stateTable(source: SourceReport, prefix: string): Markup | undefined {
  const dumps = source.dumps.filter(({ whole }) => whole).slice(-DUMPS_MAX)
  const most = new Map<string, number>()
  for (const { states } of dumps)
    for (const [state, count] of states) most.set(state, Math.max(most.get(state) ?? 0, count))
  if (most.size === 0) return undefined
  const rows = [...most].sort((a, b) => b[1] - a[1])
  const top = Math.max(...most.values())
  return html`<section class="part" aria-labelledby="${prefix}-states"><h2 id="${prefix}-states">States</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="${prefix}-states"><table class="heat"><thead><tr><th scope="col">State \\ dump${dumps.map(({ dump, fresh }) => html`<th scope="col" class="n${fresh && dump !== dumps[0]?.dump && ' cut'}">${dump.dump}`)}</thead><tbody>
${rows.slice(0, STATES_MAX).map(
  ([state]) =>
    html`<tr><th scope="row">${state}${dumps.map(({ states, fresh }, i) => {
      const count = states.get(state) ?? 0
      return html`<td class="n h${shade(count, top)}${fresh && i > 0 && ' cut'}">${count === 0 ? '' : grouped(count)}`
    })}`,
)}
</tbody></table></div>${rows.length > STATES_MAX && html`<p class="quiet">${rows.length - STATES_MAX} rarer states are left out.</p>`}</section>`
}

/** By the square root, so that a few goroutines are visible beside a thousand. */
function shade(count: number, top: number): number {
  if (count === 0) return 0
  return 1 + Math.round(Math.sqrt(count / top) * (SHADES - 1))
}
