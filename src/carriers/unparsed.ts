/**
 * The log of a container runtime that a shipper has put into its own records line by line, as a pipeline without a parser for it does: Fluent Bit's
 * tail without `multiline.parser cri`, Filebeat's `log` input, Vector's `file` source.
 *
 *     {"log":"2026-11-24T05:00:00.123456789Z stdout F goroutine 7 [running]:","tag":"kube.web"}
 *     {"message":"{\"log\":\"goroutine 7 [running]:\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-24T05:00:00.123456789Z\"}"}
 */
import { CarriedText, type Carrier, type RecordFrame, type StreamNames } from './carrier.ts'
import { Cri } from './cri.ts'
import { docker } from './dialects.ts'
import { JsonCarrier } from './json.ts'

export class Unparsed implements Carrier {
  readonly name: string
  readonly #shipper: Carrier
  readonly #runtime: Carrier
  readonly #line = new CarriedText()

  constructor(shipper: Carrier, runtime: Carrier) {
    this.name = shipper.name
    this.#shipper = shipper
    this.#runtime = runtime
  }

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    const line = this.#line
    if (!this.#shipper.read(buf, pos, next, line) || line.partial || line.holdsLines) return false
    if (!this.#runtime.read(line.buf, line.start, line.end, text)) return false
    text.key = `${line.key}\0${text.key}`
    return true
  }

  afresh(): Unparsed {
    return new Unparsed(this.#shipper.afresh(), this.#runtime.afresh())
  }

  /** The runtime's, which is when the line was written. */
  time(now?: number): number | undefined {
    return this.#runtime.time(now) ?? this.#shipper.time(now)
  }

  names(): StreamNames {
    const shipper = this.#shipper.names()
    return { source: shipper.source, attributes: { ...this.#runtime.names().attributes, ...shipper.attributes } }
  }

  frame(): RecordFrame | undefined {
    return this.#shipper.frame?.()
  }
}

/** The carrier of lines like the one in which `shipper` has just read `line`, if that is a line of a container runtime; undefined if it is not. */
export function unparsedIn(shipper: Carrier, line: CarriedText): Unparsed | undefined {
  if (shipper.several === true || line.holdsLines) return undefined
  const text = new CarriedText()
  const runtime = [new Cri(), new JsonCarrier(docker)].find((each) => each.read(line.buf, line.start, line.end, text))
  return runtime === undefined ? undefined : new Unparsed(shipper.afresh(), runtime.afresh())
}
