/** One dump as text: the findings first, then the table. Keeps the rows that are shown and sums up the rest. */
import type { FindingKind, Severity, Verdict } from '../core/model.ts'
import { FINDING_KINDS } from '../core/model.ts'
import type { DumpRecord, FindingRecord, SignatureRecord } from '../core/records.ts'
import { findingLines, findingTitle, KIND_NAMES, paintSeverity } from './finding-text.ts'
import { changeText, flow, headline, KIND_WORDS } from './headline.ts'
import { counted, grouped, shortenFunction, signed, timeText, verdictWord } from './names.ts'
import { isWanted, type Narrowing, type PrintedStacks } from './narrow.ts'
import { printable } from './printable.ts'
import type { Paint } from './style.ts'
import { paintVerdict, tableLines } from './table.ts'
import { cutEnd, wrap } from './width.ts'

export interface TextOptions {
  readonly narrowing: Narrowing
  readonly paint: Paint
  /** Columns available; evaluated for each dump. */
  readonly width: () => number
  /** Lines of the screen; undefined without a screen. */
  readonly height: () => number | undefined
  /** Which stacks to print below the table. */
  readonly stacks: PrintedStacks
  /** Only findings, one line each; nothing if there are none. */
  readonly quiet: boolean
  /** Whether the last line says what was read. */
  readonly summary: boolean
}

/** Rows of a table if neither `--top` nor a screen limits them. */
const ROWS = 20
const ROWS_LEAST = 3
/** Vanished signatures that are named; further ones are only counted. */
const GONE_NAMED = 3
/** Findings that are shown with their evidence, and findings that get at least a line, … */
const FINDINGS_FULL = 4
const FINDINGS_SHOWN = 10
/** … and the minimum of these, however short the screen is. */
const FINDINGS_LEAST = 4
/** Number of largest signatures whose labels a finding may show. */
const RECORDS_MAX = 200

export class DumpText {
  readonly dump: DumpRecord
  readonly #options: TextOptions
  readonly #rows: SignatureRecord[] = []
  readonly #findings: FindingRecord[] = []
  /** Records of signatures that findings may be about. Records come in order of size, so these are the largest. */
  readonly #records = new Map<string, SignatureRecord>()
  readonly #gone: SignatureRecord[] = []
  readonly #wantedIds = new Set<string>()
  /** Ids by verdict, for the line of counts. */
  readonly #verdicts = new Map<Verdict | 'idle' | '', string[]>()
  #goneCount = 0
  #change: number | undefined
  #wanted = 0
  #wantedGoroutines = 0
  #wantedChange: number | undefined
  #idle = 0
  #idleGoroutines = 0

  constructor(dump: DumpRecord, options: TextOptions) {
    this.dump = dump
    this.#options = options
  }

