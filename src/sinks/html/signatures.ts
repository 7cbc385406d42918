/** The table of signatures. Each row opens to its stack, also with scripts off; the script adds search, sort and filters. */
import type { DumpPoint, SignatureHistory, SourceReport } from '../report/report.ts'
import { grouped } from '../table.ts'
import type { SourceLinks } from './links.ts'
import { html, type Markup } from './markup.ts'
import { plainStack } from './stack.ts'
import { trend } from './trend.ts'
import { counted, placeText, timeText } from './words.ts'

/** Rows of a source. */
const ROWS_MAX = 500
const LABELS_MAX = 12

/** How much markup the stacks of all tables may be. The rows that come first get theirs; the script has all of them. */
export class StackBudget {
  readonly links: SourceLinks
  #left: number

  constructor(bytes: number, links: SourceLinks) {
    this.#left = bytes
    this.links = links
  }

  stack(record: SignatureHistory['record']): Markup | undefined {
    if (record.stack === undefined || record.stack.length === 0) return undefined
    const markup = plainStack(record.stack)
    if (markup.text.length > this.#left) return undefined
    this.#left -= markup.text.length
    return markup
  }
}

export function signatureTable(source: SourceReport, prefix: string, budget: StackBudget): Markup {
  const { last } = source
  const rows = source.signatures.slice(0, ROWS_MAX)
  const present = rows.filter(({ record }) => last.counts.has(record.id))
  const left = source.signatures.length - rows.length
  const rest =
    last.others +
    source.signatures.slice(ROWS_MAX).reduce((sum, { record }) => sum + (last.counts.get(record.id) ?? 0), 0)
  // Those that a finding is about come first in the budget.
  const urgent = new Set(last.findings.flatMap(({ signatures }) => signatures))
  const stacks = new Map(
    [...rows]
      .sort((a, b) => Number(urgent.has(b.record.id)) - Number(urgent.has(a.record.id)))
      .map(({ record }) => [record.id, budget.stack(record)]),
  )
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="${prefix}-sigs"><table class="sigs" data-part="table"><thead><tr><th scope="col" class="n">Count<th scope="col" class="n">Change<th scope="col">Trend<th scope="col">Verdict<th scope="col">State<th scope="col">Function</thead><tbody>
${rows.map((row) => signatureRow(row, source, prefix, stacks.get(row.record.id)))}
</tbody></table></div>
<p class="quiet">${counted(present.length, 'signature')}${rest > 0 && html`; ${counted(rest, 'goroutine')} more in ${left + last.otherSignatures > 0 ? counted(left + last.otherSignatures, 'rarer signature') : 'no signature'}`}</p>`
}

function signatureRow(
  { record, counts, examples }: SignatureHistory,
  source: SourceReport,
  prefix: string,
  stack: Markup | undefined,
): Markup {
  const count = source.last.counts.get(record.id) ?? 0
  const verdict = count === 0 ? 'gone' : record.idle === true ? 'idle' : (record.verdict ?? '')
  const states = Object.entries(record.states)
  const whole = counts.filter((_, i) => source.dumps[i]?.whole)
  return html`<tr id="${prefix}-${record.id}"><td class="n">${grouped(count)}<td class="n">${change(record, count, source.last)}<td>${trend(whole)}<td>${verdict !== '' && html`<span class="v v-${verdict}">${verdict}</span>`}<td>${states[0]?.[0] ?? ''}${states.length > 1 && html` <span class="q">+${states.length - 1}</span>`}<td class="f"><details><summary>${functionName(record.function)}${record.file !== undefined && html` <span class="at">${placeText(record)}</span>`}</summary><div class="more">${details(record, states, examples)}${stack ?? (record.stack !== undefined && html`<p class="quiet late">The page’s script shows the stack.</p>`)}</div></details>
`
}

function change(record: SignatureHistory['record'], count: number, last: DumpPoint): Markup | undefined {
  const delta = count === 0 || record.dump !== last.dump.dump ? undefined : record.delta
  if (delta === undefined || delta === 0) return undefined
  return delta > 0
    ? html`<span class="up">+${grouped(delta)}</span>`
    : html`<span class="down">−${grouped(-delta)}</span>`
}

function details(
  record: SignatureHistory['record'],
  states: readonly (readonly [string, number])[],
  examples: SignatureHistory['examples'],
): Markup {
  const labels = Object.entries(record.labels ?? {}).flatMap(([key, values]) =>
    Object.entries(values).map(([value, count]) => ({ text: `${key}=${value}`, count })),
  )
  const wait = record.wait_minutes
  return html`${record.because !== undefined && html`<p>${record.because}</p>`}<p class="facts">${record.created_by !== undefined && html`created by ${record.created_by}${record.created_at !== undefined && html` ${record.created_at}`} · `}${states.length > 1 && html`${states.map(([state, count]) => `${grouped(count)} ${state}`).join(', ')} · `}${wait !== undefined && wait.max > 0 && html`waiting ${wait.min}–${wait.max} min · `}${record.first_seen !== undefined && html`since ${timeText(record.first_seen)} · `}id <code>${record.id}</code></p>${labels.length > 0 && html`<p class="labels">${labels.slice(0, LABELS_MAX).map(({ text, count }) => html`<span>${text} <b>${grouped(count)}</b></span> `)}${labels.length > LABELS_MAX && `and ${labels.length - LABELS_MAX} more`}</p>`}${examples.length > 0 && html`<p class="facts">for example goroutine ${examples.map(({ goroutine }) => goroutine).join(', ')}</p>`}`
}

/** The path of the package is dimmed: the name after its last slash is what people know it by. */
export function functionName(name: string): Markup {
  const bracket = name.search(/[([]/)
  const slash = name.lastIndexOf('/', bracket === -1 ? name.length : bracket) + 1
  return html`<span class="fn">${slash > 0 && html`<span class="q">${name.slice(0, slash)}</span>`}${name.slice(slash)}</span>`
}
