/**
 * Answers for agents that ask about a log: short JSON texts, redacted, with the byte ranges and commands with which a person can check them. An
 * answer
 * that would be too long loses its least urgent parts, and says how many.
 */
import type { DumpRecord, DumpstreamRecord, FindingRecord, SignatureRecord } from '../core/records.ts'
import { readRecords } from '../input/recorded.ts'
import { inertJson, printable } from '../sinks/printable.ts'
import { redactRecord } from '../sinks/redact/redact.ts'

/** Longest answer, bytes of UTF-8. */
export const ANSWER_BYTES = 8_000
/** Sources of a log that are kept while it is read: the first ones. */
const SOURCES = 200
/** Frames of a stack in an overview. */
const FRAMES = 6
/** Longest text, characters: otherwise a log with a name of 10 kB could hide all findings from its reader. */
const TEXT_LENGTH = 600

/** The fields of a signature that are included, besides its stack. */
const SHOWN = [
  ...(['id', 'count', 'delta', 'verdict', 'because', 'states', 'function', 'file', 'line'] as const),
  ...(['created_by', 'created_at', 'counts', 'idle', 'labels'] as const),
]

interface SourceState {
  dumps: number
  last: DumpRecord
  findings: FindingRecord[]
  largest: SignatureRecord[]
}

type Item = Readonly<Record<string, unknown>>

/** The findings of the last dump of each source. */
export async function triage(path: string): Promise<string> {
  const sources = new Map<string, SourceState>()
  await readRecords(path, { stacks: 'always' }, (record) => noteLast(sources, record))
  if (sources.size === 0) return `no goroutine dump in ${printable(path)}`
  const items = [...sources.values()].flatMap(({ dumps, last, findings, largest }): Item[] => {
    const head = { ...place(path, last), kind: last.kind, reason: last.reason, goroutines: last.goroutines, dumps }
    if (findings.length === 0) return [{ ...head, findings: 'nothing stands out', largest: largest.map(signatureItem) }]
    return [head, ...findings.map((finding) => findingItem(finding))]
  })
  return bounded(items)
}

/** The changes between two dumps, as `dumpstream diff` finds them. */
export function diff(
  path: string,
  comparisons: readonly { readonly dump: DumpRecord; readonly changes: readonly SignatureRecord[] }[],
): string {
  const items = comparisons.flatMap(({ dump, changes }): Item[] => [
    { ...place(path, dump), goroutines: dump.goroutines, duration_s: dump.duration_s },
    ...changes.map((change) => signatureItem(redactRecord(change))),
  ])
  return comparisons.every(({ changes }) => changes.length === 0) ? 'no signature changed' : bounded(items)
}

/** One signature in every dump that has it, with its complete stack. */
export async function signature(path: string, id: string): Promise<string> {
  const items: Item[] = []
  let stack: readonly string[] | undefined
  let dump: DumpRecord | undefined
  await readRecords(path, { stacks: 'always' }, (record) => {
    if (record.type === 'dump') dump = redactRecord(record)
    if (record.type !== 'signature' || record.id !== id || dump === undefined) return
    stack ??= record.stack
    const { stack: _, ...rest } = signatureItem(redactRecord(record))
    items.push({ ...place(path, dump), ...rest })
  })
  if (items.length === 0)
    return `no signature ${printable(id)} in ${printable(path)}; triage lists those that stand out`
  // Newest first, so that only history is cut off.
  return bounded([{ id, stack: stack?.slice(0, 64) }, ...items.reverse()])
}

/** Who waits for whom, in the last dump of each source that shows it. */
export async function waits(path: string): Promise<string> {
  const sources = new Map<string, SourceState>()
  await readRecords(path, { stacks: 'always' }, (record) => noteLast(sources, record))
  const items = [...sources.values()].flatMap(({ last, findings }): Item[] => {
    const waiting = findings.filter(({ finding, waits_on }) => waits_on !== undefined || finding === 'deadlock')
    return waiting.length === 0 ? [] : [place(path, last), ...waiting.map((finding) => findingItem(finding))]
  })
  if (items.length > 0) return bounded(items)
  return `no goroutine of ${printable(path)} is known to wait for an object that others wait for as well; addresses are printed for locks, and for channels in SIGQUIT dumps only`
}

function noteLast(sources: Map<string, SourceState>, record: DumpstreamRecord): void {
  if (record.type === 'summary' || record.type === 'goroutine') return
  if (record.type === 'dump') {
    const known = sources.get(record.source)
    if (known === undefined && sources.size >= SOURCES) return
    sources.set(record.source, {
      dumps: (known?.dumps ?? 0) + 1,
      last: redactRecord(record),
      findings: [],
      largest: [],
    })
    return
  }
  const state = sources.get(record.source)
  if (state === undefined) return
  if (record.type === 'finding') state.findings.push(redactRecord(record))
  else if (state.largest.length < 3 && record.count > 0) state.largest.push(redactRecord(record))
}

/** The place of a dump, and the command that prints it. */
function place(path: string, dump: DumpRecord): Item {
  const [start, end] = dump.bytes
  return {
    source: dump.source,
    dump: dump.dump,
    time: dump.time,
    bytes: dump.bytes,
    evidence: `tail -c +${start + 1} ${shellWord(path)} | head -c ${end - start}`,
  }
}

function shellWord(text: string): string {
  return /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

function findingItem(record: FindingRecord): Item {
  const { v: _v, type: _type, source: _source, dump: _dump, stack, ...rest } = record
  return { ...rest, ...(stack === undefined ? {} : { stack: stack.slice(0, FRAMES) }) }
}

function signatureItem(record: SignatureRecord): Item {
  return { ...Object.fromEntries(SHOWN.map((field) => [field, record[field]])), stack: record.stack?.slice(0, FRAMES) }
}

/** Cuts long texts, names included. */
function shortened(value: unknown): unknown {
  if (typeof value === 'string') return short(value)
  if (Array.isArray(value)) return value.map(shortened)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [short(key), shortened(each)]))
}

function short(text: string): string {
  const left = text.length - TEXT_LENGTH
  return left <= 0 ? text : `${text.slice(0, TEXT_LENGTH)}… (${left} more)`
}

/** As many of the items, in order, as fit into an answer. */
function bounded(items: readonly Item[]): string {
  const lines: string[] = []
  let bytes = 0
  for (const [index, item] of items.entries()) {
    const line = inertJson(shortened(item))
    const size = Buffer.byteLength(line) + 1
    const left = items.length - index
    // Leave room for the line that says what is missing.
    if (bytes + size > ANSWER_BYTES - 80) {
      lines.push(`${left} more ${left === 1 ? 'item does' : 'items do'} not fit into this answer`)
      break
    }
    lines.push(line)
    bytes += size
  }
  return lines.join('\n')
}
