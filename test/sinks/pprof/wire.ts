/** Reads protobuf back for the tests, knowing nothing of what writes it: field → its values, numbers or bytes. */

export type Fields = ReadonlyMap<number, readonly (number | Uint8Array)[]>

export function decode(bytes: Uint8Array): Fields {
  const fields = new Map<number, (number | Uint8Array)[]>()
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const byte = bytes[at++]
      if (byte === undefined) throw new Error('a varint is cut')
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const number = tag >>> 3
    let value: number | Uint8Array
    if ((tag & 7) === 0) value = varint()
    else if ((tag & 7) === 2) {
      const length = varint()
      value = bytes.subarray(at, at + length)
      if (value.length < length) throw new Error('a field is cut')
      at += length
    } else throw new Error(`wire type ${tag & 7}`)
    fields.set(number, [...(fields.get(number) ?? []), value])
  }
  return fields
}

export function numbers(fields: Fields, field: number): number[] {
  return (fields.get(field) ?? []).flatMap((value) => (typeof value === 'number' ? [value] : unpack(value)))
}

export function messages(fields: Fields, field: number): Fields[] {
  return texts(fields, field).map((bytes) => decode(Buffer.from(bytes, 'latin1')))
}

/** Bytes as latin1. */
export function texts(fields: Fields, field: number): string[] {
  return (fields.get(field) ?? []).map((value) =>
    typeof value === 'number' ? '' : Buffer.from(value).toString('latin1'),
  )
}

function unpack(bytes: Uint8Array): number[] {
  const values: number[] = []
  let value = 0
  let factor = 1
  for (const byte of bytes) {
    value += (byte & 0x7f) * factor
    factor *= 0x80
    if (byte >= 0x80) continue
    values.push(value)
    value = 0
    factor = 1
  }
  return values
}
