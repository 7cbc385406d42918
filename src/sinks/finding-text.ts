/** A finding as text: its title, the evidence, the place, and the creator. */
import type { FindingKind, Severity } from '../core/model.ts'
import type { DumpRecord, FindingRecord, MayHold, Parents, SignatureRecord, WaitsOn } from '../core/records.ts'
import { readFrame } from './last-dumps.ts'
import {
  baseName,
  bytesText,
  counted,
  grouped,
  placeOf,
  shortenFunction,
  spanText,
  sparkline,
  timeText,
} from './names.ts'
import { printable } from './printable.ts'
import type { Paint } from './style.ts'
import { cutEnd, displayWidth, padEnd, wrap } from './width.ts'

export const KIND_NAMES: Readonly<Record<FindingKind, string>> = {
  crash: 'crash',
  deadlock: 'deadlock',
  leak: 'leak',
  lost: 'lost',
  pile_up: 'pile-up',
  pool: 'pool',
  stuck: 'stuck',
  growing: 'growing',
  slow: 'slow',
  race: 'race',
  timeout: 'timeout',
}

const SEVERITY_STYLE = { critical: 'alarm', warning: 'warning', info: 'notice' } as const

/** Width of the word before a finding: the longest is `deadlock`. */
const KIND_COLUMN = 8
const INDENT = ' '.repeat(KIND_COLUMN + 1)
/** Frames of the stack that is shown for the worst finding. */
const FRAMES = 6
const OBJECTS = 3
/** Column where the sparkline of the counts ends on a wide terminal. */
const GRAPH_COLUMN = 100
const HOLDERS = 2
const LABELS = 3

export function paintSeverity(severity: Severity, text: string, paint: Paint): string {
  return paint[SEVERITY_STYLE[severity]](text)
}

/** One line. */
export function findingTitle(finding: FindingRecord, width: number, paint: Paint, before = ''): string {
  const kind = padEnd(KIND_NAMES[finding.finding].toUpperCase(), KIND_COLUMN)
  const title = cutBeforePlace(`${before}${printable(finding.title)}`, Math.max(8, width - INDENT.length))
  return `${paintSeverity(finding.severity, kind, paint)} ${title}`
}

/** Keeps the place at the end (` at cron.go:42`): the reader has to know where to look. */
function cutBeforePlace(title: string, width: number): string {
  const at = title.lastIndexOf(' at ')
  const room = width - displayWidth(title.slice(at))
  return at === -1 || room < 8 ? cutEnd(title, width) : `${cutEnd(title.slice(0, at), room)}${title.slice(at)}`
}

export interface FindingParts {
  readonly width: number
  readonly paint: Paint
  /** The record of the worst signature, if known. */
  readonly record: SignatureRecord | undefined
  readonly stack: boolean
  /** For a race: what each goroutine did, and where. */
  readonly race?: DumpRecord['race']
}

/** The finding with its evidence. */
export function findingLines(finding: FindingRecord, parts: FindingParts): string[] {
  const { width, paint, record } = parts
  const room = Math.max(24, width - INDENT.length)
  const indented = (text: string): string[] => wrap(text, room).map((line) => `${INDENT}${line}`)
  return [
    ...titleLines(finding, width, paint),
    ...indented(printable(finding.because)),
    ...(finding.function === undefined || parts.race !== undefined
      ? []
      : [`${INDENT}${paint.dim('in  ')} ${paint.bold(shortenFunction(printable(finding.function), room - 5))}`]),
    ...callerLine(finding, room, paint),
    ...creatorLine(finding, room, paint),
    ...rateLine(finding).flatMap(indented),
    ...[boundText(finding)].flatMap((text) => (text === undefined ? [] : indented(`reaches ${text}`))),
    ...[labelsText(record)].flatMap((text) => (text === undefined ? [] : indented(text))),
    ...waitLines(finding.waits_on ?? []).flatMap(indented),
    ...(finding.fault === undefined ? [] : indented(printable(finding.fault.replaceAll('_', ' ')))),
    ...(finding.hint === undefined ? [] : indented(`→ ${printable(finding.hint)}`)),
    ...(parts.race ?? []).flatMap(({ access, goroutine, stack }) => [
      `${INDENT}${printable(access.toLowerCase())} by ${goroutine === undefined ? 'the main goroutine' : `goroutine ${goroutine}`}`,
      ...stackLines(stack, room, paint),
    ]),
    // A single frame is already in the lines above.
    ...(parts.race === undefined && parts.stack && (finding.stack ?? []).length > 1
      ? stackLines(fromOwn(finding.stack ?? [], finding.function), room, paint, finding.stack?.length)
      : []),
  ]
}

