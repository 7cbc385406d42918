/**
 * OTLP logs as JSON (opentelemetry-proto `logs/v1/logs.proto` in the JSON mapping; the collector's `file` exporter writes one request per line). A
 * line holds many log records; the attributes of their resource distinguish the streams.
 *
 *     {"resourceLogs":[{"resource":{"attributes":[{"key":"k8s.pod.name","value":{"stringValue":"web-1"}}]},"scopeLogs":[
 *       {"logRecords":[{"timeUnixNano":"1795500000000000000","body":{"stringValue":"goroutine 7 [running]:"}}]}]}]}
 */
import { BRACE_OPEN, LF } from '../core/ascii.ts'
import type { CarriedText, Carrier, RecordFrame, StreamNames } from './carrier.ts'
import { decodeEscapes } from './escapes.ts'
import { ARRAY, eachElement, JsonPaths, STRING } from './scan.ts'
import { StreamKey } from './stream-key.ts'
import { timeOfNumber } from './time.ts'

/** Attributes of a resource or a log record that are kept; all others are ignored. */
const KEPT = /^(?:k8s|container|host|service|process|log|deployment|cloud)\./
const NAMES = [
  ['k8s.namespace.name', 'k8s.pod.name', 'k8s.container.name'],
  ['service.namespace', 'service.name', 'service.instance.id'],
  ['host.name', 'log.file.path'],
  ['container.name'],
  ['container.id'],
]

interface LogRecord {
  readonly start: number
  readonly end: number
  /** Span of the attributes of the resource. */
  readonly from: number
  readonly to: number
}

const REQUEST = ['resourceLogs']
const RESOURCE = ['resource.attributes', 'scopeLogs', 'instrumentationLibraryLogs']
const SCOPE = ['logRecords', 'logs']
const RECORD = ['body.stringValue', 'timeUnixNano', 'observedTimeUnixNano', 'attributes']

export class Otlp implements Carrier {
  readonly name = 'otlp'
  readonly #request = new JsonPaths(REQUEST)
  readonly #resource = new JsonPaths(RESOURCE)
  readonly #scope = new JsonPaths(SCOPE)
  readonly #record = new JsonPaths(RECORD)
  readonly #key = new StreamKey()
  #buf: Buffer = Buffer.alloc(0)
  #pos = 0
  #next = 0
  #records: LogRecord[] = []
  #at = 0

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    const request = this.#request
    if (buf[pos] !== BRACE_OPEN || request.scan(buf, pos, next) < 0 || request.kinds[0] !== ARRAY) return false
    this.#buf = buf
    this.#pos = pos
    this.#next = next
    this.#records = []
    this.#at = 0
    eachElement(buf, request.starts[0] as number, request.ends[0] as number, (start, end) =>
      this.#readResource(start, end),
    )
    return this.again(text)
  }

  get several(): boolean {
    return this.#records.length > 1
  }

  again(text: CarriedText): boolean {
    for (;;) {
      const record = this.#records[this.#at++]
      if (record === undefined) return false
      const { kinds, starts, ends } = this.#record
      const buf = this.#buf
      if (this.#record.scan(buf, record.start, record.end) < 0 || kinds[0] !== STRING) continue
      const start = starts[0] as number
      const end = ends[0] as number
      const room = text.room(end - start)
      let length = decodeEscapes(buf, start, end, room, 0)
      if (room[length - 1] === LF) length--
      text.filled(length)
      text.partial = false
      this.#key.begin()
      this.#key.add(buf, record.from, record.to)
      if (kinds[3] === ARRAY) this.#addFile(starts[3] as number, ends[3] as number)
      text.key = this.#key.take()
      return true
    }
  }

  afresh(): Otlp {
    return new Otlp()
  }

  time(): number | undefined {
    for (const path of [1, 2]) {
      const text = this.#buf.toString('latin1', this.#record.starts[path], this.#record.ends[path])
      const time = this.#record.kinds[path] === 0 ? undefined : timeOfNumber(Number(text.replaceAll('"', '')))
      if (time !== undefined) return time
    }
    return undefined
  }

  names(): StreamNames {
    const record = this.#records[this.#at - 1]
    const attributes: Record<string, string> = {}
    if (record !== undefined) Object.assign(attributes, this.#attributes(record.from, record.to))
    if (this.#record.kinds[3] === ARRAY)
      Object.assign(attributes, this.#attributes(this.#record.starts[3] ?? 0, this.#record.ends[3] ?? 0))
    const named = NAMES.map((names) => names.flatMap((name) => attributes[name] ?? [])).find(({ length }) => length > 0)
    return { source: named?.join('/') ?? '', attributes }
  }

  /** Only for a line with a single log record: any other line stays in the log. */
  frame(): RecordFrame | undefined {
    if (this.#records.length !== 1) return undefined
    const { starts, ends } = this.#record
    const before = this.#buf.toString('utf8', this.#pos, (starts[0] ?? 0) - 1)
    const after = this.#buf.toString('utf8', (ends[0] ?? 0) + 1, this.#next).trimEnd()
    return (json) => `${before}${JSON.stringify(json)}${after}`
  }

  #readResource(start: number, end: number): void {
    const { kinds, starts, ends } = this.#resource
    if (this.#resource.scan(this.#buf, start, end) < 0) return
    const from = kinds[0] === ARRAY ? (starts[0] as number) : start
    const to = kinds[0] === ARRAY ? (ends[0] as number) : start
    for (const path of [1, 2]) {
      if (kinds[path] !== ARRAY) continue
      eachElement(this.#buf, starts[path] as number, ends[path] as number, (scope, scopeEnd) => {
        if (this.#scope.scan(this.#buf, scope, scopeEnd) < 0) return
        const list = this.#scope.kinds[0] === ARRAY ? 0 : 1
        if (this.#scope.kinds[list] !== ARRAY) return
        eachElement(this.#buf, this.#scope.starts[list] as number, this.#scope.ends[list] as number, (one, oneEnd) =>
          this.#records.push({ start: one, end: oneEnd, from, to }),
        )
      })
    }
  }

  /** The collector's filelog receiver names the file, and stdout or stderr, in each log record. */
  #addFile(start: number, end: number): void {
    const buf = this.#buf
    const at = buf.indexOf('"log.', start)
    if (at < 0 || at >= end) return
    const attributes = this.#attributes(start, end)
    for (const name of ['log.file.path', 'log.file.name', 'log.iostream']) {
      const value = Buffer.from(attributes[name] ?? '')
      this.#key.add(value, 0, value.length)
    }
  }

  #attributes(start: number, end: number): Record<string, string> {
    const out: Record<string, string> = {}
    if (start >= end) return out
    try {
      const list: unknown = JSON.parse(this.#buf.toString('utf8', start, end))
      for (const each of Array.isArray(list) ? list : []) {
        const { key, value } = isFields(each) ? each : {}
        if (typeof key !== 'string' || !KEPT.test(key) || !isFields(value)) continue
        const plain = value.stringValue ?? value.intValue
        if (typeof plain === 'string' || typeof plain === 'number') out[key] = String(plain)
      }
    } catch {
      // No attributes then.
    }
    return out
  }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
