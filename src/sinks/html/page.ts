/** The parts of a report page in order: the findings first, the position of the dumps in the log last. */
import type { FindingRecord } from '../../core/records.ts'
import { readFrame, type StackFrame } from '../last-dumps.ts'
import { counted, grouped } from '../names.ts'
import type { FleetKey } from '../report/fleet.ts'
import type { Report, SourceReport } from '../report/report.ts'
import { packData, pageData } from './data.ts'
import { dumpList } from './dumps.ts'
import { findingCards } from './findings.ts'
import { fleetSection } from './fleet.ts'
import { SourceLinks } from './links.ts'
import { html, type Markup } from './markup.ts'
import { shortStack, signatureTable } from './signatures.ts'
import { stateTable } from './states.ts'
import { timeSpan, timeText, verdictCounts } from './words.ts'

export interface PageOptions {
  /** `--source-url`: `{path}` and `{line}` in it are replaced. */
  readonly sourceUrl: string | undefined
  /** What several sources are compared by; undefined: by signature. */
  readonly by: FleetKey | undefined
  /** For a live page: changes with the report. */
  readonly version?: string
}

/** Sources that have a section; the others are only in the table of all sources. */
const SECTIONS_MAX = 12
/** Sections that are open initially, if there are several. */
const OPEN_MAX = 2
/** Rows of signatures: total for the page, and maximum and minimum per source. */
const ROWS = { page: 1_500, most: 500, least: 100 } as const
/**
 * Characters of the page up to which rows get their stacks as markup, for readers without scripts; the script has all stacks. With script and
 * style, which are not counted, a page with 300 signatures and 20 dumps stays below 400 kB.
 */
const PAGE_BYTES = 300_000
/** Characters for stacks in rows, however long the page is. */
const STACK_BYTES_LEAST = 25_000

/** The part between the page's head and its script, which changes with each dump. */
export function pageBody(report: Report, options: PageOptions): Markup {
  const shown = mostUrgent(report)
  const links = new SourceLinks(options.sourceUrl, framesOf(shown))
  const data = packData(pageData(report, shown, links))
  const body = (
    stacks: ReadonlyMap<string, Markup>,
  ): Markup => html`<header><p class="brand">dumpstream</p>${headline(report)}</header>
<main id="main">
${fleetSection(report, shown, options.by)}${shown.map((source, i) => sourceSection(source, i, shown.length, { links, stacks }))}
${report.sources.length === 0 && html`<p class="empty">There was no goroutine dump in the input.</p>`}
</main>
<div id="data" hidden>${data}</div>`
  const bare = body(new Map())
  return body(chooseStacks(shown, Math.max(STACK_BYTES_LEAST, PAGE_BYTES - bare.text.length)))
}

interface SectionParts {
  readonly links: SourceLinks
  /** Source and id of a signature → its stack. */
  readonly stacks: ReadonlyMap<string, Markup>
}

/** Signatures with findings come first, then the largest of each source in turn. */
function chooseStacks(shown: readonly SourceReport[], bytes: number): Map<string, Markup> {
  const stacks = new Map<string, Markup>()
  let left = bytes
  const add = (prefix: string, id: string, stack: readonly string[] | undefined): void => {
    const key = `${prefix}-${id}`
    if (stack === undefined || stack.length === 0 || stacks.has(key)) return
    const markup = shortStack(stack)
    if (markup.text.length > left) return
    left -= markup.text.length
    stacks.set(key, markup)
  }
  for (const [i, { last, signatures }] of shown.entries()) {
    const urgent = new Set(last.findings.flatMap((finding) => finding.signatures))
    for (const { record } of signatures) if (urgent.has(record.id)) add(`s${i}`, record.id, record.stack)
  }
  for (let row = 0; row < ROWS.most; row++)
    for (const [i, { signatures }] of shown.entries()) {
      const record = signatures[row]?.record
      if (record !== undefined) add(`s${i}`, record.id, record.stack)
    }
  return stacks
}

