/**
 * CRI, as kubelet and containerd write it (kubernetes/cri-api, `pkg/kubelet/kuberuntime/logs`): a line longer than 16 KiB comes in
 * parts tagged P, the last one F. Further tags follow after colons. Podman's k8s-file is the same.
 *
 *     2026-11-24T05:00:00.123456789Z stdout F goroutine 7 [running]:
 */
import { DASH, SPACE, startsWith } from '../core/ascii.ts'
import type { CarriedText, Carrier, StreamNames } from './carrier.ts'
import { type LineShape, LONGEST_PART, ShapePart } from './line-shape.ts'
import { timeOf } from './time.ts'

const PARTIAL = 0x50
const FULL = 0x46
/** `2026-11-24T05:00:00.123456789+05:30`. */
const LONGEST_STAMP = 35
const SHORTEST_STAMP = 20

export class Cri implements Carrier {
  readonly name = 'cri'
  #buf: Buffer = Buffer.alloc(0)
  #pos = 0
  #stampEnd = 0
  /** Where the text begins; -1 if this is only a part of it. */
  #textAt = -1
  #stream = ''
  readonly #head = new ShapePart()

  read(buf: Buffer, pos: number, next: number, text: CarriedText): boolean {
    if (buf[pos + 4] !== DASH || buf[pos + 7] !== DASH || buf[pos + 10] !== 0x54) return false
    let p = pos + SHORTEST_STAMP
    const limit = Math.min(next - 1, pos + LONGEST_STAMP + 1)
    while (p < limit && buf[p] !== SPACE) p++
    if (buf[p] !== SPACE || !startsWith(buf, p + 1, next, 'std')) return false
    this.#stampEnd = p
    if (startsWith(buf, p + 4, next, 'out ')) this.#stream = 'stdout'
    else if (startsWith(buf, p + 4, next, 'err ')) this.#stream = 'stderr'
    else return false
    p += 8
    const tag = buf[p]
    if (tag !== PARTIAL && tag !== FULL) return false
    p++
    // An empty line may have lost its blank.
    while (p < next - 1 && buf[p] !== SPACE) p++
    if (p < next - 1) p++
    this.#buf = buf
    this.#pos = pos
    this.#textAt = tag === FULL && buf[p - 1] === SPACE ? p : -1
    text.inPlace(buf, p, next)
    text.key = this.#stream
    text.partial = tag === PARTIAL
    return true
  }

  afresh(): Cri {
    return new Cri()
  }

  time(): number | undefined {
    return timeOf(this.#buf.toString('latin1', this.#pos, this.#stampEnd))
  }

  shape(): LineShape | undefined {
    const length = this.#textAt - this.#pos
    if (this.#textAt < 0 || length > LONGEST_PART) return undefined
    this.#head.set(this.#buf, this.#pos, this.#textAt)
    this.#head.vary(0, this.#stampEnd - this.#pos)
    return { head: this.#head, escapes: 'none' }
  }

  names(): StreamNames {
    return { source: '', attributes: { 'log.iostream': this.#stream } }
  }
}
