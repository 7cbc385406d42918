/** Detects the form of an input by its first bytes. */
import { CarriedText } from '../carriers/carrier.ts'
import { CloudWatchEvents } from '../carriers/cloudwatch.ts'
import { Otlp } from '../carriers/otlp.ts'
import { eachElement, JsonPaths, stringEnd } from '../carriers/scan.ts'
import { BRACE_OPEN, BRACKET_OPEN, LF, QUOTE } from '../core/ascii.ts'
import { Cast, isCastHead } from './cast.ts'
import { Csv, csvTable, quotedTable } from './csv.ts'
import { JsonDocument } from './document.ts'
import { isFrameHead, Multiplexed, Utf16 } from './encodings.ts'
import type { FormMaker } from './form.ts'
import { JournalExport, JournalVerbose } from './journal.ts'
import { isProfileHead, Pprof } from './pprof.ts'
import { isList, YamlDocuments } from './yaml.ts'

/** Bytes that are examined at most; if they do not decide, the input is plain lines. */
export const SNIFF_BYTES: number = 64 << 10
/** Lists that are examined in one line. */
const LISTS = 64
/** The first line may be a whole response in JSON. */
const FIRST_LINE_BYTES = 1 << 20
/** Longest string expected in a record, if one line holds many records. */
const LONG_STRING_BYTES = 256 << 10

export interface Found {
  readonly name: string
  /** Bytes before the content, such as a byte order mark. */
  readonly skip: number
  /** Absent for plain lines. */
  readonly make?: FormMaker
}

