/**
 * JSON lines: Docker's json-file, `journalctl -o json`, and what shippers and loggers write. The text stands in one of a few usual
 * fields; a field that holds a whole dump (zap's `stacktrace`) wins. Docker ends the text of a line with `\n`, and leaves it out of
 * all but the last part of a line that it cut at 16 KiB (daemon/logger/copier.go).
 */
import type { Carrier, Envelope } from './carrier.ts'
import { beginsDump } from './carrier.ts'

const TEXT_FIELDS = ['log', 'message', 'msg', 'MESSAGE', 'line', 'text', 'body', 'textPayload', '@message']
const DUMP_FIELDS = ['stacktrace', 'stack', 'error', 'err', 'goroutines', 'dump']
const TIME_FIELDS = ['time', 'timestamp', '@timestamp', 'ts', 'date']
/** Fields that name a stream, and the attribute each becomes. */
const STREAM_FIELDS: readonly (readonly [string, string])[] = [
  ['kubernetes.namespace_name', 'k8s.namespace.name'],
  ['kubernetes.pod_name', 'k8s.pod.name'],
  ['kubernetes.container_name', 'k8s.container.name'],
  ['container_name', 'container.name'],
  ['container_id', 'container.id'],
  ['_HOSTNAME', 'host.name'],
  ['_SYSTEMD_UNIT', 'systemd.unit'],
  ['CONTAINER_NAME', 'container.name'],
  ['_PID', 'process.pid'],
  ['host', 'host.name'],
  ['stream', 'log.iostream'],
]

const DOCKER_FIELDS = new Set(['log', 'stream', 'time', 'attrs'])

type Fields = Readonly<Record<string, unknown>>

export const json: Carrier = {
  name: 'json',
  read(line): Envelope | undefined {
    if (line[0] !== 0x7b) return undefined
    const fields = parse(line.toString('utf8'))
    if (fields === undefined) return undefined
    const found = textOf(fields)
    if (found === undefined) return undefined
    const attributes = attributesOf(fields)
    // Other writers of `log` leave the line end out of every line.
    const docker = found === fields.log && Object.keys(fields).every((name) => DOCKER_FIELDS.has(name))
    return {
      key: Object.values(attributes).join('/'),
      text: Buffer.from(found.endsWith('\n') ? found.slice(0, -1) : found),
      partial: docker && !found.endsWith('\n'),
      time: timeOf(fields),
      attributes,
    }
  },
}

function parse(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The text of the line; a logger's JSON line inside a container's is opened too. */
function textOf(fields: Fields, depth = 0): string | undefined {
  for (const name of DUMP_FIELDS) {
    const value = fields[name]
    if (typeof value === 'string' && beginsDump(value)) return value
  }
  for (const name of TEXT_FIELDS) {
    const value = asText(fields[name])
    if (value === undefined) continue
    if (depth === 0 && value.startsWith('{')) {
      const inner = parse(value)
      const text = inner === undefined ? undefined : textOf(inner, 1)
      if (text !== undefined && beginsDump(text)) return text
    }
    return value
  }
  return undefined
}

/** journald gives bytes that are no UTF-8 as an array of numbers, and a field that came twice as an array of strings. */
function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return undefined
  if (value.every((each) => typeof each === 'number')) return Buffer.from(value).toString('utf8')
  return value.every((each) => typeof each === 'string') ? value.join('\n') : undefined
}

function attributesOf(fields: Fields): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [path, attribute] of STREAM_FIELDS) {
    let value: unknown = fields
    for (const part of path.split('.')) value = isFields(value) ? value[part] : undefined
    if (typeof value === 'string' && !(attribute in out)) out[attribute] = value
  }
  return out
}

function timeOf(fields: Fields): number | undefined {
  const micros = fields.__REALTIME_TIMESTAMP
  if (typeof micros === 'string' && /^\d+$/.test(micros)) return Math.floor(Number(micros) / 1000)
  for (const name of TIME_FIELDS) {
    const value = fields[name]
    // zap and zerolog write seconds since the epoch, with or without a fraction.
    if (typeof value === 'number' && value > 0) return Math.round(value > 1e11 ? value : value * 1000)
    if (typeof value !== 'string') continue
    const time = Date.parse(value.replace(/(\.\d{3})\d+/, '$1'))
    if (!Number.isNaN(time)) return time
  }
  return undefined
}
