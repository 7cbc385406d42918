/**
 * What a subscription of Amazon CloudWatch Logs delivers: one line holds many log events (docs.aws.amazon.com, "Subscription filters").
 *
 *     {"messageType":"DATA_MESSAGE","logGroup":"/ecs/app","logStream":"web-1","logEvents":[{"id":"1","timestamp":1795500000000,"message":"…"}]}
 */
import { BRACE_OPEN, LF } from '../core/ascii.ts'
import type { CarriedText, Carrier, StreamNames } from './carrier.ts'
import { decodeEscapes } from './escapes.ts'
import { ARRAY, eachElement, JsonPaths, LITERAL, STRING } from './scan.ts'
import { timeOfNumber } from './time.ts'

const LINE = ['logEvents', 'logGroup', 'logStream']
const EVENT = ['message', 'timestamp']

export class CloudWatchEvents implements Carrier {
  readonly name = 'cloudwatch-events'
  readonly #line = new JsonPaths(LINE)
  readonly #event = new JsonPaths(EVENT)
  #buf: Buffer = Buffer.alloc(0)
  #key = ''
  #group = ''
  #stream = ''
  #events: (readonly [start: number, end: number])[] = []
  #at = 0

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    const { kinds, starts, ends } = this.#line
    if (buf[pos] !== BRACE_OPEN || this.#line.scan(buf, pos, next) < 0 || kinds[0] !== ARRAY) return false
    this.#buf = buf
    this.#group = kinds[1] === STRING ? buf.toString('utf8', starts[1], ends[1]) : ''
    this.#stream = kinds[2] === STRING ? buf.toString('utf8', starts[2], ends[2]) : ''
    this.#key = `${this.#group}\0${this.#stream}`
    this.#events = []
    this.#at = 0
    eachElement(buf, starts[0] as number, ends[0] as number, (start, end) => this.#events.push([start, end]))
    return this.again(text)
  }

  get several(): boolean {
    return this.#events.length > 1
  }

  again(text: CarriedText): boolean {
    for (;;) {
      const event = this.#events[this.#at++]
      if (event === undefined) return false
      const { kinds, starts, ends } = this.#event
      if (this.#event.scan(this.#buf, event[0], event[1]) < 0 || kinds[0] !== STRING) continue
      const start = starts[0] as number
      const end = ends[0] as number
      const room = text.room(end - start)
      let length = decodeEscapes(this.#buf, start, end, room, 0)
      if (room[length - 1] === LF) length--
      text.filled(length)
      text.key = this.#key
      text.partial = false
      return true
    }
  }

  afresh(): CloudWatchEvents {
    return new CloudWatchEvents()
  }

  time(): number | undefined {
    const { kinds, starts, ends } = this.#event
    return kinds[1] === LITERAL ? timeOfNumber(Number(this.#buf.toString('latin1', starts[1], ends[1]))) : undefined
  }

  names(): StreamNames {
    return {
      source: [this.#group, this.#stream].filter((name) => name !== '').join('/'),
      attributes: { 'aws.log.group.names': this.#group, 'aws.log.stream.names': this.#stream },
    }
  }
}
