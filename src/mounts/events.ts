/**
 * Events as JSON objects, one a line, as Fluentd's `exec_filter` and syslog-ng's `program()` write them, or with time and metadata ahead,
 * as Fluent Bit has them (fluent-bit.ts): which of their fields is the text, which stream they are of, and when they were.
 */

import { mayConcernDump } from '../text/announcement.ts'

type Fields = Readonly<Record<string, unknown>>

export interface Event {
  /** As it came, without its line end. */
  readonly line: Buffer
  /** Of `[TIME,{…}]` and `[[TIME,METADATA],{…}]`: what stands ahead of the fields. */
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
  /** Field that holds the text; absent: the first of the usual ones that an event has. */
  readonly text?: string | undefined
  readonly tag: string
  readonly time: string
}

const TEXT_KEYS = ['message', 'log', 'msg', 'MESSAGE', 'text']
/** Fields that tell the streams of one tag apart, and the attribute each becomes. Those in capitals are syslog-ng's. */
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

/** Lines of which that is not so are not read while no dump is open. */
export function mayMatter(bytes: Buffer, start: number, end: number): boolean {
  return mayConcernDump(bytes.toString('latin1', start, end))
}

/** Undefined when the line is no event, or has no text. */
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

/** The event with another text, and `more` behind its fields: JSON of one object's members, `"name":value`. */
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

/** Seconds since the epoch, as a number or a string, or a date. */
function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value * 1000
  if (typeof value !== 'string') return undefined
  const time = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value)
  return Number.isFinite(time) ? time : undefined
}

/** Undefined when the text is no JSON. */
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
