/** Raw deflate from a queue of bytes, of which it takes no more than it needs. */
import zlib from 'node:zlib'
import type { ByteQueue } from './byte-queue.ts'
import { Decompressor } from './decompressor.ts'

const PIECE_BYTES = 256 << 10
/**
 * Data of at most `packed` bytes is inflated in one call, into at most `plain` bytes: a stream costs 0.25 ms, too much for a hundred thousand small
 * members.
 */
const SMALL = { packed: 64 << 10, plain: 256 << 10 } as const

export interface InflateParts {
  readonly queue: ByteQueue
  /** Bytes of the deflated data; if absent, the data itself shows where it ends. */
  readonly length?: number
  /** The length is unknown, and probably small. */
  readonly likelySmall?: boolean
  readonly onChunk: (bytes: Uint8Array) => Promise<void> | undefined
  /** The error to throw if the data is not valid. */
  readonly explain: (error: Error) => Error
}

/**
 * Returns whether the data was small.
 * @throws EndOfBytes after everything that could be inflated was passed on. If the length is known, its bytes are taken in any case.
 */
export async function inflate(parts: InflateParts): Promise<boolean> {
  const { queue, length, likelySmall = false, onChunk } = parts
  if (length === undefined ? likelySmall : length <= SMALL.packed) {
    const atHand = queue.atHand(SMALL.packed)
    const small = inflateSmall(length === undefined ? atHand : atHand.subarray(0, length + 1))
    if (small !== undefined) {
      await queue.exactly(length ?? small.length)
      if (small.plain.length > 0) await onChunk(small.plain)
      return true
    }
  }
  return (await inflateStream(parts)) <= SMALL.packed
}

/** Undefined if the data does not end within these bytes, is large, or is damaged. */
function inflateSmall(bytes: Buffer): { readonly plain: Uint8Array; readonly length: number } | undefined {
  try {
    const inflated: unknown = zlib.inflateRawSync(bytes, INFLATE_SMALL)
    // `info` is missing from the types. An unread byte proves that the data has ended.
    if (!isInflated(inflated) || inflated.engine.bytesWritten >= bytes.length) return undefined
    return { plain: inflated.buffer, length: inflated.engine.bytesWritten }
  } catch {
    return undefined
  }
}

const INFLATE_SMALL = {
  info: true,
  finishFlush: zlib.constants.Z_SYNC_FLUSH,
  maxOutputLength: SMALL.plain,
} as const

interface Inflated {
  readonly buffer: Uint8Array
  readonly engine: { readonly bytesWritten: number }
}

function isInflated(value: unknown): value is Inflated {
  return typeof value === 'object' && value !== null && 'engine' in value
}

/** Returns how many bytes it took. */
async function inflateStream({ queue, length, onChunk, explain }: InflateParts): Promise<number> {
  const stream = zlib.createInflateRaw({ chunkSize: PIECE_BYTES })
  const inflater = new Decompressor({
    stream,
    onChunk,
    explain: (error) => ('code' in error && String(error.code).startsWith('Z_') ? explain(error) : error),
  })
  let fed = 0
  try {
    for (let left = length ?? Number.POSITIVE_INFINITY; left > 0; ) {
      const piece = await queue.some(Math.min(left, PIECE_BYTES))
      left -= piece.length
      fed += piece.length
      await inflater.push(piece)
      const more = fed - stream.bytesWritten
      if (more === 0) continue
      if (length === undefined) queue.unread(piece.subarray(piece.length - more))
      break
    }
  } catch (error) {
    await inflater.end().catch(() => {})
    if (length !== undefined) await skip(queue, length - fed)
    throw error
  }
  await inflater.end()
  if (length !== undefined) await skip(queue, length - fed)
  return stream.bytesWritten
}

export async function skip(queue: ByteQueue, count: number): Promise<void> {
  for (let left = count; left > 0; ) left -= (await queue.some(left)).length
}
