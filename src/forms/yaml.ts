/**
 * YAML documents with one record each, as `gcloud logging read` prints them: block maps of scalars. Each becomes a line of JSON, which the carriers
 * read. Only the parts of YAML (yaml.org/spec/1.2.2) that this needs are supported: plain, single- and double-quoted scalars, also over several
 * lines, block scalars, nested maps and lists.
 *
 *     ---
 *     insertId: k50
 *     resource:
 *       labels:
 *         pod_name: shop-0
 *     textPayload: "goroutine 7 [running]:"
 *     timestamp: '2026-11-24T10:57:31.473456Z'
 *
 * Or the elements of a list, as the command-line clients of AWS and Azure print them:
 *
 *     events:
 *     - logStreamName: shop-0
 *       message: 'goroutine 7 [running]:'
 *       timestamp: 1795517851473
 */
import { type Form, type FormSink, RECORD_BYTES, Rest } from './form.ts'

/** What begins the next record: of documents, and of list elements. */
const DOCUMENT = Buffer.from('\n---')
const ELEMENT = Buffer.from('\n- ')
/** The first two lines of a list of maps, with or without a name, whose first element has two fields. */
const LIST = /^(?:\w+:[ \t]*\r?\n- [\w.]+: |- [\w.]+: .*\r?\n {2}[\w.]+: )/

/** Do the first two lines of a text show that it is a list of maps? */
export function isList(lines: string): boolean {
  return LIST.test(lines)
}

export class YamlDocuments implements Form {
  readonly #sink: FormSink
  readonly #opener: Buffer
  readonly #rest = new Rest()

  /** `isList`: the records are the elements of a list. */
  constructor(sink: FormSink, isList = false) {
    this.#sink = sink
    this.#opener = isList ? ELEMENT : DOCUMENT
  }

  push(chunk: Buffer): void {
    const buf = this.#rest.with(chunk)
    let pos = 0
    for (let at = buf.indexOf(this.#opener); at >= 0; at = buf.indexOf(this.#opener, pos)) {
      this.#document(buf.subarray(pos, at + 1))
      pos = at + 1
    }
    this.#rest.keep(buf, pos)
    if (this.#rest.length > RECORD_BYTES) {
      this.#sink.fault('a YAML document of more than 1 MiB')
      this.#sink.frame(this.#rest.take().length)
    }
  }

  end(): void {
    const rest = this.#rest.take()
    if (rest.length > 0) this.#document(rest)
  }

  #document(raw: Buffer): void {
    const lines = raw.toString('utf8').split(/\r?\n/)
    if (lines[0]?.startsWith('---')) lines.shift()
    const read = new BlockReader(lines).read(0)
    const fields = Array.isArray(read) && read.length === 1 ? read[0] : read
    this.#sink.line(Buffer.from(`${JSON.stringify(fields)}\n`), raw.length)
  }
}

type Value = string | Value[] | { [name: string]: Value }

