/**
 * Reads a file whose newest line comes first from its end: lines come out oldest first, however long the file is, in the memory of a few blocks.
 *
 *     file     … | line 3 | line 2 | line 1     read from the right
 *     window          [ block  | held ]          held: the rest of a line that begins before the block
 */
import { readSync } from 'node:fs'
import { LF } from '../core/ascii.ts'
import { elapsed } from '../core/clock.ts'
import type { DumpstreamRecord } from '../core/records.ts'

const BLOCK_BYTES = 256 << 10
/** A longer line is passed on in pieces, as if it were several lines; a piece is longer than the longest line that the engine reads. */
const LINE_BYTES = 2 << 20
const TURN_MS = 25

export interface Backwards {
  readonly fd: number
  readonly size: number
  /** Takes whole lines; the view is valid only during the call. */
  onChunk(lines: Buffer): void
}

/** Ends early when `signal` is aborted. */
export async function readBackwards({ fd, size, onChunk }: Backwards, signal: AbortSignal): Promise<void> {
  const window = Buffer.allocUnsafe(BLOCK_BYTES + LINE_BYTES)
  const out = Buffer.allocUnsafe(window.length + 1)
  const over = window.length
  /** Bytes at the end of the window. */
  let held = 0
  let turn = elapsed() + TURN_MS
  for (let end = size; end > 0 && !signal.aborted; ) {
    const length = Math.min(BLOCK_BYTES, end)
    const at = over - held - length
    fill(fd, window.subarray(at, at + length), end - length)
    end -= length
    // The first line of the block may begin before it.
    const lf = end === 0 ? -1 : window.subarray(at, at + length).indexOf(LF)
    const isPart = lf < 0 && end > 0 && held + length + BLOCK_BYTES <= over
    const from = isPart ? over : end === 0 || lf < 0 ? at : at + lf + 1
    if (from < over) onChunk(reverse(window.subarray(from, over), out))
    held = from - at
    if (from < over) window.copyWithin(over - held, at, from)
    if (elapsed() < turn) continue
    await new Promise(setImmediate)
    turn = elapsed() + TURN_MS
  }
}

/** Fills the block. If the file was truncated in the meantime, the missing part reads as empty lines. */
function fill(fd: number, block: Buffer, start: number): void {
  let read = 0
  while (read < block.length) {
    const count = readSync(fd, block, read, block.length - read, start + read)
    if (count === 0) break
    read += count
  }
  block.fill(LF, read)
}

/** Reverses the lines. The first one of the result may lack its line end in the file; it gets one. */
function reverse(lines: Buffer, out: Buffer): Buffer {
  let at = 0
  for (let end = lines.length; end > 0; ) {
    const start = end < 2 ? 0 : lines.lastIndexOf(LF, end - 2) + 1
    at += lines.copy(out, at, start, end)
    if (lines[end - 1] !== LF) out[at++] = LF
    end = start
  }
  return out.subarray(0, at)
}

/** Reverses the lines of a log whose newest line comes first. */
export function oldestFirst(lines: Buffer): Buffer {
  return reverse(lines, Buffer.allocUnsafe(lines.length + 1))
}

/** Places a record that was read backwards in the file of `size` bytes. */
export function placedBackwards(record: DumpstreamRecord, size: number): DumpstreamRecord {
  if (record.type !== 'dump') return record
  const [start, end] = record.bytes
  return { ...record, bytes: [Math.max(0, size - end), Math.max(0, size - start)], order: 'newest_first' }
}