  add(record: SignatureRecord): void {
    const { narrowing } = this.#options
    if (record.delta !== undefined) this.#change = (this.#change ?? 0) + record.delta
    if (!isWanted(record, narrowing)) return
    if (record.delta !== undefined) this.#wantedChange = (this.#wantedChange ?? 0) + record.delta
    this.#wantedIds.add(record.id)
    if (record.count === 0) {
      this.#goneCount++
      if (this.#gone.length < GONE_NAMED) this.#gone.push(record)
      return
    }
    const isSetAside = record.idle === true && !this.#showsIdle
    const word = verdictWord(record)
    const ids = this.#verdicts.get(word)
    if (ids === undefined) this.#verdicts.set(word, [record.id])
    else ids.push(record.id)
    this.#wanted++
    this.#wantedGoroutines += record.count
    if (isSetAside) {
      this.#idle++
      this.#idleGoroutines += record.count
    }
    if (this.#records.size < RECORDS_MAX) this.#records.set(record.id, record)
    const { top } = narrowing
    if (isSetAside || (top !== 0 && this.#rows.length >= (top ?? ROWS))) return
    this.#rows.push(record)
  }

  addFinding(finding: FindingRecord): void {
    this.#findings.push(finding)
  }

  /** A filter shows the idle goroutines that match, too. */
  get #showsIdle(): boolean {
    const { match, states, minCount, top } = this.#options.narrowing
    return match !== undefined || states !== undefined || minCount !== undefined || top === 0
  }

  /** Findings about wanted signatures, most urgent first. */
  get findings(): readonly FindingRecord[] {
    return this.#findings.filter(
      ({ signatures }) => signatures.length === 0 || signatures.some((id) => this.#wantedIds.has(id)),
    )
  }

  /** One line, for a dump that is followed by others. */
  briefLine(width: number): string {
    const parts = [
      `dump ${this.dump.dump}`,
      ...(KIND_WORDS[this.dump.kind] === '' || this.dump.kind === 'race' ? [] : [KIND_WORDS[this.dump.kind]]),
      ...(this.dump.time === undefined ? [] : [timeText(this.dump.time)]),
      ...(this.dump.kind === 'race'
        ? this.findings.map(({ title }) => printable(title))
        : [
            `${counted(this.dump.goroutines, 'goroutine')}${changeText(this.dump, this.#change)}`,
            ...this.#findingCounts().map(([text]) => text),
          ]),
      ...(this.dump.reason === undefined ? [] : [printable(this.dump.reason)]),
    ]
    return this.#options.paint.dim(cutEnd(`  ${parts.join(' · ')}`, width))
  }

  /** `taken`: lines of the screen that are already in use. */
  lines(taken = 0): string[] {
    const { paint } = this.#options
    const width = this.#options.width()
    const below = this.#below(width)
    const head = [...headline(this.dump, this.#change, width, paint), ...this.#countLine(width)]
    // A blank line, the head of the table, the line about hidden rows, and the two lines that end a run.
    const around = taken + head.length + below.length + (this.findings.length > 0 ? 5 : 4)
    const above = [...head, ...this.#findingsThatFit(width, around)]
    const rows = this.#rowsThatFit(around + above.length - head.length)
    const rest = [
      ...(rows.length > 0 ? tableLines(rows, width, paint) : []),
      ...[...this.#hidden(rows), ...below].map((line) => paint.dim(cutEnd(line, width))),
      ...this.#sentences(rows, width),
      ...this.#stacks(rows),
    ]
    return rest.length > 0 && this.findings.length > 0 ? [...above, '', ...rest] : [...above, ...rest]
  }

  /** `--quiet`: one line per finding. */
  quietLines(): string[] {
    const width = this.#options.width()
    const source = printable(this.dump.source)
    return this.findings.map((finding) => findingTitle(finding, width, this.#options.paint, `${source}: `))
  }

  /** `3 leak · 1 pile-up · 6 idle · 281 steady`. */
  #countLine(width: number): string[] {
    const { paint } = this.#options
    if (this.#wanted === 0 && this.#findings.length === 0) return []
    const found = this.#findingCounts()
    const parts =
      found.length === 0
        ? [paint.good('nothing stands out')]
        : found.map(([text, severity]) => paintSeverity(severity, text, paint))
    const named = new Set(this.findings.flatMap(({ signatures }) => signatures))
    for (const word of COUNTED) {
      const rest = (this.#verdicts.get(word) ?? []).filter((id) => !named.has(id)).length
      if (rest > 0) parts.push(`${grouped(rest)} ${word === '' ? 'other' : word}`)
    }
    return flow(parts, ' · ', width)
  }

  #findingCounts(): [text: string, severity: Severity][] {
    const counts = new Map<FindingKind, { count: number; severity: Severity }>()
    for (const { finding, severity } of this.findings) {
      const known = counts.get(finding)
      if (known === undefined) counts.set(finding, { count: 1, severity })
      else known.count++
    }
    return FINDING_KINDS.flatMap((kind): [string, Severity][] => {
      const known = counts.get(kind)
      return known === undefined ? [] : [[`${grouped(known.count)} ${KIND_NAMES[kind]}`, known.severity]]
    })
  }

  /** The headline must not scroll away: on a short screen fewer findings show their evidence, then fewer are named, then the stack is left out. */
  #findingsThatFit(width: number, around: number): string[] {
    const height = this.#options.height() ?? Number.POSITIVE_INFINITY
    const rows = Math.min(ROWS_LEAST, this.#rows.length)
    const plan = { full: FINDINGS_FULL, shown: FINDINGS_SHOWN, stack: true }
    for (;;) {
      const lines = this.#findingLines(width, plan)
      if (around + lines.length + rows <= height) return lines
      if (plan.full > 1) plan.full--
      else if (plan.shown > FINDINGS_LEAST) plan.shown--
      else if (plan.stack) plan.stack = false
      else return lines
    }
  }

  #findingLines(width: number, { full, shown, stack }: { full: number; shown: number; stack: boolean }): string[] {
    const { paint } = this.#options
    const { findings } = this
    const lines: string[] = []
    for (const [index, finding] of findings.slice(0, shown).entries()) {
      if (index >= full) {
        lines.push(...(index === full ? [''] : []), findingTitle(finding, width, paint))
        continue
      }
      const [worst] = finding.signatures
      const record = worst === undefined ? undefined : this.#records.get(worst)
      lines.push(
        '',
        ...findingLines(finding, { width, paint, record, stack: stack && index === 0, race: this.dump.race }),
      )
    }
    const more = findings.length - shown
    if (more > 0) lines.push(paint.dim(`  … and ${counted(more, 'more finding')}`))
    return lines
  }

  #rowsThatFit(taken: number): readonly SignatureRecord[] {
    const height = this.#options.height()
    if (height === undefined || this.#options.narrowing.top !== undefined) return this.#rows
    return this.#rows.slice(0, Math.max(ROWS_LEAST, height - taken))
  }

  #hidden(rows: readonly SignatureRecord[]): string[] {
    const hidden = this.#wanted - rows.length - this.#idle
    if (hidden <= 0) return []
    const shown = rows.reduce((sum, { count }) => sum + count, 0)
    const rest = this.#wantedGoroutines - this.#idleGoroutines - shown
    return [`  … and ${counted(hidden, 'more signature')}, ${counted(rest, 'goroutine')}`]
  }

  #below(width: number): string[] {
    const lines: string[] = []
    if (this.#idle > 0)
      lines.push(
        `  ${counted(this.#idleGoroutines, 'goroutine')} idle in ${counted(this.#idle, 'signature')}: --top 0 shows them`,
      )
    const narrowed = this.#narrowedBy()
    if (narrowed !== undefined) {
      const change = this.#wantedChange === undefined ? '' : ` (${signed(this.#wantedChange)})`
      const goroutines = `${counted(this.#wantedGoroutines, 'goroutine')}${change}`
      lines.push(`  ${narrowed}: ${goroutines} in ${counted(this.#wanted, 'signature')}`)
    }
    if (this.#goneCount > 0) {
      const named = this.#gone.map((record) => shortenFunction(printable(record.function), Math.max(24, width / 3)))
      const more = this.#goneCount - named.length
      lines.push(`  gone: ${named.join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`)
    }
    const other = this.dump.other?.count ?? 0
    if (other > 0) lines.push(`  ${counted(other, 'goroutine')} in no signature`)
    return lines
  }

  #narrowedBy(): string | undefined {
    const { match, states, minCount, baseline } = this.#options.narrowing
    const parts = [
      ...(baseline === undefined ? [] : ['above the baseline']),
      ...(match === undefined ? [] : [`matching ${match}`]),
      ...(states === undefined ? [] : [`in ${states.join(' or ')}`]),
      ...(minCount === undefined || minCount <= 1 ? [] : [`at least ${grouped(minCount)}`]),
    ]
    return parts.length === 0 ? undefined : printable(parts.join(', '))
  }

  /** Sentences for verdicts without a finding: a comparison of two dumps has no findings. */
  #sentences(rows: readonly SignatureRecord[], width: number): string[] {
    const { paint } = this.#options
    const named = new Set(this.#findings.flatMap(({ signatures }) => signatures))
    return rows.flatMap((record) => {
      const said = record.verdict === 'leaking' || record.verdict === 'growing' || record.verdict === 'stuck'
      if (!said || record.because === undefined || named.has(record.id)) return []
      const verdict = paintVerdict(record.verdict, record.verdict, paint)
      const room = Math.max(20, width - 4)
      return [
        `  ${verdict} ${paint.bold(shortenFunction(printable(record.function), room - record.verdict.length - 1))}`,
        ...wrap(printable(record.because), room).map((line) => `    ${line}`),
      ]
    })
  }

  /** Frames are not cut, so that they can be copied. */
  #stacks(rows: readonly SignatureRecord[]): string[] {
    const { paint, stacks } = this.#options
    return rows.flatMap((record) =>
      record.stack === undefined || !stacks.shows(record)
        ? []
        : [
            '',
            `  ${paint.bold(grouped(record.count))} × ${printable(record.function)} ${paint.dim(record.id)}`,
            ...record.stack.map((frame) => `    ${printable(frame)}`),
            ...(record.created_by === undefined ? [] : [paint.dim(`    created by ${printable(record.created_by)}`)]),
          ],
    )
  }
}

/** Order in which signatures without a finding are counted. */
const COUNTED = ['leaking', 'stuck', 'growing', 'new', 'shrinking', '', 'idle', 'steady'] as const
