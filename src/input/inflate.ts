/** Raw deflate out of a queue of bytes, of which it takes no more than it needs. */
import zlib from 'node:zlib'
import type { ByteQueue } from './byte-queue.ts'
import { Decompressor } from './decompressor.ts'

const PIECE_BYTES = 256 << 10

export interface InflateParts {
  readonly queue: ByteQueue
  /** Bytes of the deflated data; absent: it says itself where it ends. */
  readonly length?: number
  readonly onChunk: (bytes: Uint8Array) => Promise<void> | undefined
  /** What is thrown when the data is not deflated. */
  readonly explain: (error: Error) => Error
}

/** @throws EndOfBytes after all that could be inflated has been handed on. Bytes of a known length are taken in any case. */
export async function inflate({ queue, length, onChunk, explain }: InflateParts): Promise<void> {
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
}

export async function skip(queue: ByteQueue, count: number): Promise<void> {
  for (let left = count; left > 0; ) left -= (await queue.some(left)).length
}