/** The title and, to its right if there is room, the sparkline of the counts. */
function titleLines(finding: FindingRecord, width: number, paint: Paint): string[] {
  const kind = paintSeverity(finding.severity, padEnd(KIND_NAMES[finding.finding].toUpperCase(), KIND_COLUMN), paint)
  const counts = finding.counts ?? []
  const course = sparkline(counts)
  const graph = course === '' ? '' : `${grouped(counts[0] ?? 0)} ${course} ${grouped(counts.at(-1) ?? 0)}`
  const room = Math.max(24, width - INDENT.length)
  const title = wrap(printable(finding.title), room)
  const lines = title.map((line, i) => `${i === 0 ? `${kind} ` : INDENT}${paint.bold(line)}`)
  if (graph === '') return lines
  // Farther away, the two would not look as if they belong together.
  const gap = Math.min(room, GRAPH_COLUMN) - displayWidth(title.at(-1) ?? '') - displayWidth(graph)
  if (gap < 2) return [...lines, `${INDENT}${graph}`]
  return [...lines.slice(0, -1), `${lines.at(-1) ?? ''}${' '.repeat(gap)}${graph}`]
}

/** The caller, if other goroutines are in the same function. */
function callerLine({ caller }: FindingRecord, room: number, paint: Paint): string[] {
  if (caller === undefined) return []
  const { function: name, file, line } = readFrame(caller)
  const place = file === '' ? '' : ` ${printable(baseName(`${file}:${line}`))}`
  return [
    `${INDENT}${paint.dim('via ')} ${shortenFunction(printable(name), Math.max(8, room - 5 - displayWidth(place)))}${place}`,
  ]
}

const CLASSES = {
  resource_deadlock: 'all wait for locks',
  lock_over_channel: 'some wait for locks, some for channels',
  communication: 'none waits for a lock',
} as const satisfies Record<NonNullable<FindingRecord['class']>, string>

/** What goroutines that wait for each other are waiting for. */
export function classText({ class: kind }: FindingRecord): string | undefined {
  return kind === undefined ? undefined : CLASSES[kind]
}

/** `1 000 000 goroutines in 3h48m, at 2026-11-24 14:45:31Z`. */
export function boundText({ bound }: FindingRecord): string | undefined {
  if (bound === undefined) return undefined
  const { goroutines, memory, hours, at } = bound
  const what = memory === undefined ? counted(goroutines, 'goroutine') : `${bytesText(memory)} of stacks at the latest`
  return `${what} ${hours === 0 ? 'by now' : `in ${spanText(hours * 3600)}`}${at === undefined ? '' : `, at ${timeText(at)}`}`
}

/** `over 2 steps`: steps between dumps. */
export function stepsText({ steps }: FindingRecord): string | undefined {
  return steps === undefined ? undefined : `over ${counted(steps, 'step')}`
}

/** `from producer.(*Producer).Publish.func1 producer.go:27, all by one goroutine that is still alive`. */
function creatorLine(finding: FindingRecord, room: number, paint: Paint): string[] {
  const { because, created_by: creator, created_at: at, parents } = finding
  if (creator === undefined) return []
  const place = at === undefined ? '' : ` ${printable(at)}`
  const by = parents === undefined || because.includes(' started by ') ? '' : parentsText(finding.goroutines, parents)
  const name = printable(creator)
  const whole = `${name}${place}${by}`
  if (displayWidth(whole) + 5 <= room) return [`${INDENT}${paint.dim('from')} ${whole}`]
  const line = `${INDENT}${paint.dim('from')} ${shortenFunction(name, Math.max(8, room - 5 - displayWidth(place)))}${place}`
  return by === '' ? [line] : [line, `${INDENT}     ${cutEnd(by.replace(/^, /, ''), room - 5)}`]
}

