/**
 * What a dump is announced by, wherever in its line a carrier has put it: `panic: …`, `SIGQUIT: quit`, the title of a race report. What is
 * between it and the header decides, so a chunk that ends there waits for the next one.
 *
 * Hot: guarded by `npm run bench` (ordinary log). Words are looked for natively; only a hit is read.
 */
import { lineStart } from './gate.ts'

interface Word {
  readonly bytes: Buffer
  /** What stands there, if it is an announcement. */
  readonly form: RegExp
  /** How far ahead of those that were found, or of the end, it is looked for at most, bytes. */
  readonly within: number
}

/** Longest text that a form reads. */
const FORM_BYTES = 64
/** The last two stand just ahead of their `fatal error:`, and begin as many words of a log do. */
const SOON = 4096

function word(text: string, form: RegExp, within = Number.POSITIVE_INFINITY): Word {
  return { bytes: Buffer.from(text), form, within }
}

/** The first lines of preambles (blocks/preamble.ts) and of race reports. */
const WORDS: readonly Word[] = [
  word('panic: ', /^panic: /),
  word('fatal error: ', /^fatal error: /),
  word('SIG', /^SIG[A-Z0-9]+: [a-z]/),
  word('Signal ', /^Signal \d/),
  word('DATA RACE', /^DATA RACE/),
  word('==================', /^={18}/),
  word('runtime: ', /^runtime: [a-zV]/, SOON),
  word('unexpected fault address', /^unexpected fault address 0x/, SOON),
]

/**
 * Start of the first line in [end - window, end), not before `pos`, that may announce a dump, or `end`. `end` is a line start.
 */
export function findAnnouncement(buf: Buffer, pos: number, end: number, window: number): number {
  const from = Math.max(pos, end - window)
  let first = end
  for (const { bytes, form, within } of WORDS) {
    const at = findWord(buf, Math.max(from, first - within), first, bytes, form)
    if (at >= 0) first = at
  }
  if (first === end) return end
  const line = lineStart(buf, pos, first)
  // One that starts ahead of the window is too far from what may come.
  return line < from ? findAnnouncement(buf, buf.indexOf('\n', first) + 1, end, window) : line
}

function findWord(buf: Buffer, from: number, end: number, bytes: Buffer, form: RegExp): number {
  // Only the tail is searched: a view keeps the search from running on.
  const tail = buf.subarray(from, end)
  for (let at = tail.indexOf(bytes); at >= 0; at = tail.indexOf(bytes, at + 1)) {
    if (form.test(tail.toString('latin1', at, at + FORM_BYTES))) return from + at
  }
  return -1
}