function headline(report: Report): Markup {
  const [only] = report.sources
  const goroutines = report.sources.reduce((sum, { last }) => sum + last.dump.goroutines, 0)
  if (report.sources.length !== 1 || only === undefined)
    return html`<h1>${counted(report.sources.length, 'source')}</h1><p class="meta">${counted(goroutines, 'goroutine')} in their last dumps</p>`
  return html`<h1>${only.source}</h1>${sourceMeta(only)}`
}

function sourceMeta({ dumps, dropped, last }: SourceReport): Markup {
  const times = dumps.flatMap(({ dump }) => dump.time ?? [])
  return html`<p class="meta"><b>${counted(last.dump.goroutines, 'goroutine')}</b>${change(dumps, last)} in ${counted(last.dump.signatures, 'signature')} · dump ${last.dump.dump} of ${dumps.length + dropped}${times.length > 0 && html` · ${timeText(times.at(-1))}`}${times.length > 1 && html`, ${timeSpan(times[0], times.at(-1))} after the first`}${last.dump.process !== undefined && html` · process ${last.dump.process}`}</p>`
}

function change(dumps: SourceReport['dumps'], last: SourceReport['last']): Markup | undefined {
  const before = dumps.slice(0, dumps.indexOf(last)).findLast(({ whole }) => whole)
  if (before === undefined || last.fresh) return undefined
  const delta = last.dump.goroutines - before.dump.goroutines
  if (delta === 0) return html` (no change)`
  return html` (<span class="${delta > 0 ? 'up' : 'down'}">${delta > 0 ? '+' : '−'}${grouped(Math.abs(delta))}</span>)`
}

function sourceSection(source: SourceReport, index: number, of: number, { links, stacks }: SectionParts): Markup {
  const prefix = `s${index}`
  const rows = Math.min(ROWS.most, Math.max(ROWS.least, Math.floor(ROWS.page / of)))
  const parts = html`<p class="counts">${verdictCounts(source)}</p>
${findingCards(source, prefix, links)}
${chart(source, prefix)}
<section class="part" aria-labelledby="${prefix}-sigs"><h2 id="${prefix}-sigs">Signatures</h2>
${signatureTable(source, prefix, rows, stacks)}</section>
<section class="part" aria-labelledby="${prefix}-flame"><h2 id="${prefix}-flame">All stacks</h2>
<div class="flame" data-part="flame"><noscript><p class="quiet">The flame graph needs scripts.</p></noscript></div></section>
${stateTable(source, prefix)}
${dumpList(source, prefix)}`
  const key = `source ${source.source}`
  if (of === 1)
    return html`<section class="source" id="${prefix}" data-key="${key}" aria-label="${source.source}">${parts}</section>`
  return html`<details class="source" id="${prefix}" data-key="${key}"${index < OPEN_MAX && html` open`}><summary><h2 class="name">${source.source}</h2></summary>${sourceMeta(source)}
${parts}</details>`
}

/** A single dump is not a curve. */
function chart(source: SourceReport, prefix: string): Markup | undefined {
  if (source.dumps.filter(({ whole }) => whole).length < 2) return undefined
  return html`<section class="part" aria-labelledby="${prefix}-time"><h2 id="${prefix}-time">Goroutines over time</h2>
<div class="chart" data-part="chart"><noscript><p class="quiet">The chart needs scripts. The counts are in the tables below.</p></noscript></div></section>`
}

const SEVERITIES: Readonly<Record<FindingRecord['severity'], number>> = { critical: 0, warning: 1, info: 2 }

/** The sources with the most urgent findings. */
function mostUrgent(report: Report): SourceReport[] {
  const urgency = ({ last }: SourceReport): number =>
    last.findings.reduce((least, { severity }) => Math.min(least, SEVERITIES[severity]), 3)
  return [...report.sources]
    .sort((a, b) => urgency(a) - urgency(b) || b.last.dump.goroutines - a.last.dump.goroutines)
    .slice(0, SECTIONS_MAX)
}

function* framesOf(sources: readonly SourceReport[]): Generator<StackFrame> {
  for (const { signatures } of sources)
    for (const { record } of signatures) for (const text of record.stack ?? []) yield readFrame(text)
}
