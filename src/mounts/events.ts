/**
 * Events as JSON objects, one a line, as Fluentd's `exec_filter` and syslog-ng's `program()` write them, or preceded by time and metadata as in
 * Fluent
 * Bit (fluent-bit.ts): which field holds the text, which stream an event belongs to, and when it happened.
 */

import { mayConcernDump } from '../text/announcement.ts'

type Fields = Readonly<Record<string, unknown>>

export interface Event {
  /** The original line, without its line end. */
  readonly line: Buffer
  /** For `[TIME,{…}]` and `[[TIME,METADATA],{…}]`: what precedes the fields. */
  readonly head: unknown
  readonly fields: Fields
  readonly textKey: string
  readonly text: string
  readonly stream: string
  /** Milliseconds since the epoch. */
  readonly time: number | undefined
  readonly attributes: Readonly<Record<string, string>> | undefined
}

export interface EventKeys {
  /** Field that holds the text; by default, the first of the usual ones that an event has. */
  readonly text?: string | undefined
  readonly tag: string
  readonly time: string
}

const TEXT_KEYS = ['message', 'log', 'msg', 'MESSAGE', 'text']
/** Fields that distinguish the streams of one tag, and the attribute that each becomes. The ones in capitals are syslog-ng's. */
const STREAM_FIELDS: readonly (readonly [string, string])[] = [
  ['kubernetes.namespace_name', 'k8s.namespace.name'],
  ['kubernetes.pod_name', 'k8s.pod.name'],
  ['kubernetes.container_name', 'k8s.container.name'],
  ['container_name', 'container.name'],
  ['container_id', 'container.id'],
  ['host', 'host.name'],
  ['HOST', 'host.name'],
  ['PROGRAM', 'service.name'],
  ['PID', 'process.pid'],
  ['FILE_NAME', 'log.file.path'],
  ['stream', 'log.iostream'],
]

/** Does the line have to be read even if no dump is open? */
export function mayMatter(bytes: Buffer, start: number, end: number): boolean {
  return mayConcernDump(bytes.toString('latin1', start, end))
}

/** Undefined if the line is not an event, or has no text. */
export function readEvent(line: Buffer, keys: EventKeys): Event | undefined {
  const value = line[0] === 0x7b || line[0] === 0x5b ? parseJson(line.toString()) : undefined
  const [head, fields] = Array.isArray(value) ? value : [undefined, value]
  if (!isFields(fields)) return undefined
  const textKey = keys.text ?? TEXT_KEYS.find((key) => typeof fields[key] === 'string')
  const text = textKey === undefined ? undefined : fields[textKey]
  if (textKey === undefined || typeof text !== 'string') return undefined
  const attributes = streamAttributes(fields)
  const tag = fields[keys.tag]
  const names = [...(typeof tag === 'string' ? [tag] : []), ...Object.values(attributes)]
  return {
    line,
    head,
    fields,
    textKey,
    text,
    stream: names.length === 0 ? 'stdin' : names.join('/'),
    time: timeOf(Array.isArray(head) ? head[0] : (head ?? fields[keys.time])),
    attributes: Object.keys(attributes).length === 0 ? undefined : attributes,
  }
}

/** The event with a different text. `more` is appended to its fields: members of a JSON object, `"name":value`. */
export function eventLine(event: Pick<Event, 'head' | 'fields' | 'textKey'>, text: string, more = ''): string {
  const json = JSON.stringify({ ...event.fields, [event.textKey]: text })
  const whole = more === '' ? json : `${json.slice(0, -1)},${more}}`
  return event.head === undefined ? whole : `[${JSON.stringify(event.head)},${whole}]`
}

/** Attributes of the stream of an event: pod, container, host, file. */
export function streamAttributes(fields: Fields): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [path, attribute] of STREAM_FIELDS) {
    let value: unknown = fields
    for (const part of path.split('.')) value = isFields(value) ? value[part] : undefined
    if (typeof value === 'string' && value !== '' && !(attribute in out)) out[attribute] = value
  }
  return out
}

/** Parses seconds since the epoch, as a number or a string, or a date. */
function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value * 1000
  if (typeof value !== 'string') return undefined
  const time = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value)
  return Number.isFinite(time) ? time : undefined
}

/** Undefined if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
