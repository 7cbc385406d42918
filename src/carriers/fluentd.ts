/**
 * Lines of Fluentd's `out_file`, which puts time and tag in front of the JSON, apart by TAB (docs.fluentd.org, "out_file").
 *
 *     2026-11-24T07:00:00+00:00	app.web	{"message":"goroutine 7 [running]:"}
 */
import { BRACE_OPEN, TAB } from '../core/ascii.ts'
import type { CarriedText, Carrier, RecordFrame, StreamNames } from './carrier.ts'
import { FLUENTD_RECORD } from './dialects.ts'
import { JsonCarrier } from './json.ts'
import { timeOf, timeOfNumber } from './time.ts'

const HEAD = 512

export class FluentdFile implements Carrier {
  readonly name = 'fluentd-file'
  readonly #record = new JsonCarrier(FLUENTD_RECORD)
  #time = ''
  #tag = ''

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    const limit = Math.min(next, pos + HEAD)
    const one = tabIn(buf, pos, limit)
    if (one < 0) return false
    const two = tabIn(buf, one + 1, limit)
    if (two < 0 || buf[two + 1] !== BRACE_OPEN || !this.#record.read(buf, two + 1, next, text)) return false
    this.#time = buf.toString('latin1', pos, one)
    this.#tag = buf.toString('utf8', one + 1, two)
    text.key = `${this.#tag}\0${text.key}`
    return true
  }

  afresh(): FluentdFile {
    return new FluentdFile()
  }

  time(now?: number): number | undefined {
    return timeOf(this.#time, now) ?? (/^\d+(\.\d+)?$/.test(this.#time) ? timeOfNumber(Number(this.#time)) : undefined)
  }

  names(): StreamNames {
    const { source, attributes } = this.#record.names()
    return {
      source: source === '' ? this.#tag : source,
      attributes: { 'fluent.tag': this.#tag, ...attributes },
    }
  }

  frame(): RecordFrame | undefined {
    const inner = this.#record.frame()
    const head = `${this.#time}\t${this.#tag}\t`
    return inner === undefined ? undefined : (json) => head + inner(json)
  }
}

function tabIn(buf: Buffer, pos: number, end: number): number {
  for (let p = pos; p < end; p++) if (buf[p] === TAB) return p
  return -1
}
