/**
 * Goroutines of stacks that the open dump already has, one after the other: the kernel walks their lines and reads the headers between them
 * (stacks/walk.wat), and only counting remains. This does what the loop in assembler.ts does for each of them, in the plain case:
 *
 *   what comes                                        | who takes it
 *   --------------------------------------------------|---------------------------------------------------------
 *   lines that are known; an empty line and a header  | this class
 *   a line that is not known                          | the reader of lines
 *   a stack that the dump does not have               | the loop
 *   a state that is not known, or `running`; labels   | the loop, which makes the state known
 *   an id that the dump already has                   | the loop: the dump may be over
 *   anything in doubt, held, or announced             | the loop, line by line
 *
 * Hot: guarded by `npm run bench` (dump-heavy).
 */
import { LF, trimLineEnd } from '../core/ascii.ts'
import { type KnownLine, ROOT } from '../stacks/rows.ts'
import type { StackEntry } from '../stacks/stack.ts'
import { AT_HEADER, NO_DUMP, type WalkKernel } from '../stacks/walk.ts'
import type { HeaderInfo } from '../text/info.ts'
import type { OpenDump } from './dump.ts'
import type { OpenBlocks } from './open-blocks.ts'

/** Rows that the kernel may read at once, for each goroutine that the dump has: they are wasted if the dump ends before them. */
const ROWS_PER_GOROUTINE = 4

export class FastLane {
  readonly #open: OpenBlocks
  /** The kernel that stopped at a header that is not plain. */
  #stopped: WalkKernel | undefined
  /** Calls in the rows that were taken. */
  #calls = 0

  constructor(open: OpenBlocks) {
    this.#open = open
  }

  /** Continues from where the open goroutine is. Returns where the first line begins that was not taken; `goroutine.at` is then up to date. */
  run(from: KnownLine, buf: Buffer, words: DataView, start: number, end: number, base: number): number {
    const { goroutine } = this.#open
    const { tree } = goroutine
    this.#stopped = undefined
    let at = from
    let pos = start
    tree.growFor(this.#open.dump?.tally.goroutines ?? 0)
    let kernel = tree.kernelFor(buf, pos, end)
    // A line that has just been learnt: no line is known after it.
    if (kernel === undefined && buf[start] !== LF && tree.firstChild(from) === ROOT) return start
    while (kernel !== undefined) {
      const dump = this.#plainDump
      const why = dump === undefined ? kernel.run(at, buf, pos, end, NO_DUMP, 0) : this.#runIn(dump, at, buf, pos, end)
      const { rows } = kernel
      const taken = rows === 0 || dump === undefined ? 0 : this.#take(kernel, rows, dump, buf, base)
      if (taken < rows) {
        // The header of this row is left to the loop.
        kernel.noteBefore(taken, this.#calls, tree.calls, buf, false)
        this.#walked(kernel.lineBefore(taken), buf, kernel.fromBefore(taken), kernel.headerFrom(taken) - 1, base)
        return kernel.headerFrom(taken) - 1
      }
      if (rows > 0 || kernel.line !== at) {
        kernel.noteLast(tree.calls, buf)
        this.#walked(kernel.line, buf, kernel.from, kernel.after, base)
        at = kernel.line
        pos = kernel.after
      }
      if (pos >= end) return pos
      if (kernel.hasWhole(pos, end) && !kernel.isFull(why)) {
        if (why === AT_HEADER) this.#stopped = kernel
        return pos
      }
      // The line continues past what the kernel has seen.
      if (!kernel.isFull(why) && !kernel.seeFrom(buf, pos, end)) kernel = undefined
    }
    const last = tree.walkPlain(at, buf, words, pos, end)
    if (last === at) return pos
    this.#walked(last, buf, tree.from, tree.after, base)
    return tree.after
  }

  /** Prepares for another stream. */
  reuse(): void {
    this.#stopped = undefined
    this.#calls = 0
  }

  /** Teaches the kernel a header that it did not know. */
  learn(info: HeaderInfo): void {
    this.#stopped?.learn(info)
    this.#stopped = undefined
  }

  /** Lets the kernel read goroutines of stacks that the dump has. */
  #runIn(dump: OpenDump, at: KnownLine, buf: Buffer, pos: number, end: number): number {
    const { length, mostLines, tree } = this.#open.goroutine
    const { goroutines, serial } = dump.tally
    return tree.run(at, buf, pos, end, serial, (goroutines + 1) * ROWS_PER_GOROUTINE, length > 0 ? mostLines : 0)
  }

  /** The dump, if the next goroutine can be taken without checking anything else. */
  get #plainDump(): OpenDump | undefined {
    const { dump, body, fragments, goroutine } = this.#open
    const { header, tree } = goroutine
    if (dump === undefined || header?.counted !== true || body.goroutines === 'none' || goroutine.doubt !== undefined)
      return undefined
    return tree.full || dump.tally.idsOverflow || fragments.pending.length > 0 ? undefined : dump
  }

  /** Takes rows, up to one that is not plain; returns their number. */
  #take(kernel: WalkKernel, rows: number, dump: OpenDump, buf: Buffer, base: number): number {
    const open = this.#open
    const { goroutine } = open
    const { tree } = goroutine
    const { tally } = dump
    let { header } = goroutine
    if (header === undefined) return 0
    let { id, place, info } = header
    let row = 0
    this.#calls = 0
    for (; row < rows; row++) {
      const next = kernel.id(row)
      const nextPlace = tally.addId(next)
      if (nextPlace < 0) break
      const entry = tree.entry(kernel.lineBefore(row)) as StackEntry
      const calls = kernel.callsBefore(row)
      const hasEnough = calls === 0 || tally.callers?.hasEnough(entry) === true
      // Some lines of the first one came before.
      if (row === 0 || !hasEnough || (calls > 0 && kernel.waitsBefore(this.#calls))) {
        kernel.noteBefore(row, this.#calls, tree.calls, buf, row > 0 && hasEnough)
        dump.count(id, place, info, entry, tree)
        tree.calls.begin()
      } else dump.countKnown(id, place, info, entry, kernel.parentBefore(row))
      this.#calls += calls
      id = next
      place = nextPlace
      info = kernel.info(row)
    }
    if (row === 0) return 0
    header = { id, place, info, start: base + kernel.headerFrom(row - 1), counted: true }
    open.progress += row
    open.fragments.wraps.interrupt()
    dump.end = base + kernel.headerAfter(row - 1)
    goroutine.begin(header)
    return row
  }

  /** Moves the open goroutine to `line`, which begins at `from`; the line after it begins at `after`. */
  #walked(line: KnownLine, buf: Buffer, from: number, after: number, base: number): void {
    const { dump, goroutine } = this.#open
    goroutine.at = line
    if (from < 0) return
    goroutine.length = trimLineEnd(buf, from, after) - from
    if (dump !== undefined) dump.end = base + after
  }
}
