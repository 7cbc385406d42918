/** The list of dumps: where each is in the log, and the command that prints it again. */
import type { DumpRecord } from '../../core/records.ts'
import { grouped } from '../names.ts'
import type { SourceReport } from '../report/report.ts'
import { shellQuoted } from '../shell.ts'
import { html, type Markup } from './markup.ts'
import { timeText } from './words.ts'

export function dumpList(source: SourceReport, prefix: string): Markup {
  return html`<section class="part" aria-labelledby="${prefix}-dumps"><h2 id="${prefix}-dumps">Dumps</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="${prefix}-dumps"><table class="dumps"><thead><tr><th scope="col">Dump<th scope="col">Time<th scope="col" class="n">Goroutines<th scope="col" class="n">Signatures<th scope="col">Notes<th scope="col">Bytes in the log<th scope="col">Command that prints it</thead><tbody>
${source.dumps.toReversed().map(({ dump, fresh }) => {
  return html`<tr><th scope="row">${dump.dump}<td>${timeText(dump.time)}<td class="n">${grouped(dump.goroutines)}<td class="n">${grouped(dump.signatures)}<td>${notes(dump, fresh)}<td class="mono">${dump.bytes[0]}–${dump.bytes[1]}<td><code>${printCommand(dump)}</code>`
})}
</tbody></table></div>${source.dropped > 0 && html`<p class="quiet">${grouped(source.dropped)} older dumps are not in this report.</p>`}</section>`
}

/** `tail` counts from 1. A source that is not a file is also given by its name: its log may be kept anywhere. */
export function printCommand({ source, bytes: [from, to] }: DumpRecord): string {
  const file = source === 'stdin' ? '' : ` ${shellQuoted(source.startsWith('-') ? `./${source}` : source)}`
  return `tail -c +${from + 1}${file} | head -c ${to - from}`
}

function notes(dump: DumpRecord, fresh: boolean): string {
  const parts = [
    ...(dump.kind === 'all' ? [] : [dump.kind]),
    ...(dump.format === 'profile' ? ['profile'] : []),
    ...(dump.reason === undefined ? [] : [dump.reason]),
    ...(fresh && dump.dump > 1 ? ['another process'] : []),
    ...(dump.foreign_lines > 0 ? [`${grouped(dump.foreign_lines)} log lines in between`] : []),
    ...(dump.damaged > 0 ? [`${grouped(dump.damaged)} damaged`] : []),
    ...(dump.truncated ? ['truncated'] : []),
    ...(dump.limits === undefined ? [] : [`limits hit: ${dump.limits.join(', ')}`]),
  ]
  return parts.join(' · ')
}
