/** No carrier: the line is the text. For lines that hold a whole dump in one string (dump-string.ts). */
import type { CarriedText, Carrier, StreamNames } from './carrier.ts'

export class Whole implements Carrier {
  readonly name = 'whole'
  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    text.inPlace(buf, pos, next)
    text.key = ''
    text.partial = false
    return true
  }

  /** A log line ahead may say it. */
  time(): number | undefined {
    return undefined
  }

  names(): StreamNames {
    return { source: '', attributes: {} }
  }
}
