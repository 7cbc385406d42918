/** Where a dump of a stream comes from: what the carrier names, and what the line in which the dump began says. */
import { CarriedText, type Carrier, type RecordFrame, type StreamNames } from '../carriers/carrier.ts'
import { Whole } from '../carriers/dump-string.ts'
import { Prefix } from '../carriers/prefix.ts'
import { readLoggedReason } from '../text/reason.ts'
import { readRecordReason } from '../text/record-reason.ts'
import { headerAfterLabel, startsHeader } from '../text/titles.ts'

export interface StreamOrigin {
  readonly names: StreamNames
  /** The time of the current line. */
  time(now: number | undefined): number | undefined
  frame(): RecordFrame | undefined
  /** Has the program's own logger put something around the texts? */
  readonly isLogged: boolean
  /** The texts of those `lines` that belong to the stream. */
  texts(lines: readonly string[]): string[]
}

/** What an origin needs from its stream. */
interface OriginStream {
  readonly carrier: Carrier | undefined
  readonly key: string
  /** Is the current line one of the stream's? */
  readonly isAtLine: boolean
  readonly isLogged: boolean
  withoutInner(text: string): string
}

const NO_NAMES: StreamNames = { source: '', attributes: {} }

export class CarriedOrigin implements StreamOrigin {
  readonly names: StreamNames
  readonly #stream: OriginStream
  /** Of the line in which the latest dump began. */
  #time: number | undefined
  #frame: RecordFrame | undefined

  /** The origin of a stream whose carrier has just read a line of it. */
  constructor(stream: OriginStream) {
    this.names = stream.carrier?.names() ?? NO_NAMES
    this.#stream = stream
  }

  time(now: number | undefined): number | undefined {
    if (this.#stream.isAtLine) this.#time = this.#stream.carrier?.time(now)
    return this.#time
  }

  frame(): RecordFrame | undefined {
    if (this.#stream.isAtLine) this.#frame = this.#stream.carrier?.frame?.()
    return this.#frame
  }

  get isLogged(): boolean {
    return this.#stream.isLogged
  }

  texts(lines: readonly string[]): string[] {
    const { carrier, key } = this.#stream
    if (carrier === undefined) return []
    return textsOf(carrier, key, lines).map((text) => this.#stream.withoutInner(text))
  }
}

/** The texts of those `lines` that belong to the stream `key` of `carrier`. */
function textsOf(carrier: Carrier, key: string, lines: readonly string[]): string[] {
  const text = new CarriedText()
  const other = carrier.afresh()
  return lines.flatMap((line) => {
    const buf = Buffer.from(`${line}\n`, 'latin1')
    const texts: string[] = []
    let isRead = other.read(buf, 0, buf.length, text)
    // A dump on one line has no carrier; its line is already in the log, and does not separate anything.
    if (carrier instanceof Whole) return isRead && !givesReason(line) ? [] : [line]
    // The value of a field is indented, and the line with its name is not.
    if (!isRead && carrier instanceof Prefix && carrier.isBlank) return [line]
    for (; isRead; isRead = other.again?.(text) === true)
      if (text.key === key) texts.push(...linesBeforeDump(text.latin1().trimEnd()))
    return texts
  })
}

function givesReason(line: string): boolean {
  return (readLoggedReason(line) ?? readRecordReason(line)) !== undefined
}

/** The lines of `text` up to the one with which a dump begins; what comes before a header on its line counts as a line. */
function linesBeforeDump(text: string): string[] {
  if (!text.includes('\n')) return [text]
  const label = headerAfterLabel(text)
  const lines = (label < 0 ? text : text.slice(0, label)).split(/\r?\n/)
  const dump = lines.findIndex(startsHeader)
  return dump < 0 ? lines : lines.slice(0, dump)
}
