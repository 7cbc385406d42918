/**
 * `journalctl -o export` and `-o verbose` (systemd.io/JOURNAL_EXPORT_FORMATS; systemd `src/shared/logs-show.c`, output_verbose). Each entry
 * becomes a line of JSON as `-o json` writes it.
 *
 *     __CURSOR=s=…                                    Tue 2026-11-24 10:57:31.123456 UTC [s=…;i=…]
 *     __REALTIME_TIMESTAMP=1795517851123456               _SYSTEMD_UNIT=app.service
 *     MESSAGE=goroutine 7 [running]:                      MESSAGE=goroutine 7 [running]:
 *
 * In the export, a value with a control character (TAB is one) follows its name and a line end, preceded by its length in eight bytes, little-endian.
 */
import { EQUALS, LF } from '../core/ascii.ts'
import { type Form, type FormSink, LineBuilder, RECORD_BYTES, Rest } from './form.ts'

export class JournalExport implements Form {
  readonly #sink: FormSink
  readonly #rest = new Rest()
  readonly #line = new LineBuilder()
  #fields = 0
  #raw = 0

  constructor(sink: FormSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    const buf = this.#rest.with(chunk)
    let pos = 0
    for (;;) {
      const next = this.#field(buf, pos)
      if (next < 0) break
      this.#raw += next - pos
      pos = next
    }
    this.#rest.keep(buf, pos)
    if (this.#rest.length > 16 * RECORD_BYTES) {
      this.#sink.fault('a field of more than 16 MiB in the journal')
      this.#raw += this.#rest.take().length
      this.#entry()
    }
  }

  end(): void {
    const rest = this.#rest.take()
    if (rest.length > 0) this.#sink.fault('the journal ends in the middle of an entry')
    this.#raw += rest.length
    this.#entry()
  }

  /** Offset after the field, or the empty line, at `pos`; -1 if it is not complete. */
  #field(buf: Buffer, pos: number): number {
    const lf = buf.indexOf(LF, pos)
    if (lf < 0) return -1
    if (lf === pos) {
      this.#raw++
      this.#entry()
      this.#raw--
      return lf + 1
    }
    const equals = buf.indexOf(EQUALS, pos)
    if (equals >= 0 && equals < lf) {
      this.#add(buf, pos, equals, equals + 1, lf)
      return lf + 1
    }
    if (lf + 9 > buf.length) return -1
    const length = Number(buf.readBigUInt64LE(lf + 1))
    const end = lf + 9 + length
    if (length > 16 * RECORD_BYTES) return lf + 1
    if (end + 1 > buf.length) return -1
    this.#add(buf, pos, lf, lf + 9, end)
    return end + 1
  }

  #add(buf: Buffer, name: number, nameEnd: number, start: number, end: number): void {
    const line = this.#line
    if (this.#fields++ === 0) {
      line.clear()
      line.byte(0x7b)
    } else line.byte(0x2c)
    line.quoted(buf, name, nameEnd)
    line.byte(0x3a)
    line.quoted(buf, start, end)
  }

  #entry(): void {
    if (this.#fields === 0) {
      if (this.#raw > 0) this.#sink.frame(this.#raw)
    } else {
      this.#line.byte(0x7d)
      this.#sink.line(this.#line.take(), this.#raw)
    }
    this.#fields = 0
    this.#raw = 0
  }
}

const ENTRY = /^\S.*\[s=[0-9a-f]+;/
const FIELD = /^ {4}([A-Z0-9_]+)=(.*)$/

export class JournalVerbose implements Form {
  readonly #sink: FormSink
  readonly #rest = new Rest()
  #fields: Record<string, string> | undefined
  #name = ''
  #raw = 0

  constructor(sink: FormSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    this.#rest.eachLine(chunk, (line, raw) => this.#take(line, raw))
  }

  end(): void {
    const rest = this.#rest.take()
    if (rest.length > 0) this.#take(rest.toString('utf8'), rest.length)
    this.#entry()
  }

  #take(line: string, raw: number): void {
    if (ENTRY.test(line)) {
      this.#entry()
      // The timestamp is in the reader's time zone; a field has it in UTC.
      this.#fields = {
        __CURSOR: line.slice(line.indexOf('[') + 1, -1),
        __VERBOSE_TIME: line.slice(0, line.indexOf(' [')),
      }
      this.#raw = raw
      return
    }
    this.#raw += raw
    if (this.#fields === undefined) return
    const m = FIELD.exec(line)
    if (m !== null) {
      this.#name = m[1] ?? ''
      this.#fields[this.#name] = m[2] ?? ''
    } else if (this.#name !== '') {
      // Further lines of a value are indented as far as its first one.
      this.#fields[this.#name] += `\n${line.slice(4 + this.#name.length + 1)}`
    }
  }

  #entry(): void {
    if (this.#fields === undefined) {
      if (this.#raw > 0) this.#sink.frame(this.#raw)
    } else this.#sink.line(Buffer.from(`${JSON.stringify(this.#fields)}\n`), this.#raw)
    this.#fields = undefined
    this.#name = ''
    this.#raw = 0
  }
}
