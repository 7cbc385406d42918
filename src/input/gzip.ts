/**
 * gzip (RFC 1952): reads one member after the other, skips zeros after the last one, and reports anything else there, as gzip(1) does. zlib's own
 * reader of several members loses what it has just inflated if garbage follows.
 */
import zlib from 'node:zlib'
import { DumpstreamError } from '../core/errors.ts'
import { ByteQueue, EndOfBytes } from './byte-queue.ts'
import { inflate } from './inflate.ts'
import { brokenText, type Stage, type StageParts } from './stage.ts'

const HEADER_BYTES = 10
const DEFLATED = 8
const HAS_CHECKSUM = 1 << 1
const HAS_EXTRA = 1 << 2
const HAS_NAME = 1 << 3
const HAS_COMMENT = 1 << 4
const SOME_BYTES = 64 << 10

export function openGzip(parts: StageParts): Stage {
  const broken = (reason: string | undefined, cause?: unknown): DumpstreamError =>
    new DumpstreamError('DS_GZIP', brokenText(parts.name, 'gzip stream', reason), { cause })
  return new ByteQueue(async (queue) => {
    try {
      let likelySmall = false
      do likelySmall = await readMember(queue, parts, broken, likelySmall)
      while (await isAtMember(queue, parts))
    } catch (error) {
      await parts.onEnd().catch(() => {})
      throw error instanceof EndOfBytes ? broken(undefined, error) : error
    }
    await parts.onEnd()
  })
}

/** Returns whether the member was small, because then the next one probably is, too. */
async function readMember(
  queue: ByteQueue,
  parts: StageParts,
  broken: (reason: string) => Error,
  likelySmall: boolean,
): Promise<boolean> {
  await passHeader(queue, broken)
  let crc = 0
  const wasSmall = await inflate({
    queue,
    likelySmall,
    onChunk: (bytes) => {
      crc = zlib.crc32(bytes, crc)
      return parts.onChunk(bytes)
    },
    explain: (error) => broken(error.message),
  })
  const trailer = await queue.exactly(8)
  if (trailer.readUInt32LE() !== crc) throw broken('incorrect data check')
  return wasSmall
}

async function passHeader(queue: ByteQueue, broken: (reason: string) => Error): Promise<void> {
  const header = await queue.exactly(HEADER_BYTES)
  if (header[2] !== DEFLATED) throw broken('unknown compression method')
  const flags = header.readUInt8(3)
  if ((flags & HAS_EXTRA) !== 0) await queue.exactly((await queue.exactly(2)).readUInt16LE())
  if ((flags & HAS_NAME) !== 0) await passText(queue)
  if ((flags & HAS_COMMENT) !== 0) await passText(queue)
  if ((flags & HAS_CHECKSUM) !== 0) await queue.exactly(2)
}

async function passText(queue: ByteQueue): Promise<void> {
  for (;;) {
    const piece = await queue.some(SOME_BYTES)
    const end = piece.indexOf(0)
    if (end < 0) continue
    queue.unread(piece.subarray(end + 1))
    return
  }
}

/** Is there another member, perhaps after zeros? */
async function isAtMember(queue: ByteQueue, parts: StageParts): Promise<boolean> {
  for (;;) {
    const head = await queue.peek(2)
    if (head.length === 0) return false
    if (head[0] !== 0) {
      if (head[0] === 0x1f && (head.length < 2 || head[1] === 0x8b)) return true
      parts.onNotice(`${parts.name}: ignored trailing data that is not gzip`)
      return false
    }
    const piece = await queue.some(SOME_BYTES)
    const first = piece.findIndex((byte) => byte !== 0)
    if (first > 0) queue.unread(piece.subarray(first))
  }
}