/** `, all by one goroutine that is still alive`; empty if there is nothing to say. */
export function parentsText(goroutines: number, { distinct, alive }: Parents): string {
  if (goroutines === 1) return alive === 1 ? '' : ', by a goroutine that has exited'
  if (distinct === 1) return `, all by one goroutine that ${alive === 1 ? 'is still alive' : 'has exited'}`
  const each = distinct === goroutines ? 'one each ' : ''
  if (alive === 0) return `, ${each}by ${grouped(distinct)} goroutines that have exited`
  return `, ${each}by ${grouped(distinct)} goroutines, ${grouped(alive)} of them still alive`
}

function rateLine(finding: FindingRecord): string[] {
  const { per_hour: rate, since, because } = finding
  const parts = [
    ...(rate === undefined || because.includes(' an hour') ? [] : [`+${grouped(rate)} an hour`]),
    ...(since === undefined ? [] : [`since ${timeText(since)}`]),
    ...[stepsText(finding), classText(finding)].filter((part) => part !== undefined),
  ]
  return parts.length === 0 ? [] : [parts.join(', ')]
}

/** Labels that most of them share, as in `tenant=acme: 280 of 292`, for the keys with most goroutines. */
export function labelsText(record: SignatureRecord | undefined): string | undefined {
  if (record?.labels === undefined) return undefined
  const parts = Object.entries(record.labels).flatMap(([key, values]) => {
    const [first] = Object.entries(values).sort((a, b) => b[1] - a[1])
    return first === undefined ? [] : [{ text: `${printable(key)}=${printable(first[0])}`, count: first[1] }]
  })
  if (parts.length === 0) return undefined
  return parts
    .sort((a, b) => b.count - a.count)
    .slice(0, LABELS)
    .map(({ text, count }) => `${text}: ${grouped(count)} of ${grouped(record.count)}`)
    .join(', ')
}

function waitLines(waits: readonly WaitsOn[]): string[] {
  const lines = waits
    .slice(0, OBJECTS)
    .flatMap((wait) => [
      `${counted(wait.waiters, 'goroutine')} wait${wait.waiters === 1 ? 's' : ''} for ${wait.kind} ${printable(wait.object)}`,
      ...(wait.may_hold ?? []).slice(0, HOLDERS).map((holder) => `${holderText(holder)} may hold it`),
    ])
  return waits.length > OBJECTS ? [...lines, `… and ${counted(waits.length - OBJECTS, 'more object')}`] : lines
}

function holderText(holder: MayHold): string {
  const place = baseName(placeOf(holder))
  return `goroutine ${holder.goroutine} [${printable(holder.state)}] ${printable(holder.function)}${place === '' ? '' : ` ${place}`}`
}

/** The stack from the frame that the function called: with `GOTRACEBACK=system`, six frames of the runtime come before `sync.(*Mutex).Lock`. */
function fromOwn(stack: readonly string[], own: string | undefined): readonly string[] {
  if (stack.length <= FRAMES) return stack
  return stack.slice(Math.max(0, stack.findIndex((text) => readFrame(text).function === own) - 1))
}

/** Function and place of each frame, out of `length` frames; `--stacks always` shows whole paths. */
function stackLines(stack: readonly string[], room: number, paint: Paint, length = stack.length): string[] {
  const lines = stack.slice(0, FRAMES).map((text) => {
    const { function: name, file, line } = readFrame(text)
    if (file === '') return `${INDENT}  ${cutEnd(printable(name), room - 2)}`
    const place = printable(`${baseName(file)}:${line}`)
    const shown = shortenFunction(printable(name), Math.max(8, room - 3 - displayWidth(place)))
    return `${INDENT}  ${shown} ${paint.dim(paint.link(place, file, line))}`
  })
  const more = length - lines.length
  return more > 0 ? [...lines, paint.dim(`${INDENT}  … ${counted(more, 'more frame')}: --stacks always`)] : lines
}
