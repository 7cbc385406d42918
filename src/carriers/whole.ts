/** No carrier, but a line that holds a whole dump in one string (dump-string.ts): the line is the text. */
import type { CarriedText, Carrier, StreamNames } from './carrier.ts'
import { holdsDump } from './dump-string.ts'

export class Whole implements Carrier {
  readonly name = 'whole'

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    if (!holdsDump(buf, pos, next - 1)) return false
    text.inPlace(buf, pos, next)
    text.key = ''
    text.partial = false
    return true
  }

  afresh(): Whole {
    return new Whole()
  }

  /** A log line ahead may say it. */
  time(): number | undefined {
    return undefined
  }

  names(): StreamNames {
    return { source: '', attributes: {} }
  }
}
