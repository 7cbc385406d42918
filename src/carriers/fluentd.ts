/**
 * Lines of Fluentd's `out_file` and `out_stdout`, which put time and tag in front of the JSON (docs.fluentd.org, "out_file" and "out_stdout").
 *
 *     2026-11-24T07:00:00+00:00	app.web	{"message":"goroutine 7 [running]:"}
 *     2026-11-24 07:00:00.000000000 +0000 app.web: {"message":"goroutine 7 [running]:"}
 */
import { BRACE_OPEN } from '../core/ascii.ts'
import { utf8Of } from '../core/latin1.ts'
import type { CarriedText, Carrier, RecordFrame, StreamNames } from './carrier.ts'
import { FLUENTD_RECORD } from './dialects.ts'
import { JsonCarrier } from './json.ts'
import { timeOf, timeOfNumber } from './time.ts'

const HEAD_BYTES = 512
const HEAD = /^(?:([^\t{}]+)\t([^\t{}]*)\t|(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9} [+-]\d{4}) ([^\s{}]*): )(?=\{)/

export class FluentdFile implements Carrier {
  readonly name = 'fluentd-file'
  readonly #record = new JsonCarrier(FLUENTD_RECORD)
  #head = ''
  #time = ''
  #tag = ''

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    if (buf[pos] === BRACE_OPEN) return false
    const [head, file, fileTag, stdout, stdoutTag] =
      HEAD.exec(buf.toString('latin1', pos, Math.min(next, pos + HEAD_BYTES))) ?? []
    if (head === undefined || !this.#record.read(buf, pos + head.length, next, text)) return false
    this.#head = head
    this.#time = file ?? stdout ?? ''
    this.#tag = utf8Of(fileTag ?? stdoutTag ?? '')
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
    const head = utf8Of(this.#head)
    return inner === undefined ? undefined : (json) => head + inner(json)
  }
}