const PLAIN: Found = { name: 'lines', skip: 0 }
/** A first line that may be YAML. */
const YAML_HEAD = /^(?:---\s*$|insertId: |logName: |\w+:\s*$|- [\w.]+: )/
const YAML = /^(?:---\s*\r?\n(?:\w[\w.]*:(?:\s|$)|$)|insertId: \S|logName: \S)/
/** The first line of a further document: gcloud writes no empty line after the separator. */
const MEMBER = /^[\w.-]+:(?:\s|$)|^- /
const VERBOSE = /^\w{3} \d{4}-\d\d-\d\d .*\[s=[0-9a-f]+;/

/** Undefined if `head` is too short to decide. `final`: there is no more input. */
export function detectForm(head: Buffer, final: boolean): Found | undefined {
  if (head.length === 0) return final ? PLAIN : undefined
  const enough = final || head.length >= SNIFF_BYTES
  const [a, b, c] = head
  if (a === 0xff || a === 0xfe || a === 0xef) {
    if (head.length < 3 && !final) return undefined
    if (a === 0xff && b === 0xfe) return { name: 'utf-16le', skip: 0, make: (sink) => new Utf16(sink, false) }
    if (a === 0xfe && b === 0xff) return { name: 'utf-16be', skip: 0, make: (sink) => new Utf16(sink, true) }
    return a === 0xef && b === 0xbb && c === 0xbf ? { name: 'utf-8-bom', skip: 3 } : PLAIN
  }
  if (a === 1 || a === 2) {
    if (head.length < 8 && !final) return undefined
    return isFrameHead(head) ? { name: 'multiplexed', skip: 0, make: (sink) => new Multiplexed(sink) } : PLAIN
  }
  if (isProfileHead(head)) return { name: 'pprof', skip: 0, make: (sink) => new Pprof(sink) }
  const lf = head.indexOf(LF)
  let start = 0
  while (start < head.length && (head[start] as number) <= 0x20) start++
  if (head[start] === BRACE_OPEN || head[start] === BRACKET_OPEN) return json(head, start, final)
  if (start === head.length && !enough) return undefined
  if (lf < 0) return enough ? PLAIN : undefined
  const first = head.toString('utf8', 0, lf + 1)
  if (first.startsWith('__CURSOR=')) return { name: 'journal-export', skip: 0, make: (sink) => new JournalExport(sink) }
  if (VERBOSE.test(first)) return { name: 'journal-verbose', skip: 0, make: (sink) => new JournalVerbose(sink) }
  if (csvTable(first) === undefined && head[0] !== QUOTE && !YAML_HEAD.test(first.trimEnd())) return PLAIN
  // The second line decides.
  const second = head.indexOf(LF, lf + 1)
  if (second < 0 && !enough) return undefined
  const after = head.toString('utf8', lf + 1, second < 0 ? head.length : second)
  const table = csvTable(first, after) ?? quotedTable(first, after)
  if (table !== undefined) return { name: 'csv', skip: 0, make: (sink) => new Csv(sink, table) }
  const two = head.toString('utf8', 0, second < 0 ? head.length : second + 1)
  if (isList(two)) return { name: 'yaml', skip: 0, make: (sink) => new YamlDocuments(sink, true) }
  if (!YAML.test(two)) return PLAIN
  const isFrontMatter = endsInText(head, enough)
  if (isFrontMatter === undefined && !enough) return undefined
  return isFrontMatter === true ? PLAIN : { name: 'yaml', skip: 0, make: (sink) => new YamlDocuments(sink) }
}

/**
 * Is the first document followed by text that is not YAML? Then it is the front matter of a page (jekyllrb.com/docs/front-matter). Undefined if the
 * end of the document is not in `head`.
 */
function endsInText(head: Buffer, enough: boolean): boolean | undefined {
  const text = head.toString('latin1')
  const separator = /\n---[ \t]*\r?\n/.exec(text)
  if (separator === null) return undefined
  const from = separator.index + separator[0].length
  const end = text.indexOf('\n', from)
  if (end < 0 && (from === text.length || !enough)) return undefined
  return !MEMBER.test(text.slice(from, end < 0 ? text.length : end))
}

const DOCUMENT: Found = { name: 'json-document', skip: 0, make: (sink) => new JsonDocument(sink) }

/** Lines of JSON with one record each are PLAIN: they are faster to read without a form. */
function json(head: Buffer, start: number, final: boolean): Found | undefined {
  let second = start + 1
  while (second < head.length && (head[second] as number) <= 0x20) second++
  if (second === head.length && !final) return head.length < SNIFF_BYTES ? undefined : PLAIN
  const next = head[second]
  if (head[start] === BRACKET_OPEN) {
    // `[pod/web-1/app] text` is not JSON.
    return next === BRACE_OPEN || next === BRACKET_OPEN ? DOCUMENT : PLAIN
  }
  if (next !== QUOTE) return PLAIN
  const lf = head.indexOf(LF, start)
  const hasBreak = head.subarray(start, second).includes(LF)
  if (hasBreak) return DOCUMENT
  if (lf < 0 && !final && head.length < FIRST_LINE_BYTES) return undefined
  const end = lf < 0 ? head.length : lf
  if (lf >= 0 && isCastHead(head.toString('latin1', start, end)))
    return { name: 'asciicast', skip: 0, make: (sink) => new Cast(sink) }
  if (lf < 0 && endsInLongString(head, start)) return PLAIN
  const whole = new JsonPaths([])
  const after = whole.scan(head, start, end)
  // The line has more than 1 MiB, or a value continues on the next line.
  if (after < 0)
    return lf < 0 || /[,{[:]\s*$/.test(head.toString('latin1', Math.max(start, end - 16), end)) ? DOCUMENT : PLAIN
  const line = Buffer.concat([head.subarray(start, end), Buffer.from('\n')])
  if ([new Otlp(), new CloudWatchEvents()].some((carrier) => carrier.read(line, 0, line.length, new CarriedText())))
    return PLAIN
  if (head.subarray(after, end).toString('latin1').trim() !== '') return head[after] === BRACE_OPEN ? DOCUMENT : PLAIN
  return holdsRecords(head, start, after) ? DOCUMENT : PLAIN
}

/** Does `head` end in a string that is too long for a record of a document? Then it is read as one line, however long. */
function endsInLongString(head: Buffer, start: number): boolean {
  for (let p = start; p < head.length; p++) {
    if (head[p] !== QUOTE) continue
    const stop = stringEnd(head, p + 1, head.length)
    if (stop < 0) return head.length - p > LONG_STRING_BYTES
    p = stop
  }
  return false
}

/** Does the object contain an array of several objects or arrays? Lists of pairs do not count; an array of one record is read as part of its line. */
function holdsRecords(buf: Buffer, start: number, end: number): boolean {
  let lists = 0
  for (let p = start; p < end; p++) {
    const c = buf[p]
    if (c === QUOTE) {
      const stop = stringEnd(buf, p + 1, end)
      if (stop < 0) return false
      p = stop
    } else if (c === BRACKET_OPEN && ++lists <= LISTS) {
      let q = p + 1
      while (q < end && (buf[q] as number) <= 0x20) q++
      const isPair = /^\{\s*"(?:key|field|Key)"/.test(buf.toString('latin1', q, Math.min(end, q + 32)))
      if (!isPair && (buf[q] === BRACE_OPEN || buf[q] === BRACKET_OPEN)) {
        let elements = 0
        eachElement(buf, p, end, () => elements++)
        if (elements > 1) return true
      }
    }
  }
  return false
}
