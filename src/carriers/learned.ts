/**
 * JSON of any shape: the text is the string that begins a dump, wherever it is in the object. Its path is learned from the line that holds the
 * header and kept for the lines that follow, as are the fields that hold the time and the source.
 *
 *     {"a":{"b":[{"when":"2026-11-24T07:00:00Z","pod":"web-1","x":"goroutine 7 [running]:"}]}}      text: a.b.0.x
 *     {"stack":["goroutine 7 [running]:","main.main()","\t/app/main.go:3 +0x1d"]}                   text: stack, one line per element
 */
import { BRACE_OPEN } from '../core/ascii.ts'
import { NEEDLE } from '../text/needle.ts'
import { beginsDump } from '../text/titles.ts'
import type { CarriedText, Carrier, RecordFrame, StreamNames } from './carrier.ts'
import { JsonCarrier } from './json.ts'
import type { StreamField } from './json-dialect.ts'
import { prefixOf } from './shown-prefix.ts'
import { timeOf, timeOfNumber } from './time.ts'

/** Most shapes that are remembered; the oldest is dropped. */
const SHAPES = 4
/** How many levels of objects, and how many fields, are examined. */
const DEPTH = 12
const LEAVES = 512

export class LearnedJson implements Carrier {
  readonly name = 'json-learned'
  /** The latest first. */
  #shapes: { readonly path: string; readonly carrier: JsonCarrier }[] = []
  #last: JsonCarrier | undefined

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    if (buf[pos] !== BRACE_OPEN) return false
    // If the shape of this line is known already, it moves to the front: it reads the lines without a header, too.
    if (buf.subarray(pos, next).includes(NEEDLE)) this.#learn(buf.toString('utf8', pos, next))
    for (const { path, carrier } of this.#shapes) {
      if (!carrier.read(buf, pos, next, text)) continue
      this.#last = carrier
      text.key = `${path}\0${text.key}`
      return true
    }
    return false
  }

  afresh(): LearnedJson {
    const other = new LearnedJson()
    other.#shapes = this.#shapes.map(({ path, carrier }) => ({ path, carrier: carrier.afresh() }))
    return other
  }

  time(now?: number): number | undefined {
    return this.#last?.time(now)
  }

  names(): StreamNames {
    return this.#last?.names() ?? { source: '', attributes: {} }
  }

  frame(): RecordFrame | undefined {
    return this.#last?.frame()
  }

  #learn(line: string): void {
    const leaves = leavesOf(line)
    const text = leaves.find(isHeader) ?? leaves.find(holdsHeader)
    if (text === undefined) return
    const known = this.#shapes.find(({ path }) => path === text.path)
    if (known !== undefined) {
      this.#shapes = [known, ...this.#shapes.filter((shape) => shape !== known)]
      return
    }
    const carrier = new JsonCarrier({
      name: this.name,
      text: [text.path],
      time: leaves.filter((leaf) => leaf !== text && isTime(leaf)).map(({ path }) => path),
      streams: leaves.filter((leaf) => leaf !== text).flatMap(streamOf),
      requires: [[text.path]],
    })
    this.#shapes = [{ path: text.path, carrier }, ...this.#shapes].slice(0, SHAPES)
  }
}

interface Leaf {
  /** Dotted; elements of arrays by number. */
  readonly path: string
  readonly value: string | number
}

function leavesOf(line: string): Leaf[] {
  const leaves: Leaf[] = []
  const visit = (value: unknown, path: string, depth: number): void => {
    if (leaves.length >= LEAVES) return
    if (typeof value === 'string' || typeof value === 'number') leaves.push({ path, value })
    else if (Array.isArray(value) && value.length > 1 && value.every((each) => typeof each === 'string'))
      leaves.push({ path, value: value.join('\n') })
    else if (typeof value === 'object' && value !== null && depth < DEPTH)
      for (const [name, each] of Object.entries(value)) visit(each, path === '' ? name : `${path}.${name}`, depth + 1)
  }
  try {
    visit(JSON.parse(line), '', 0)
  } catch {
    // A line that was cut, or one that is not JSON.
  }
  return leaves
}

function isHeader({ value }: Leaf): boolean {
  return typeof value === 'string' && value.includes(NEEDLE) && beginsDump(value)
}

/** Has the program's own logger put something around the header, too? */
function holdsHeader({ value }: Leaf): boolean {
  if (typeof value !== 'string' || !value.includes(NEEDLE)) return false
  const text = Buffer.from(value.trimEnd())
  return text[0] === BRACE_OPEN || prefixOf(text) !== undefined || prefixOf(text, true) !== undefined
}

const TIME_NAME = /(?:^|[._@])(?:\w*time(?:stamp|generated|_?ns)?|ts|date|datetime|when|at|t|0)$/i
/** Names of times other than the one at which the line was written. */
const OTHER_TIME = /ingest|index|receiv|arriv|duration|uptime|elapsed/i

function isTime({ path, value }: Leaf): boolean {
  if (OTHER_TIME.test(path)) return false
  if (typeof value === 'number' || /^\d+(?:\.\d+)?$/.test(value))
    return TIME_NAME.test(path) && Number(value) > 1e8 && timeOfNumber(Number(value)) !== undefined
  return value.length < 64 && timeOf(value) !== undefined
}

/** Last names of a path → attribute. Fields that differ from line to line are not included. */
const STREAM_NAMES: readonly (readonly [name: RegExp, attribute: string])[] = [
  [/(?:^|[._])namespace(?:[._]?name)?$|namespaceName$/i, 'k8s.namespace.name'],
  [/(?:^|[._])pod(?:[._]?name)?$/i, 'k8s.pod.name'],
  [/(?:^|[._])container(?:[._]?name)?$/i, 'container.name'],
  [/(?:^|[._])container[._]?id$/i, 'container.id'],
  [/(?:^|[._])(?:source_?)?host(?:[._]?name)?$/i, 'host.name'],
  [/(?:^|[._])(?:service|app|application)(?:[._]?name)?$/i, 'service.name'],
  [/(?:^|[._])(?:log[._]?stream(?:[._]?name)?)$/i, 'aws.log.stream.names'],
  [/(?:^|[._])(?:log[._]?group(?:[._]?name)?)$/i, 'aws.log.group.names'],
  [/(?:^|[._])(?:unit|systemd_unit)$/i, 'systemd.unit'],
  [/(?:^|[._])(?:file[._]?(?:path|name)|path)$/i, 'log.file.path'],
  [/(?:^|[._])(?:pid|process[._]?id)$/i, 'process.pid'],
  [/(?:^|[._])(?:stream|iostream)$/i, 'log.iostream'],
]

function streamOf({ path, value }: Leaf): StreamField[] {
  if (String(value).length > 256) return []
  const found = STREAM_NAMES.find(([name]) => name.test(path))
  if (found === undefined) return []
  const [, attribute] = found
  return [{ path, attribute, named: attribute !== 'log.iostream' && attribute !== 'container.id' }]
}

/** Dotted path of the string in a line of JSON that holds what looks like a header; undefined if there is none. */
export function pathOfNeedle(line: string): string | undefined {
  const leaf = leavesOf(line).find(({ value }) => typeof value === 'string' && value.includes(NEEDLE))
  return leaf?.path
}