const MEMBER =
  /^( *)(- )?((?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#'"[{&*!|>%@`-][^#]*?|-[^\s][^#]*?|@\w[^#]*?)):(?: +(.*))?$/
const BLOCK = /^([|>])([+-]?)(\d?)[+-]?\s*$/

class BlockReader {
  readonly #lines: readonly string[]
  #at = 0

  constructor(lines: readonly string[]) {
    this.#lines = lines
  }

  /** Reads the map, or the list, whose lines are indented by at least `indent`. */
  read(indent: number): Value {
    const map: { [name: string]: Value } = {}
    const list: Value[] = []
    for (; this.#at < this.#lines.length; ) {
      const line = this.#lines[this.#at] ?? ''
      if (line.trim() === '' || line.trim() === '...') {
        this.#at++
        continue
      }
      const width = indentOf(line)
      if (width < indent) break
      const item = /^( *)- ?(.*)$/.exec(line)
      if (item !== null && !MEMBER.test(line)) {
        this.#at++
        list.push(this.#scalar(item[2] ?? '', width))
        continue
      }
      const m = MEMBER.exec(line)
      if (m === null) {
        this.#at++
        continue
      }
      if (m[2] !== undefined) {
        // `- name: value`: a map in a list.
        const nested = new BlockReader([`${m[1]}  ${line.slice((m[1]?.length ?? 0) + 2)}`, ...this.#deeper(width + 1)])
        list.push(nested.read(width + 1))
        continue
      }
      // A list may be indented as far as its name; the next name ends it.
      if (list.length > 0) break
      this.#at++
      const name = unquoted(m[3] ?? '')
      const value = m[4] ?? ''
      map[name] = value === '' ? this.#nested(width) : this.#scalar(value, width)
    }
    return list.length > 0 ? list : map
  }

  /** Takes the lines after the current one that are indented by at least `indent`. */
  #deeper(indent: number): string[] {
    const lines: string[] = []
    this.#at++
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at] ?? ''
      if (line.trim() !== '' && indentOf(line) < indent) break
      lines.push(line)
      this.#at++
    }
    return lines
  }

  #nested(width: number): Value {
    const next = this.#lines.slice(this.#at).find((line) => line.trim() !== '')
    if (next === undefined) return ''
    const deeper = indentOf(next)
    if (deeper > width || (deeper === width && next.trimStart().startsWith('- '))) return this.read(deeper)
    return ''
  }

  #scalar(first: string, width: number): string {
    const block = BLOCK.exec(first)
    if (block !== null) return this.#block(block[1] === '>', block[2] ?? '', width)
    const quote = first[0]
    if (quote !== '"' && quote !== "'") return this.#plain(first, width)
    let text = first
    while (!isClosed(text, quote) && this.#at < this.#lines.length) {
      const next = (this.#lines[this.#at++] ?? '').trim()
      // A line end in a quoted scalar is a blank; an empty line is a line end (§ 7.3.1).
      text =
        next === ''
          ? `${text}\n`
          : text.endsWith('\\') && quote === '"'
            ? text.slice(0, -1) + next
            : text.endsWith('\n')
              ? text + next
              : `${text} ${next}`
    }
    return unquoted(text.trimEnd())
  }

  #plain(first: string, width: number): string {
    let text = first.replace(/ #.*$/, '').trimEnd()
    while (this.#at < this.#lines.length) {
      const next = this.#lines[this.#at] ?? ''
      if (next.trim() === '' || indentOf(next) <= width) break
      text += ` ${next.trim()}`
      this.#at++
    }
    return text
  }

  #block(folded: boolean, chomp: string, width: number): string {
    const lines: string[] = []
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at] ?? ''
      if (line.trim() !== '' && indentOf(line) <= width) break
      lines.push(line)
      this.#at++
    }
    const indent = indentOf(lines.find((line) => line.trim() !== '') ?? '')
    const text = lines.map((line) => line.slice(indent)).join(folded ? ' ' : '\n')
    return chomp === '-' ? text.replace(/\n+$/, '') : `${text.replace(/\n+$/, '')}\n`
  }
}

function indentOf(line: string): number {
  let width = 0
  while (line[width] === ' ') width++
  return width
}

function isClosed(text: string, quote: string): boolean {
  if (quote === "'") return (text.slice(1).match(/'/g) ?? []).length % 2 === 1 && text.trimEnd().endsWith("'")
  return /^"(?:[^"\\]|\\[\s\S])*"\s*$/.test(text)
}

function unquoted(text: string): string {
  if (text.startsWith("'")) return text.slice(1, text.endsWith("'") ? -1 : undefined).replaceAll("''", "'")
  if (!text.startsWith('"')) return text
  try {
    // YAML has more escapes than JSON: `\e`, `\x07`, `\U0001f600` and an escaped blank.
    const json = text
      .replaceAll('\n', '\\n')
      .replace(/\\(x[0-9a-fA-F]{2}|U[0-9a-fA-F]{8}|[^"\\/bfnrtu])/g, (_, kind: string) => {
        if (kind[0] === 'x') return `\\u00${kind.slice(1)}`
        if (kind[0] === 'U') return String.fromCodePoint(Number.parseInt(kind.slice(1), 16))
        return { e: '\\u001b', a: '\\u0007', v: '\\u000b', '0': '\\u0000' }[kind] ?? kind
      })
    const value: unknown = JSON.parse(json)
    return typeof value === 'string' ? value : text
  } catch {
    return text.replace(/^"|"$/g, '')
  }
}
