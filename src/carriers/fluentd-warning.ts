/**
 * Fluentd's warning about a line that its parser does not know: it quotes the line as Ruby does (fluent/plugin/in_tail.rb, parser_regexp.rb). Up
 * to version 0.12 it was `pattern not match`, without the number of the worker.
 *
 *     2026-11-24 07:00:00 +0000 [warn]: #0 pattern not matched: "goroutine 7 [running]:"
 */
import { isDigit, QUOTE, trimLineEnd } from '../core/ascii.ts'
import type { CarriedText, Carrier, StreamNames } from './carrier.ts'
import { decodeEscapes } from './escapes.ts'
import { timeOf } from './time.ts'

const HEAD = /^(\d{4}-\d\d-\d\d \S+ \S+) \[warn\]: (?:#\d+ )?(?:\[[^\]]*\] )?pattern not match(?:ed)?: "/
const HEAD_BYTES = 256

export class FluentdWarning implements Carrier {
  readonly name = 'fluentd-warning'
  #time = ''

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    const end = trimLineEnd(buf, pos, next) - 1
    if (!isDigit(buf[pos]) || buf[end] !== QUOTE) return false
    const head = HEAD.exec(buf.toString('latin1', pos, Math.min(end, pos + HEAD_BYTES)))
    if (head === null) return false
    this.#time = head[1] ?? ''
    const start = pos + head[0].length
    text.filled(decodeEscapes(buf, start, end, text.room(end - start), 0))
    text.key = ''
    text.partial = false
    return true
  }

  afresh(): FluentdWarning {
    return new FluentdWarning()
  }

  time(now?: number): number | undefined {
    return timeOf(this.#time, now)
  }

  names(): StreamNames {
    return { source: '', attributes: {} }
  }
}
