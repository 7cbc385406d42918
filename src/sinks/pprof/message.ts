/** The part of the protobuf wire format that a profile needs (https://protobuf.dev/programming-guides/encoding): varints and bytes. */

const VARINT = 0
const LENGTH_DELIMITED = 2
/** Longest varint of an integer below 2^63. */
const VARINT_MAX = 9
const utf8 = new TextEncoder()

/** Fields are written in the order in which they are added. A number 0 is left out, since that is the default. */
export class Message {
  #bytes = new Uint8Array(64)
  #length = 0

  /** A non-negative integer. */
  number(field: number, value: number): this {
    if (value !== 0) {
      this.#varint((field << 3) | VARINT)
      this.#varint(value)
    }
    return this
  }

  /** Non-negative integers, packed. */
  numbers(field: number, values: readonly number[]): this {
    const packed = new Message()
    for (const value of values) packed.#varint(value)
    return this.message(field, packed)
  }

  message(field: number, value: Message): this {
    return this.#delimited(field, value.toBytes())
  }

  /** May be empty: the string table of a profile begins with an empty string. */
  text(field: number, value: string): this {
    return this.#delimited(field, utf8.encode(value))
  }

  /** A view, valid until something is added. */
  toBytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #delimited(field: number, bytes: Uint8Array): this {
    this.#varint((field << 3) | LENGTH_DELIMITED)
    this.#varint(bytes.length)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
    return this
  }

  /** Seven bits per byte, lowest first. Division, because a shift would cut to 32 bits. */
  #varint(value: number): void {
    this.#reserve(VARINT_MAX)
    let rest = value
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.#length++] = rest
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}
