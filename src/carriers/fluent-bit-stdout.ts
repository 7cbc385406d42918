/**
 * Lines of Fluent Bit's `stdout` output in its own format: the number of the record in the chunk, the tag, and time, metadata and record as
 * msgpack-c prints them (lib/msgpack-c, objectc.c). Nothing is escaped in a string.
 *
 *     [0] app.log: [[1795503600.550000000, {}], {"log"=>"goroutine 7 [running]:", "stream"=>"stderr"}]
 *     [0] app.log: [1795503600.550000000, {"log"=>"goroutine 7 [running]:"}]                               up to version 2.0
 */
import { BRACKET_OPEN, isDigit, trimLineEnd } from '../core/ascii.ts'
import { utf8Of } from '../core/latin1.ts'
import type { CarriedText, Carrier, StreamNames } from './carrier.ts'
import { timeOfNumber } from './time.ts'

const LONGEST = 64 << 10
const HEAD = /^\[\d+\] (\S+): \[\[?(\d+(?:\.\d+)?), (?:\{[^}]*\}\], )?\{/
const TEXT = /[{ ]"(?:log|message|msg|MESSAGE)"=>"/g
/** What follows a string: the next name, or the end of the record. */
const AFTER = /"(?:, "[^"=]*"=>|\}\]$)/g

export class FluentBitStdout implements Carrier {
  readonly name = 'fluent-bit-stdout'
  #tag = ''
  #time = ''

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    const end = trimLineEnd(buf, pos, next)
    if (buf[pos] !== BRACKET_OPEN || !isDigit(buf[pos + 1]) || end - pos > LONGEST) return false
    const line = buf.toString('latin1', pos, end)
    const head = HEAD.exec(line)
    if (head === null) return false
    TEXT.lastIndex = head[0].length - 1
    if (TEXT.exec(line) === null) return false
    const start = TEXT.lastIndex
    AFTER.lastIndex = start
    const stop = AFTER.exec(line)?.index
    if (stop === undefined) return false
    this.#tag = head[1] ?? ''
    this.#time = head[2] ?? ''
    text.filled(buf.copy(text.room(stop - start), 0, pos + start, pos + stop))
    text.key = this.#tag
    text.partial = false
    return true
  }

  afresh(): FluentBitStdout {
    return new FluentBitStdout()
  }

  time(): number | undefined {
    return timeOfNumber(Number(this.#time))
  }

  names(): StreamNames {
    const tag = utf8Of(this.#tag)
    return { source: tag, attributes: { 'fluent.tag': tag } }
  }
}
