/**
 * Text in front of every line: a time stamp, `[pod/x/y] ` of kubectl logs --prefix, `service-1  | ` of compose, a syslog header,
 * colours. Nothing tells it but the header that it stands in front of: what is ahead of `goroutine 7 [` is the prefix, and the lines
 * of its stream have one like it, digits aside.
 */
import { beginsDump, type Carrier, type Envelope } from './carrier.ts'

const HEADER_AT = /goroutine \d+ (?:gp=0x\S+ m=\S+ (?:mp=\S+ )?)?\[|goroutine(?:leak)? profile: total \d+$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const COLOUR = /\u001b\[[0-9;]*m/g
const LONGEST = 512
/** syslog daemons write control characters as octal (rsyslog `$EscapeControlCharactersOnReceive`). */
const ESCAPED_TAB = '#011'

/** The carrier of lines with a prefix like that of `line`, which holds a header; undefined when there is none. */
export function prefixOf(line: Buffer): Carrier | undefined {
  const coloured = line.includes(0x1b)
  const text = plain(line, coloured)
  const m = HEADER_AT.exec(text)
  if (m === null || m.index > LONGEST || !beginsDump(text.slice(m.index))) return undefined
  const prefix = text.slice(0, m.index)
  if (prefix === '') return coloured ? new Prefix('') : undefined
  // A prefix ends in a separator; a log line that lacks its line end mostly does not. Blanks alone are indentation.
  if (prefix.trim() === '' || !/[\s\]:|>]$/.test(prefix)) return undefined
  return new Prefix(prefix)
}

/** Latin-1, without colours. */
function plain(line: Buffer, coloured: boolean): string {
  const text = line.toString('latin1')
  return coloured ? text.replace(COLOUR, '') : text
}

class Prefix implements Carrier {
  readonly name = 'prefix'
  readonly #shape: RegExp
  readonly #blank: RegExp

  constructor(prefix: string) {
    // A time stamp changes, with it the number of digits of a fraction; everything else stays.
    const shape = prefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\d+/g, '\\d+')
    this.#shape = new RegExp(`^${shape}`)
    this.#blank = new RegExp(`^${shape.trimEnd()}$`)
  }

  read(line: Buffer): Envelope | undefined {
    const text = plain(line, line.includes(0x1b))
    const m = this.#shape.exec(text)
    // The prefix of an empty line may have lost its trailing blank.
    if (m === null) return this.#blank.test(text.trimEnd()) ? this.#envelope('', text) : undefined
    return this.#envelope(text.slice(m[0].length).replaceAll(ESCAPED_TAB, '\t'), m[0])
  }

  #envelope(text: string, prefix: string): Envelope {
    // Without its digits-only words, which are times, the prefix names the stream.
    const key = prefix
      .replace(/\b[\d:.,T/Z+-]+\b/g, '')
      .replace(/\s+/g, ' ')
      .trim()
    return { key, text: Buffer.from(text, 'latin1'), partial: false, time: undefined, attributes: undefined }
  }
}
