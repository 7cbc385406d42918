/**
 * A dump that is written twice (a log that is read again, a bridge that is killed between two writes) has the same identity both times: 16 hex digits
 * of FNV-1a over its source, the time of its first header in milliseconds, and that header. `examples/fluent-bit/dumpstream.lua` computes the same.
 */
export function dumpIdentity(source: string, time: number | undefined, header: string): string {
  const bytes = Buffer.from(`${source}\0${time === undefined ? '' : time.toFixed(3)}\0${header}`)
  return hash(bytes, 0x811c9dc5) + hash(bytes, 0x050c5d1f)
}

function hash(bytes: Uint8Array, basis: number): string {
  let value = basis
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193)
  return (value >>> 0).toString(16).padStart(8, '0')
}
