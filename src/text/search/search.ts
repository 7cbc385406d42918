/**
 * Finds the first occurrence of a long word in long buffers, 6 times as fast as `Buffer.indexOf`, which hops from one first letter to the next.
 * The search is SIMD code (find.wat) over a separate memory; copying a chunk into it costs a tenth of the search. One module serves the whole
 * process: a search is over when it returns. Without WebAssembly (`node --jitless`), `indexOf` does it.
 *
 * Hot: guarded by `npm run bench` (ordinary log).
 */

import { type Kernel, openKernel } from '../../core/kernel.ts'
import module from './find.wat'

/** Below this, copying and calling cost more than they save. */
const SHORT = 2_048
/** Bytes that are copied at a time: few at first, since the word may be near; more after a search that found none. */
const FIRST = 16 << 10
const MOST_BYTES = 256 << 10
/** Where the words and the bytes are in the memory. */
const WORD_AT = 0
const OTHER_AT = 64
const BYTES_AT = 128
/** The kernel reads past the end of the bytes. */
const BEYOND = 80

type Find = (word: number, length: number, other: number, otherLength: number, start: number, end: number) => number

let kernel: Kernel<{ readonly find: Find }> | undefined
let isOpened = false
let size = FIRST

/**
 * Offset of the first whole `word` or `other` in [pos, end) of `buf`; -1 if there is none. Both have 7 to 64 bytes, of which the first, fourth
 * and seventh are the same; `other` is not the shorter one.
 */
export function search(buf: Buffer, word: Buffer, pos: number, end: number, other: Buffer = word): number {
  if (end - pos < SHORT) return searchShort(buf, word, pos, end, other)
  if (!isOpened) open()
  if (kernel === undefined) return searchShort(buf, word, pos, end, other)
  const { memory, functions } = kernel
  memory.set(word, WORD_AT)
  memory.set(other, OTHER_AT)
  for (let from = pos; from < end; ) {
    const to = Math.min(end, from + size)
    memory.set(buf.subarray(from, to), BYTES_AT)
    const at = functions.find(WORD_AT, word.length, OTHER_AT, other.length, BYTES_AT, BYTES_AT + to - from)
    if (at >= 0) {
      size = FIRST
      return from + at - BYTES_AT
    }
    if (to - from === size) size = Math.min(MOST_BYTES, size * 4)
    if (to === end) return -1
    // A word may cross the border.
    from = to - other.length + 1
  }
  return -1
}

/** The same without the kernel: its reference. */
export function searchShort(buf: Buffer, word: Buffer, pos: number, end: number, other: Buffer = word): number {
  const seen = end < buf.length ? buf.subarray(0, end) : buf
  const at = seen.indexOf(word, pos)
  if (other === word) return at
  const otherAt = (at < 0 ? seen : seen.subarray(0, at + other.length)).indexOf(other, pos)
  return otherAt < 0 || (at >= 0 && at < otherAt) ? at : otherAt
}

function open(): void {
  isOpened = true
  const opened = openKernel<{ readonly find: Find }>(module)
  if (opened !== undefined && opened.memory.length >= BYTES_AT + MOST_BYTES + BEYOND) kernel = opened
}
