/** The table of signatures. Each row opens to show its stack, even without scripts; the script adds search, sorting and filters. */
import { readFrame } from '../last-dumps.ts'
import { counted, grouped, verdictWord } from '../names.ts'
import type { DumpPoint, SignatureHistory, SourceReport } from '../report/report.ts'
import { html, type Markup } from './markup.ts'
import { type TrendPoint, trend } from './trend.ts'
import { placeText } from './words.ts'

const LABELS_MAX = 12
const EXAMPLES_MAX = 3

/** `stacks`: by `PREFIX-ID`, for the rows that get one. */
export function signatureTable(
  source: SourceReport,
  prefix: string,
  rowsMax: number,
  stacks: ReadonlyMap<string, Markup>,
): Markup {
  const { last } = source
  const rows = source.signatures.slice(0, rowsMax)
  const left = source.signatures.slice(rowsMax).filter(({ record }) => last.counts.has(record.id))
  const rare = left.length + last.otherSignatures
  const rest = left.reduce((sum, { record }) => sum + (last.counts.get(record.id) ?? 0), last.others)
  // A single dump has neither change nor trend.
  const single = source.dumps.filter(({ whole }) => whole).length < 2
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="${prefix}-sigs"><table class="sigs${single && ' single'}" data-part="table"><thead><tr><th scope="col" class="n">Count<th scope="col" class="n">Change<th scope="col">Trend<th scope="col">Verdict<th scope="col">State<th scope="col">Function</thead><tbody>
${rows.map((row) => signatureRow(row, source, prefix, stacks.get(`${prefix}-${row.record.id}`)))}
</tbody></table></div>
${rest > 0 && html`<p class="quiet">${counted(rest, 'goroutine')} more, ${rare > 0 ? `in ${counted(rare, 'rarer signature')}` : 'in no signature: they are damaged'}.</p>`}`
}

function signatureRow(row: SignatureHistory, source: SourceReport, prefix: string, stack: Markup | undefined): Markup {
  const { record } = row
  const count = source.last.counts.get(record.id) ?? 0
  const verdict = count === 0 ? 'gone' : verdictWord(record)
  const states = Object.entries(record.states)
  // Its finding already says this.
  const covered = source.last.findings.some(({ signatures }) => signatures[0] === record.id)
  return html`<tr id="${prefix}-${record.id}"><td>${grouped(count)}<td>${change(record, count, source.last)}<td>${trend(trendOf(row, source))}<td>${verdict !== '' && html`<b class="v v-${verdict}">${verdict}</b>`}<td>${states[0]?.[0] ?? ''}${states.length > 1 && html` <span class="q">+${states.length - 1}</span>`}<td><details><summary>${functionName(record.function)} <u>${placeText(record)}</u></summary><div>${details(row, states, covered)}${stack ?? (record.stack !== undefined && html`<p class="late">`)}</div></details>
`
}

function trendOf({ counts }: SignatureHistory, { dumps }: SourceReport): TrendPoint[] {
  return dumps.flatMap(({ whole, fresh }, i) => (whole ? [{ count: counts[i] ?? 0, fresh }] : []))
}

function change(record: SignatureHistory['record'], count: number, last: DumpPoint): Markup | undefined {
  const delta = count === 0 || record.dump !== last.dump.dump ? undefined : record.delta
  if (delta === undefined || delta === 0) return undefined
  return delta > 0 ? html`<b class="up">+${grouped(delta)}</b>` : html`<b class="down">−${grouped(-delta)}</b>`
}

function details(
  { record, examples }: SignatureHistory,
  states: readonly (readonly [string, number])[],
  covered: boolean,
): Markup {
  const labels = Object.entries(record.labels ?? {}).flatMap(([key, values]) =>
    Object.entries(values).map(([value, count]) => ({ text: `${key}=${value}`, count })),
  )
  const wait = record.wait_minutes
  const facts = [
    ...(record.because === undefined || covered ? [] : [record.because]),
    ...(record.created_by === undefined
      ? []
      : [`created by ${record.created_by}${record.created_at === undefined ? '' : ` ${record.created_at}`}`]),
    ...(states.length > 1 ? [states.map(([state, count]) => `${grouped(count)} ${state}`).join(', ')] : []),
    ...(wait === undefined || wait.max === 0
      ? []
      : [`waiting ${wait.min === wait.max ? wait.max : `${wait.min}–${wait.max}`} minutes`]),
    ...(examples.length === 0
      ? []
      : [
          `goroutines ${examples
            .slice(0, EXAMPLES_MAX)
            .map(({ goroutine }) => goroutine)
            .join(', ')}, …`,
        ]),
  ]
  return html`<p>${facts.join('\n')}</p>${labels.length > 0 && html`<p class="labels">${labels.slice(0, LABELS_MAX).map(({ text, count }) => html`<span>${text} <b>${grouped(count)}</b></span> `)}${labels.length > LABELS_MAX && `and ${labels.length - LABELS_MAX} more`}</p>`}`
}

/** Frames as text, each as `producer.(*Producer).send producer.go:40`. The script replaces them with whole names and links. */
export function shortStack(stack: readonly string[]): Markup {
  return html`<pre>${stack
    .map((text) => {
      const { function: name, file, line } = readFrame(text)
      const short = name.slice(pathLength(name))
      return file === '' ? short : `${short}  ${placeText({ file, line })}`
    })
    .join('\n')}</pre>`
}

/** The path of the package is dimmed: people know the function by the name after the last slash. */
export function functionName(name: string): Markup {
  const path = pathLength(name)
  return html`${path > 0 && html`<i>${name.slice(0, path)}</i>`}<b>${name.slice(path)}</b>`
}

function pathLength(name: string): number {
  const bracket = name.search(/[([]/)
  return name.lastIndexOf('/', bracket === -1 ? name.length : bracket) + 1
}
