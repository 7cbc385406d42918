/**
 * Messages of rsyslog as its `mmexternal` passes them (plugins/external/INTERFACE.md): JSON objects with `interface.input="fulljson"`, otherwise
 * only the text.
 */
export interface Message {
  readonly stream: string
  readonly text: string
  /** Milliseconds since the epoch. */
  readonly time: number | undefined
  readonly attributes: Readonly<Record<string, string>> | undefined
}

const NOTHING = '-'

export function readMessage(line: string): Message {
  const fields = line.startsWith('{') ? parse(line) : undefined
  const msg = property(fields, 'msg')
  // JSON that an application has logged has no `rawmsg`.
  if (typeof msg !== 'string' || property(fields, 'rawmsg') === undefined) {
    return { stream: 'stdin', text: textOf(line), time: undefined, attributes: undefined }
  }
  const time = Date.parse(text(property(fields, 'timereported')) ?? '')
  const host = text(property(fields, 'hostname'))
  return {
    stream: streamOf(fields),
    text: textOf(msg),
    time: Number.isNaN(time) ? undefined : time,
    attributes: host === undefined ? undefined : { 'host.name': host },
  }
}

/**
 * rsyslog leaves the blank in front of the text of an RFC 3164 message, and writes a TAB as `#011` unless
 * `parser.escapeControlCharactersOnReceive` is off.
 */
function textOf(msg: string): string {
  return (msg.startsWith(' ') ? msg.slice(1) : msg).replaceAll('#011', '\t')
}

/** The file, for an imfile with `addMetadata="on"`; otherwise host, program and process. */
function streamOf(fields: unknown): string {
  const file = text(property(property(property(fields, '$!'), 'metadata'), 'filename'))
  if (file !== undefined) return file
  const parts = ['hostname', 'programname', 'procid'].map((name) => text(property(fields, name)))
  return parts.filter((part) => part !== undefined).join('/') || 'stdin'
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== NOTHING ? value : undefined
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
