/**
 * Validates records. They are read back from a file that anybody may have written, and a field of the wrong type would cause an error far from
 * here. Fields that a later version adds are passed on unread.
 */
import { FINDING_KINDS } from '../core/model.ts'
import type { DumpstreamRecord } from '../core/records.ts'

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string'
const flag: Check = (value) => typeof value === 'boolean'
const count: Check = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
const change: Check = (value) => Number.isSafeInteger(value)
const amount: Check = (value) => typeof value === 'number' && value >= 0
const time: Check = (value) => typeof value === 'string' && Number.isFinite(Date.parse(value))
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const mapOf =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(check)
const oneOf =
  (words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value)
const shape =
  (fields: Fields): Check =>
  (value) =>
    isObject(value) && hasShape(value, fields)

interface Fields {
  readonly needed: Readonly<Record<string, Check>>
  readonly optional: Readonly<Record<string, Check>>
}

const parents = shape({ needed: { distinct: count, alive: count }, optional: { signatures: listOf(text) } })
const place = { function: text, file: text, line: count }
const mayHold = shape({ needed: { goroutine: count, state: text, function: text }, optional: place })
const waitsOn = shape({ needed: { kind: text, object: text, waiters: count }, optional: { may_hold: listOf(mayHold) } })

const FIELDS: Readonly<Record<string, Fields>> = {
  dump: {
    needed: {
      dump: count,
      source: text,
      kind: oneOf(['all', 'single', 'panic', 'fatal', 'signal', 'leak', 'race', 'timeout']),
      format: oneOf(['stack', 'profile']),
      goroutines: count,
      signatures: count,
      bytes: (value) => Array.isArray(value) && value.length === 2 && value.every(count),
      foreign_lines: count,
      damaged: count,
      truncated: flag,
    },
    optional: {
      other: shape({ needed: { count }, optional: {} }),
      limits: listOf(text),
      reason: text,
      time,
      process: text,
      attributes: mapOf(text),
      duration_s: amount,
      race: listOf(shape({ needed: { access: text, stack: listOf(text) }, optional: { goroutine: count } })),
    },
  },
  signature: {
    needed: { dump: count, source: text, id: text, count, states: mapOf(count), function: text },
    optional: {
      ...place,
      delta: change,
      verdict: oneOf(['leaking', 'growing', 'stuck', 'steady', 'shrinking', 'new', 'gone']),
      because: text,
      wait_minutes: shape({ needed: { min: count, max: count }, optional: {} }),
      survivors: count,
      new: count,
      created_by: text,
      created_at: text,
      counts: listOf(count),
      first_seen: time,
      parents,
      idle: flag,
      stack: listOf(text),
      labels: mapOf(mapOf(count)),
    },
  },
  finding: {
    needed: {
      dump: count,
      source: text,
      rank: count,
      finding: oneOf(FINDING_KINDS),
      severity: oneOf(['critical', 'warning', 'info']),
      goroutines: count,
      title: text,
      because: text,
      signatures: listOf(text),
    },
    optional: {
      ...place,
      created_by: text,
      created_at: text,
      parents,
      counts: listOf(count),
      per_hour: amount,
      bound: shape({ needed: { goroutines: amount, hours: amount }, optional: { memory: amount, at: time } }),
      since: time,
      fault: text,
      hint: text,
      class: text,
      steps: count,
      caller: text,
      stack: listOf(text),
      waits_on: listOf(waitsOn),
    },
  },
  goroutine: {
    needed: { dump: count, source: text, goroutine: count, state: text },
    optional: { wait_minutes: count, signature: text, labels: mapOf(text) },
  },
  summary: {
    needed: { source: text, bytes: count, lines: count, dumps: count, goroutines: count, findings: mapOf(count) },
    optional: { unread: shape({ needed: { headers: count, hint: text }, optional: {} }) },
  },
}

/** Records that `--by` has written do not come from the engine, and are skipped. */
export function isFleetRecord(value: unknown): boolean {
  return isObject(value) && value.v === 1 && value.type === 'fleet'
}

export function isRecord(value: unknown): value is DumpstreamRecord {
  if (!isObject(value) || value.v !== 1 || typeof value.type !== 'string') return false
  const fields = Object.hasOwn(FIELDS, value.type) ? FIELDS[value.type] : undefined
  return fields !== undefined && hasShape(value, fields)
}

function hasShape(value: Readonly<Record<string, unknown>>, { needed, optional }: Fields): boolean {
  for (const name in needed) if (needed[name]?.(value[name]) !== true) return false
  for (const name in optional) if (value[name] !== undefined && optional[name]?.(value[name]) !== true) return false
  return true
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
