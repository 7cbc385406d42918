/** The findings, most urgent first: one card each, with its evidence. */
import type { FindingRecord, Parents, WaitsOn } from '../../core/records.ts'
import { boundText, classText, labelsText, parentsText, stepsText } from '../finding-text.ts'
import { readFrame } from '../last-dumps.ts'
import { grouped } from '../names.ts'
import { recordOf, type SourceReport } from '../report/report.ts'
import { literalPattern, shellQuoted } from '../shell.ts'
import { printCommand } from './dumps.ts'
import type { SourceLinks } from './links.ts'
import { html, type Markup } from './markup.ts'
import { functionName } from './signatures.ts'
import { linkedStack, place } from './stack.ts'
import { trend } from './trend.ts'
import { waitsGraph } from './waits.ts'
import { timeText } from './words.ts'

/** Cards that are open initially; the others show one line. */
const OPEN_MAX = 3
/** Cards that have all facts and the stack; for the others, these are in the table row. */
const FULL_MAX = 10
const FINDINGS_MAX = 40
/** Objects that a card names. */
const OBJECTS_MAX = 5

export function findingCards(source: SourceReport, prefix: string, links: SourceLinks): Markup {
  const findings = findingsOf(source)
  if (findings.length === 0)
    return html`<section class="findings" aria-label="Findings"><p class="fine">Nothing stands out in this dump.</p></section>`
  return html`<section class="findings" aria-label="Findings">
${findings
  .slice(0, FINDINGS_MAX)
  .map((finding, i) =>
    i < FULL_MAX ? card(finding, i < OPEN_MAX, source, prefix, links) : briefCard(finding, prefix),
  )}
${findings.length > FINDINGS_MAX && html`<p class="quiet">${findings.length - FINDINGS_MAX} less urgent findings are left out.</p>`}
${waitsGraph(findings, prefix)}</section>`
}

/** Findings of the dump that the page is about, and crashes and races from the other dumps. */
function findingsOf({ dumps, last }: SourceReport): FindingRecord[] {
  const others = dumps.filter((point) => point !== last && !point.whole)
  return [...last.findings, ...others.flatMap(({ findings }) => findings)]
}

function card(finding: FindingRecord, open: boolean, source: SourceReport, prefix: string, links: SourceLinks): Markup {
  const dump = source.dumps.find((point) => point.dump.dump === finding.dump)?.dump
  const facts = [
    fact('Function', finding.function !== undefined && functionName(finding.function)),
    fact('Called by', finding.caller !== undefined && caller(finding.caller, links)),
    fact('At', finding.file !== undefined && place(finding.file, finding.line, links)),
    fact(
      'Created by',
      finding.created_by !== undefined &&
        html`${functionName(finding.created_by)} ${finding.created_at !== undefined && html`<u>${finding.created_at}</u>`}${finding.parents !== undefined && !finding.because.includes(' started by ') && html`<span class="q">${parentsText(finding.goroutines, finding.parents)}</span>${toParent(finding.parents, prefix)}`}`,
    ),
    fact(
      'Counts',
      finding.counts !== undefined &&
        finding.counts.length > 1 &&
        html`${finding.counts.map(grouped).join(' → ')} ${trend(finding.counts.map((count) => ({ count, fresh: false })))}`,
    ),
    fact('Rate', finding.per_hour !== undefined && `${grouped(Math.round(finding.per_hour))} an hour`),
    fact('Reaches', boundText(finding)),
    fact('Since', [timeText(finding.since), stepsText(finding)].filter(Boolean).join(', ')),
    fact('Labels', labelsText(recordOf(finding, source))),
    fact('Fault', finding.fault?.replaceAll('_', ' ')),
    fact('Class', classText(finding)),
    fact('In the log', dump !== undefined && html`<code>${printCommand(dump)}</code>`),
    fact('All of its goroutines', finding.function !== undefined && html`<code>${matchCommand(finding)}</code>`),
  ]
  return html`<details class="card ${finding.severity}" data-key="${keyOf(finding)}"${open && html` open`}>${title(finding)}
<p>${finding.because}</p>
${finding.hint !== undefined && html`<p class="hint">${finding.hint}</p>`}
<dl>${facts}</dl>
${waits(finding.waits_on ?? [])}
${finding.stack !== undefined && finding.stack.length > 0 && html`<details class="fold" data-key="stack of ${keyOf(finding)}"><summary>Stack</summary>${linkedStack(finding.stack, links)}</details>`}
${toRow(finding, prefix)}</details>
`
}

function caller(text: string, links: SourceLinks): Markup {
  const { function: name, file, line } = readFrame(text)
  return html`${functionName(name)} ${file !== '' && place(file, line, links)}`
}

function briefCard(finding: FindingRecord, prefix: string): Markup {
  return html`<details class="card ${finding.severity}" data-key="${keyOf(finding)}">${title(finding)}<p>${finding.because}</p>${toRow(finding, prefix)}</details>
`
}

/** A key that stays the same from dump to dump, so that a live page can keep cards open. */
function keyOf({ source, finding, signatures }: FindingRecord): string {
  return `${finding} ${signatures[0] ?? ''} ${source}`
}

function title({ finding, title: text }: FindingRecord): Markup {
  return html`<summary><span class="kind">${finding.replaceAll('_', '-')}</span> <h3>${text}</h3></summary>`
}

function toRow({ signatures: [id] }: FindingRecord, prefix: string): Markup | undefined {
  return id === undefined ? undefined : html`<p><a href="#${prefix}-${id}">Show in the table of signatures</a></p>`
}

function toParent({ signatures: [id] = [] }: Parents, prefix: string): Markup | undefined {
  return id === undefined ? undefined : html` <a href="#${prefix}-${id}">where</a>`
}

function fact(name: string, value: Markup | string | undefined | false): Markup | undefined {
  return value === undefined || value === false || value === '' ? undefined : html`<div><dt>${name}<dd>${value}</div>`
}

function waits(objects: readonly WaitsOn[]): Markup | undefined {
  if (objects.length === 0) return undefined
  return html`<ul class="waits">${objects
    .slice(0, OBJECTS_MAX)
    .map(
      ({ kind, object, waiters, may_hold: holders = [] }) =>
        html`<li>${grouped(waiters)} wait for ${kind} <code>${object}</code>${holders.map(
          (each) => html`; goroutine ${each.goroutine} [${each.state}] may hold it, in ${functionName(each.function)}`,
        )}`,
    )}</ul>`
}

function matchCommand({ source, function: name = '' }: FindingRecord): string {
  const file = source === 'stdin' ? '' : ` ${shellQuoted(source)}`
  return `dumpstream --stacks always --match ${shellQuoted(literalPattern(name))}${file}`
}
