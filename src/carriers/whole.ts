/** Not really a carrier: for a line that holds a whole dump in one string (dump-string.ts), the text is the line itself. */
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

  /** A log line before it may give one. */
  time(): number | undefined {
    return undefined
  }

  names(): StreamNames {
    return { source: '', attributes: {} }
  }
}
