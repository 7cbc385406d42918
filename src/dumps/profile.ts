/**
 * The text of debug=1 (formats.md § 4): records of equal stacks with their count, without ids and states. On os.Stdout every cell is a separate
 * write, so that other goroutines of the same process can write in between any two cells.
 *
 *     goroutine profile: total 41
 *     40 @ 0x487c0a 0x4176ce 0x526bb9
 *     # labels: {"handler":"/api"}
 *     #\t0x526bb8\tmain.leak+0x18\t/app/main.go:124
 *     <empty line>
 */

import { LF } from '../core/ascii.ts'
import type { DumpKind } from '../core/model.ts'
import { rememberedText } from '../core/remembered.ts'
import { FrameList } from '../stacks/frame-list.ts'
import { newEntry, type StackEntry } from '../stacks/stack.ts'
import type { Tally } from '../stacks/tally.ts'
import { frameAddress, mayBeginProfileLine, type ProfileTitle, pcsBefore, readProfileLine } from '../text/profile.ts'
import { FastProfileLine } from '../text/profile-fast.ts'
import type { Body, BodyEnd, Joined, Part } from './body.ts'
import type { Fragments } from './repair/fragments.ts'

/** Most distinct lists of pcs that are remembered. */
const LISTS = 100_000
/** Most bytes that are remembered: of the pcs of a record, of its lines, and of all records. */
const PCS_BYTES = 1 << 13
const RECORD_BYTES = 1 << 16
const KEPT_BYTES = 4 << 20

/** There are a few dozen in a process, and each of its records has one: the strings are shared. */
const PLACES = 1024
const parkedAt = rememberedText(PLACES, (pcs) => Buffer.from(pcs, 'latin1').toString('latin1'))

interface OpenRecord {
  readonly count: number
  readonly pcs: string
  /** The stack that these pcs had before: its frames need not be read again. */
  readonly known: KnownRecord | undefined
  labels: ReadonlyMap<string, string> | undefined
}

interface KnownRecord {
  readonly entry: StackEntry
  readonly pcs: string
  /** The pcs of the runtime's functions that wait, innermost first: they have no frames. */
  readonly parked: string
  /** Its pcs and the plain lines after them, which need not be read again. */
  readonly text: Buffer | undefined
  /** The record that last came after it. */
  next: KnownRecord | undefined
}

/** pc list → stack: the same pcs are the same stack for the lifetime of the process. Shared by the profiles of one stream. */
export class PcLists {
  readonly #records = new Map<string, KnownRecord>()
  #bytes = 0

  get(pcs: string): KnownRecord | undefined {
    return this.#records.get(pcs)
  }

  /** `lines`: the plain lines after that of the pcs, if there are no others; they are copied. */
  add(pcs: string, entry: StackEntry, lines: Buffer | undefined, parked: string): KnownRecord {
    if (this.#records.size >= LISTS) {
      this.#records.clear()
      this.#bytes = 0
    }
    const length = lines === undefined ? 0 : pcs.length + 1 + lines.length
    const isKept =
      lines !== undefined && pcs.length < PCS_BYTES && length <= RECORD_BYTES && this.#bytes + length <= KEPT_BYTES
    if (isKept) this.#bytes += length
    const text = isKept ? Buffer.concat([Buffer.from(`${pcs}\n`, 'latin1'), lines], length) : undefined
    const record: KnownRecord = { entry, pcs, parked, text, next: undefined }
    this.#records.set(pcs, record)
    return record
  }
}

export class Profile implements Body {
  readonly format = 'profile'
  readonly goroutines = 'none'
  readonly #title: ProfileTitle
  /** Undefined before its first record. */
  #tally: Tally | undefined
  readonly #lists: PcLists
  readonly #fragments: Fragments
  #record: OpenRecord | undefined
  /** The last record that has ended and is known. */
  #last: KnownRecord | undefined
  readonly #fast = new FastProfileLine()
  #damaged = 0
  /** The frames of the open record; none if it is known. */
  readonly #frames = new FrameList()
  /** The address of its first frame; undefined before that, and if the record is known. */
  #firstAddress: string | undefined

  constructor(title: ProfileTitle, lists: PcLists, fragments: Fragments) {
    this.#title = title
    this.#lists = lists
    this.#fragments = fragments
  }

  get kind(): DumpKind | undefined {
    return this.#title.leak ? 'leak' : undefined
  }

