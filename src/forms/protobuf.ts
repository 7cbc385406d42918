/** The part of the protobuf wire format that is needed to read a profile (https://protobuf.dev/programming-guides/encoding). */

const VARINT = 0
const FIXED64 = 1
const LENGTH_DELIMITED = 2
const FIXED32 = 5
/** Bytes of a 64-bit varint. */
const VARINT_MAX = 10

/** The bytes are not a message, or end in the middle of one. */
export class NotProtobuf extends Error {}

/** A field of a message: a number, or the bytes of a string, a message or a packed list. */
export type Visit = (field: number, value: number, bytes: Buffer | undefined) => void

/**
 * Visits each field of the message in turn. Numbers past 2^53 lose their last bits.
 *
 * @throws NotProtobuf
 */
export function eachField(bytes: Buffer, visit: Visit): void {
  const at = { pos: 0 }
  while (at.pos < bytes.length) {
    const tag = varint(bytes, at)
    const field = Math.floor(tag / 8)
    const wire = tag % 8
    if (field === 0) throw new NotProtobuf('field 0 is not valid')
    if (wire === VARINT) visit(field, varint(bytes, at), undefined)
    else if (wire === LENGTH_DELIMITED) {
      const length = varint(bytes, at)
      visit(field, 0, take(bytes, at, length))
    } else if (wire === FIXED64) take(bytes, at, 8)
    else if (wire === FIXED32) take(bytes, at, 4)
    else throw new NotProtobuf(`wire type ${wire} is not valid`)
  }
}

/** Adds to a list of numbers, which is packed or has one field per number. */
export function addNumbers(list: number[], value: number, bytes: Buffer | undefined): void {
  if (bytes === undefined) {
    list.push(value)
    return
  }
  const at = { pos: 0 }
  while (at.pos < bytes.length) list.push(varint(bytes, at))
}

interface Cursor {
  pos: number
}

function varint(bytes: Buffer, at: Cursor): number {
  let value = 0
  let factor = 1
  for (let i = 0; i < VARINT_MAX; i++) {
    const byte = bytes[at.pos++]
    if (byte === undefined) throw new NotProtobuf('it ends in a number')
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return value
    factor *= 0x80
  }
  throw new NotProtobuf('a number of more than 64 bits')
}

function take(bytes: Buffer, at: Cursor, length: number): Buffer {
  const start = at.pos
  at.pos += length
  if (at.pos > bytes.length) throw new NotProtobuf('it ends in a field')
  return bytes.subarray(start, at.pos)
}
