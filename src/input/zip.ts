/**
 * The members of a zip, in the order in which they are written (PKWARE's APPNOTE 6.3.10, chapter 4.3), so that a pipe or a cut file can be read.
 * Libraries
 * need the directory at the end (yauzl, zip.js), or search compressed data for the next signature (fflate), which can occur there by chance: Go's
 * archive/zip never writes lengths before the data.
 *
 *   local header | name | extra | data | descriptor, if the header has no lengths
 */
import zlib from 'node:zlib'
import { DumpstreamError } from '../core/errors.ts'
import { ByteQueue, EndOfBytes } from './byte-queue.ts'
import { inflate, skip } from './inflate.ts'
import { brokenText, type Stage, type StageParts } from './stage.ts'

const LOCAL = 0x04034b50
const DESCRIPTOR = 0x08074b50
/** What follows the members: the directory, and what may precede it. */
const DIRECTORY = new Set([0x02014b50, 0x06054b50, 0x06064b50, 0x08064b50])
const HEADER_BYTES = 26
const STORED = 0
const DEFLATED = 8
const ENCRYPTED = 1 << 0
/** The lengths are in a descriptor after the data. */
const STREAMED = 1 << 3
const UTF8 = 1 << 11
const ZIP64 = 0x0001
const UNKNOWN = 0xffffffff
const PIECE_BYTES = 64 << 10

interface Member {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly crc: number
  /** Length of its data; undefined if it is in a descriptor after the data. */
  readonly length: number | undefined
}

export function openZip(parts: StageParts): Stage {
  return new ByteQueue(async (queue) => {
    try {
      await readMembers(queue, parts)
    } catch (error) {
      if (!(error instanceof EndOfBytes)) throw error
      throw new DumpstreamError('DS_INPUT', brokenText(parts.name, 'zip archive', undefined), { cause: error })
    }
  })
}

async function readMembers(queue: ByteQueue, parts: StageParts): Promise<void> {
  for (;;) {
    const signature = (await queue.exactly(4)).readUInt32LE()
    if (DIRECTORY.has(signature)) return
    if (signature !== LOCAL)
      throw new DumpstreamError('DS_INPUT', brokenText(parts.name, 'zip archive', 'no member where one should be'))
    await readMember(queue, await readHeader(queue), parts)
  }
}

async function readHeader(queue: ByteQueue): Promise<Member> {
  const header = await queue.exactly(HEADER_BYTES)
  const flags = header.readUInt16LE(2)
  const name = await queue.exactly(header.readUInt16LE(22))
  const extra = await queue.exactly(header.readUInt16LE(24))
  const length = header.readUInt32LE(14)
  const isStreamed = (flags & STREAMED) !== 0 && (length === 0 || length === UNKNOWN)
  return {
    name: name.toString((flags & UTF8) !== 0 ? 'utf8' : 'latin1'),
    flags,
    method: header.readUInt16LE(4),
    crc: header.readUInt32LE(10),
    length: isStreamed ? undefined : length === UNKNOWN ? longLength(extra) : length,
  }
}

/** The second of the two lengths in the field. */
function longLength(extra: Buffer): number {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2))
    if (extra.readUInt16LE(at) === ZIP64 && at + 20 <= extra.length) return Number(extra.readBigUInt64LE(at + 12))
  return UNKNOWN
}

async function readMember(queue: ByteQueue, member: Member, parts: StageParts): Promise<void> {
  const { name, flags, method, length } = member
  const path = `${parts.name}:${name}`
  const refuse = (why: string): void => parts.onFault(new DumpstreamError('DS_INPUT', `${path}: ${why}`))
  const isReadable = (flags & ENCRYPTED) === 0 && (method === DEFLATED || (method === STORED && length !== undefined))
  if (!isReadable) {
    const why = (flags & ENCRYPTED) !== 0 ? 'is encrypted' : `can't be read from a stream (zip method ${method})`
    if (length === undefined) throw new DumpstreamError('DS_INPUT', `${path}: ${why}, and hides the members after it`)
    if (!name.endsWith('/')) refuse(why)
    await skip(queue, length)
    if ((flags & STREAMED) !== 0) await readDescriptor(queue)
    return
  }
  const stage = name.endsWith('/') ? undefined : parts.onMember(name)
  let crc = 0
  const take = (bytes: Uint8Array): Promise<void> | undefined => {
    crc = zlib.crc32(bytes, crc)
    return stage?.push(bytes)
  }
  let told = member.crc
  try {
    if (method === STORED) await pass(queue, length ?? 0, take)
    else
      await inflate({
        queue,
        ...(length === undefined ? { likelySmall: true } : { length }),
        onChunk: take,
        explain: (error) =>
          new BadMember('DS_INPUT', `${path}: is damaged (${error.message}); the data before that was read`),
      })
    if ((flags & STREAMED) !== 0) told = await readDescriptor(queue)
  } catch (error) {
    await stage?.end()
    // Only the length of this member shows where the next one begins.
    if (!(error instanceof BadMember) || length === undefined) throw error
    parts.onFault(error)
    if ((flags & STREAMED) !== 0) await readDescriptor(queue)
    return
  }
  await stage?.end()
  if (crc !== told) refuse('its checksum does not match')
}

async function pass(
  queue: ByteQueue,
  length: number,
  take: (bytes: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  for (let left = length; left > 0; ) {
    const piece = await queue.some(Math.min(left, PIECE_BYTES))
    left -= piece.length
    await take(piece)
  }
}

/** The data of a member is not valid. If its length is known, all of the data was skipped. */
class BadMember extends DumpstreamError {}

/** Reads the checksum. The lengths have four or eight bytes, which only the position of the next signature shows. */
async function readDescriptor(queue: ByteQueue): Promise<number> {
  const head = await queue.peek(4)
  if (head.length === 4 && head.readUInt32LE() === DESCRIPTOR) await queue.exactly(4)
  const crc = (await queue.exactly(4)).readUInt32LE()
  const lengths = await queue.peek(10)
  await queue.exactly(lengths.toString('latin1', 8, 10) === 'PK' ? 8 : 16)
  return crc
}
