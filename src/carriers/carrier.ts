/**
 * Carriers: what stands around a log line on its way. A carrier takes its own lines apart and hands on the text, and which stream
 * it is of. It is asked only about lines that may belong to a dump: ordinary lines do not pay for it.
 */

/** What a carrier says of one line. */
export interface Envelope {
  /** Which stream of the input the text belongs to; empty when there is one only. */
  readonly key: string
  /** Without line end. Holds line feeds when a whole dump stands in one string. UTF-8. */
  readonly text: Buffer
  /** The carrier cut the text here: the next line of this stream goes on with it. */
  readonly partial: boolean
  /** When the line was written, milliseconds since the epoch. */
  readonly time: number | undefined
  /** What else the carrier knows: pod, container, host, unit. */
  readonly attributes: Readonly<Record<string, string>> | undefined
}

export interface Carrier {
  readonly name: string
  /** Takes a line without its line end; undefined when it is not of this carrier. */
  read(line: Buffer): Envelope | undefined
}

const HEADER = /(?:^|\n)goroutine \d+ (?:gp=0x\S+ m=\S+ (?:mp=\S+ )?)?\[[^\]\n]+\].*:(?:\r?\n|\r?$)/
const PROFILE = /(?:^|\n)goroutine(?:leak)? profile: total \d+(?:\r?\n|\r?$)/

/** Does a dump begin in `text`? */
export function beginsDump(text: string): boolean {
  return HEADER.test(text) || PROFILE.test(text)
}