  get #counted(): number {
    return this.#tally?.goroutines ?? 0
  }

  open(tally: Tally): void {
    this.#tally = tally
  }

  finish(): BodyEnd {
    this.#closeRecord(!this.#isLast)
    return { damaged: this.#damaged, truncated: this.#counted < this.#title.total, race: undefined }
  }

  /** It ends the record, and after the last one the profile. */
  blank(): 'last' | 'foreign' {
    this.#closeRecord()
    return this.#counted >= this.#title.total ? 'last' : 'foreign'
  }

  fits(text: string): boolean {
    return readProfileLine(text, this.#record?.pcs)?.kind === 'record'
  }

  line(text: string): Part {
    const line = readProfileLine(text, this.#record?.pcs)
    switch (line?.kind) {
      case 'record':
        this.#closeRecord()
        this.#begin(line.count, line.pcs, this.#lists.get(line.pcs))
        return 'part'
      case 'frame':
        if (this.#record?.known !== undefined) return 'part'
        this.#firstAddress ??= frameAddress(text, this.#record?.pcs ?? '')
        if (line.name !== '') this.#frames.addText(line.name, line.file)
        return 'part'
      case 'labels':
        if (this.#record !== undefined) this.#record.labels = line.labels
        return 'part'
    }
    return 'foreign'
  }

  lineFast(buf: Buffer, pos: number, end: number): number {
    const line = this.#fast
    // The empty line between two records.
    const at = buf[pos] === LF && this.#record !== undefined && !this.#isLast && pos + 1 < end ? pos + 1 : pos
    const expected = this.#record === undefined ? this.#last?.next : this.#record.known?.next
    if (expected !== undefined && line.readCount(buf, at) && isTextAt(expected, buf, line.from, end)) {
      this.#closeRecord()
      this.#begin(line.count, expected.pcs, expected)
      return line.from + expected.text.length
    }
    if (!line.read(buf, at) || (at > pos && line.kind !== 'record')) return -1
    const next = line.end + 1
    if (line.kind === 'record') {
      this.#closeRecord()
      const pcs = buf.toString('latin1', line.from, line.to)
      const known = this.#lists.get(pcs)
      this.#begin(line.count, pcs, known)
      return known !== undefined && isTextAt(known, buf, line.from, end) ? line.from + known.text.length : next
    }
    if (this.#record === undefined) return -1
    if (this.#record.known !== undefined) return next
    this.#firstAddress ??= buf.toString('latin1', pos + '#\t'.length, line.from - 1)
    this.#frames.addLine(buf, pos, next, line.from, line.to, line.file, line.end)
    return next
  }

  /** The open record is the last one. */
  get #isLast(): boolean {
    return this.#counted + (this.#record?.count ?? 0) >= this.#title.total
  }

  #begin(count: number, pcs: string, known: KnownRecord | undefined): void {
    this.#frames.clear()
    this.#firstAddress = undefined
    this.#record = { count, pcs, known, labels: undefined }
  }

  /** Its lines are never in doubt. */
  decide(): undefined {}

  takeCut(): Joined | undefined {
    return undefined
  }

  /** A line of a profile looks the same wherever it is cut: text glued to one cannot be separated from it. */
  glued(): number {
    return -1
  }

  mayBegin(text: string): boolean {
    return mayBeginProfileLine(text)
  }

  beginsKnown(): boolean {
    return false
  }

  resembles(text: string): boolean {
    return text.startsWith('#')
  }

  /** Labels may hold anything. */
  mayQuote(text: string): boolean {
    return text.startsWith('# labels')
  }

  join(tail: string): Joined | undefined {
    const fragments = this.#fragments
    for (const fragment of fragments.pending) {
      const head = fragment.text
      if (!mayBeginProfileLine(head)) continue
      for (let cut = 1; cut <= Math.min(head.length, 4096); cut++) {
        if (cut < head.length && !fragments.shapes.startsAt(head, cut)) continue
        if (this.line(head.slice(0, cut) + tail) === 'part') return { fragment, cut }
      }
    }
    return undefined
  }

  /** `isCut`: the profile ends before the record does. */
  #closeRecord(isCut = false): void {
    const record = this.#record
    if (record === undefined) return
    this.#record = undefined
    let { known } = record
    // If the head of one of its lines still waits for its tail, the record is counted, but known only if its pcs are. A pc list that is longer
    // than its frames is usual (hidden runtime frames), one without frames is not.
    const cut = isCut || this.#fragments.pending.some((fragment) => fragment.text.startsWith('#'))
    if (cut || (this.#frames.isEmpty && record.pcs !== '')) {
      if (known === undefined) this.#damaged += record.count
    } else
      known ??= this.#lists.add(
        record.pcs,
        newEntry(this.#frames.stack()),
        this.#frames.lines,
        parkedAt(pcsBefore(record.pcs, this.#firstAddress ?? '')),
      )
    if (this.#last !== undefined) this.#last.next = known
    this.#last = known
    // With debug=1, the goroutineleak profile has only leaked goroutines (runtime/pprof, Go 1.26 and 1.27).
    const { count, labels } = record
    this.#tally?.addRecord({ count, labels, leaked: this.#title.leak, parked: known?.parked ?? '' }, known?.entry)
  }
}

/** Is the text at `pos` all that came with these pcs before? */
function isTextAt(known: KnownRecord, buf: Buffer, pos: number, end: number): known is KnownRecord & { text: Buffer } {
  const { text } = known
  return text !== undefined && pos + text.length <= end && text.compare(buf, pos, pos + text.length) === 0
}
