/**
 * Anonymizes a log so that its dumps can be shown to strangers: every word that does not come from Go, a shipper or a logger becomes another word,
 * the
 * same one everywhere. Digits, punctuation, line ends and field names stay, so the result is parsed like the original, damage included: a bug
 * that the original shows, the result shows too.
 */
import type { DumpstreamRecord } from '../core/records.ts'
import { isStandard } from '../stacks/title.ts'
import { parseDumps } from '../stream/parse.ts'
import { VOCABULARY } from './vocabulary.ts'

export interface Anonymized {
  readonly text: Buffer
  /** Distinct words that were replaced. */
  readonly replaced: number
}

/**
 * Escapes and colours are not part of the word that follows (`\ngoroutine`, `\u001b[0mgoroutine`); rsyslog writes escapes as `#011`, the
 * linker as `%2e`. A dotted IPv4 address is one word; otherwise a word is a run of letters, digits and underscores.
 */
const TOKEN =
  /(?:\p{Cc}|\\u001b|\\x1b|#033)\[[\d;]*m|\\+(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[a-z"/]|$)|#\d{3}|%[0-9a-f]{2}|\b0x[0-9a-f]+|\b\d{1,3}(?:\.\d{1,3}){3}\b|[\p{L}\p{M}\p{N}_]+/gu
const ADDRESS = /^\d+\.\d+\.\d+\.\d+$/
/** Times, durations, klog's first word, versions, numbers, and the compiler's names for closures and wrappers. */
const FORM =
  /^(?:[\d_]+|\d+[TZ]\d*Z?|\d+[AP]M|(?:\d+(?:ns|us|µs|ms|s|m|h))+|[IWEF]\d{4}|v\d+|0x[0-9a-f]+|(?:func|gowrap|deferwrap|range|dwrap|init)\d*)$/
/** A field name: in JSON, in JSON inside a JSON string, or in logfmt. Padding of base64 (`Basic YTpi==`) has no value after it. */
const FIELD =
  /(?<=\\*")[\w.@-]+(?=\\*"\s*:)|(?<=^|[\s{,"])[A-Za-z_][\w.-]*(?==(?:[^\s="'\\,;)\]}]|\\*["'](?![\s,;)\]}]|$)))/gm
/** Letters that a logger wrote as escapes: `\u5f20`, `\xe5`, rsyslog's `#345`, a URL's `%e5`. Each run is one word. */
const ESCAPED_LETTERS =
  /(?:\\+u(?!00[0-9a-bA-B]|20|30[0-3]|ff0|fffd|FFFD|FF0|FEFF|feff|[eE]0)[0-9a-fA-F]{4})+|(?:\\+x[89a-fA-F][0-9a-fA-F])+|(?:#[23]\d\d)+|(?:%[89a-fA-F][0-9a-fA-F])+/g
/** The middle dot of C functions in old Go versions (`runtime·goexit`) and Go's ellipsis are punctuation. */
const ESCAPED_PUNCTUATION = /^(?:\\+xc2\\+xb7|#302#267|%[cC]2%[bB]7|(?:\\+xe2\\+x80|#342#200|%[eE]2%80).*)$/
/** A text as an array of its bytes: journald's form of text that is not printable. */
const BYTES = /\[\d{1,3}(?:,\d{1,3})+\]/g
/** A file of the standard library. */
const STANDARD_FILE = /(?<=\/src\/)[a-z][\w/.-]*\.(?:go|s)(?=:\d)/g

/** @param log the whole log: a word that is cut at the end of a chunk could not be recognized. UTF-8; invalid UTF-8 is read as Latin-1. */
export function anonymize(log: Uint8Array): Anonymized {
  const { text, encoding } = decode(log)
  const kept = new Set(VOCABULARY)
  for (const match of text.matchAll(FIELD)) for (const word of match[0].match(TOKEN) ?? []) kept.add(word)
  for (const word of standardWords(parseDumps(log, { stacks: 'always' }), text)) kept.add(word)
  const words = new Replacements(kept)
  const escapes = new EscapedWords()
  const changed = text
    .replace(BYTES, (bytes) => inBytes(bytes, words))
    .replace(ESCAPED_LETTERS, (run) => (ESCAPED_PUNCTUATION.test(run) ? run : escapes.of(run)))
    .replace(TOKEN, (token) => words.of(token))
  return { text: Buffer.from(changed, encoding), replaced: words.size }
}

function inBytes(bytes: string, words: Replacements): string {
  const { text, encoding } = decode(Buffer.from(JSON.parse(bytes)))
  return JSON.stringify([
    ...Buffer.from(
      text.replace(TOKEN, (token) => words.of(token)),
      encoding,
    ),
  ])
}

function decode(log: Uint8Array): { readonly text: string; readonly encoding: 'utf8' | 'latin1' } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(log), encoding: 'utf8' }
  } catch {
    return { text: Buffer.from(log).toString('latin1'), encoding: 'latin1' }
  }
}

/** Words of the standard library's functions and files: they decide which frame a person would name. */
function standardWords(records: readonly DumpstreamRecord[], text: string): Set<string> {
  const words = new Set<string>()
  const frames = records.flatMap((record) => {
    if (record.type === 'signature') return [...(record.stack ?? []), record.created_by ?? '']
    return record.type === 'dump' ? (record.race ?? []).flatMap(({ stack }) => stack) : []
  })
  for (const frame of frames) {
    const [name = ''] = frame.split(' ', 1)
    if (isStandard(name)) for (const word of name.match(TOKEN) ?? []) words.add(word)
  }
  for (const [path] of text.matchAll(STANDARD_FILE))
    if (isStandard(path)) for (const word of path.match(TOKEN) ?? []) words.add(word)
  return words
}

/** A plain word for each run of escaped letters: what is written around it becomes part of the word that is replaced. */
class EscapedWords {
  readonly #words = new Map<string, string>()

  of(run: string): string {
    const known = this.#words.get(run)
    if (known !== undefined) return known
    const made = `q${lettersOf(this.#words.size)}`
    this.#words.set(run, made)
    return made
  }
}

class Replacements {
  readonly #kept: ReadonlySet<string>
  readonly #words = new Map<string, string>()
  #addresses = 0

  constructor(kept: ReadonlySet<string>) {
    this.#kept = kept
  }

  get size(): number {
    return this.#words.size
  }

  of(token: string): string {
    if (/^[\p{Cc}\\#%]/u.test(token)) return token
    if (this.#kept.has(token) || FORM.test(token)) return token
    const known = this.#words.get(token)
    if (known !== undefined) return known
    const made = this.#make(token)
    this.#words.set(token, made)
    return made
  }

  /** An exported name stays exported, a test stays a test, and a C function stays a C function. */
  #make(token: string): string {
    if (ADDRESS.test(token)) {
      const n = ++this.#addresses
      return `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`
    }
    const [, prefix = '', rest = ''] = /^(_Cfunc_|_cgo_|Test|Benchmark|Fuzz|Example)?(.*)$/su.exec(token) ?? []
    const letters = lettersOf(this.#words.size)
    const isUpper = prefix === '' ? /^\p{Lu}/u.test(rest) : rest !== '' && /^[\p{Lu}]/u.test(rest)
    return `${prefix}${isUpper ? `Q${letters}` : `q${letters}`}`
  }
}

/** 0 → `a`, 25 → `z`, 26 → `aa`. */
function lettersOf(index: number): string {
  let text = ''
  for (let n = index; n >= 0; n = Math.floor(n / 26) - 1) text = String.fromCharCode(97 + (n % 26)) + text
  return text
}
