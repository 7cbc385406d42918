/**
 * Masks secrets where records leave the machine or are passed on. What a developer wrote (functions, files) and ids are left alone; what a
 * program handled (panic values, labels) is searched, and so are the names that shippers give.
 */
import type { RecordFrame } from '../../carriers/carrier.ts'
import type { DumpRecord, DumpstreamRecord, FleetRecord } from '../../core/records.ts'
import type { RecordSink, SinkResult } from '../sink.ts'
import { mask, RULES, type Rule, SECRET_NAME } from './rules.ts'

/** Texts that are cached: each signature of a dump repeats its source. */
const REMEMBERED = 2_000
const REMEMBERED_LENGTH = 512
/** Ids from orchestrators are not secrets, and telemetry is correlated by them: `container.id`, `k8s.pod.uid`, `vcs.revision`. */
const ID_NAME = /(?:^|[._-])(?:u?id|digest|revision|commit|sha)$/i
/** `/var/lib/docker/containers/<id>/<id>-json.log`, `docker-<id>.scope`: the name of a container is a hash. */
const CONTAINER = /(?<=(?:containers\/|containerd[-:]|docker-|crio-)(?:[0-9a-f]{64}\/)?)[0-9a-f]{64}/
const RULES_OF_IDS = RULES.filter(({ name }) => name !== 'hex' && name !== 'base64')

const remembered = new Map<string, string>()

/** Masks what looks like a secret. Linear in the length of the text. */
export function redactText(text: string): string {
  const known = remembered.get(text)
  if (known !== undefined) return known
  const masked = applyRules(text, RULES)
  if (text.length <= REMEMBERED_LENGTH) {
    if (remembered.size >= REMEMBERED) remembered.clear()
    remembered.set(text, masked)
  }
  return masked
}

function applyRules(text: string, rules: readonly Rule[]): string {
  let masked = text
  for (const rule of rules) {
    if (rule.hint?.test(masked) === false) continue
    masked = masked.replace(rule.pattern, (match: string, ...rest: unknown[]) => {
      const groups = rest.at(-1)
      const secret = hasSecret(groups) ? groups.secret : match
      if (rule.accept?.(secret) === false) return match
      const at = match.lastIndexOf(secret)
      return `${match.slice(0, at)}${mask(rule, secret)}${match.slice(at + secret.length)}`
    })
  }
  return masked
}

function hasSecret(groups: unknown): groups is { readonly secret: string } {
  return typeof groups === 'object' && groups !== null && 'secret' in groups && typeof groups.secret === 'string'
}

/** Masks the name of a pod, a file or a stream; the id of a container is kept. */
export function redactSource(source: string): string {
  return CONTAINER.test(source) ? applyRules(source, RULES_OF_IDS) : redactText(source)
}

/** Masks a value, whose name may say more than its form. */
function redactNamed(name: string, value: string): string {
  if (SECRET_NAME.test(name)) return '[secret]'
  return ID_NAME.test(name) ? applyRules(value, RULES_OF_IDS) : redactText(value)
}

/** The same record with its secrets masked; ids, functions, files and numbers are unchanged. */
export function redactRecord<T extends DumpstreamRecord | FleetRecord>(record: T): T
export function redactRecord(record: DumpstreamRecord | FleetRecord): DumpstreamRecord | FleetRecord {
  switch (record.type) {
    case 'dump':
      return redactDump(record)
    case 'signature':
      return {
        ...record,
        source: redactSource(record.source),
        ...(record.because === undefined ? {} : { because: redactText(record.because) }),
        ...(record.labels === undefined ? {} : { labels: redactCounts(record.labels) }),
      }
    case 'goroutine':
      return {
        ...record,
        source: redactSource(record.source),
        ...(record.labels === undefined ? {} : { labels: redactValues(record.labels) }),
      }
    case 'finding':
      return {
        ...record,
        source: redactSource(record.source),
        title: redactText(record.title),
        because: redactText(record.because),
        ...(record.hint === undefined ? {} : { hint: redactText(record.hint) }),
      }
    case 'summary':
      return { ...record, source: redactSource(record.source) }
    case 'fleet':
      return {
        ...record,
        worst: { ...record.worst, source: redactSource(record.worst.source) },
        ...(record.label === undefined
          ? {}
          : { label: { ...record.label, value: redactNamed(record.label.key, record.label.value) } }),
      }
  }
}

function redactDump(record: DumpRecord): DumpRecord {
  return {
    ...record,
    source: redactSource(record.source),
    ...(record.reason === undefined ? {} : { reason: redactText(record.reason) }),
    ...(record.process === undefined ? {} : { process: redactText(record.process) }),
    ...(record.attributes === undefined ? {} : { attributes: redactValues(record.attributes) }),
  }
}

function redactValues(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [redactText(name), redactNamed(name, value)] as const),
  )
}

/** Values that are equal once masked are summed. */
function redactCounts(
  labels: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Record<string, Record<string, number>> {
  return Object.fromEntries(
    Object.entries(labels).map(([name, values]) => {
      const counts = new Map<string, number>()
      for (const [value, count] of Object.entries(values)) {
        const masked = redactNamed(name, value)
        counts.set(masked, (counts.get(masked) ?? 0) + count)
      }
      return [redactText(name), Object.fromEntries(counts)] as const
    }),
  )
}

/** Passes masked records on. */
export class RedactingSink implements RecordSink {
  readonly #sink: RecordSink

  constructor(sink: RecordSink) {
    this.#sink = sink
  }

  record(record: DumpstreamRecord, frame?: RecordFrame): void {
    this.#sink.record(redactRecord(record), frame)
  }

  settle(): void {
    this.#sink.settle?.()
  }

  end(): SinkResult | Promise<SinkResult> {
    return this.#sink.end()
  }
}
