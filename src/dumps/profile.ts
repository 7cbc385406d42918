/**
 * The text of debug=1 (formats.md § 4): records of equal stacks with their count, no ids, no states. To os.Stdout every cell is
 * a write of its own, so that other goroutines of the same process cut in between any two cells.
 *
 *     goroutine profile: total 41
 *     40 @ 0x487c0a 0x4176ce 0x526bb9
 *     # labels: {"handler":"/api"}
 *     #\t0x526bb8\tmain.leak+0x18\t/app/main.go:124
 *     <empty line>
 */
import type { DumpKind } from '../core/model.ts'
import { newEntry, type StackEntry, stackFrom } from '../stacks/stack.ts'
import type { Tally } from '../stacks/tally.ts'
import { mayBeginProfileLine, type ProfileTitle, readProfileLine } from '../text/profile.ts'
import { FastProfileLine } from '../text/profile-fast.ts'
import type { Body, BodyEnd, Joined, Part } from './body.ts'
import type { Fragments } from './repair/fragments.ts'

/** Distinct lists of pcs that are remembered. */
const LISTS = 100_000

interface OpenRecord {
  readonly count: number
  readonly pcs: string
  /** The stack that these pcs were before: its frames need not be read again. */
  readonly known: StackEntry | undefined
  labels: ReadonlyMap<string, string> | undefined
  /** None where it is known. */
  readonly frames: { name: string; file: string }[]
}

/** pc list → stack: the same pcs are the same stack as long as the process lives. Shared by the profiles of one stream. */
export type PcLists = Map<string, StackEntry>

export class Profile implements Body {
  readonly format = 'profile'
  readonly goroutines = 'none'
  readonly #title: ProfileTitle
  /** There is none before its first record. */
  #tally: Tally | undefined
  readonly #lists: PcLists
  readonly #fragments: Fragments
  #record: OpenRecord | undefined
  readonly #fast = new FastProfileLine()
  #damaged = 0

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
    this.#closeRecord(this.#counted + (this.#record?.count ?? 0) < this.#title.total)
    return { damaged: this.#damaged, truncated: this.#counted < this.#title.total, race: undefined }
  }

  /** It ends the record, and the last one ends the profile. */
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
        this.#begin(line.count, line.pcs)
        return 'part'
      case 'frame':
        if (line.name !== '' && this.#record?.known === undefined) this.#record?.frames.push(line)
        return 'part'
      case 'labels':
        if (this.#record !== undefined) this.#record.labels = line.labels
        return 'part'
    }
    return 'foreign'
  }

  lineFast(buf: Buffer, pos: number): number {
    const line = this.#fast
    if (!line.read(buf, pos)) return -1
    if (line.kind === 'record') {
      this.#closeRecord()
      this.#begin(line.count, buf.toString('latin1', line.from, line.to))
    } else if (this.#record === undefined) return -1
    else if (this.#record.known === undefined)
      this.#record.frames.push({
        name: buf.toString('latin1', line.from, line.to),
        file: buf.toString('latin1', line.file, line.end),
      })
    return line.end + 1
  }

  #begin(count: number, pcs: string): void {
    this.#record = { count, pcs, known: this.#lists.get(pcs), labels: undefined, frames: [] }
  }

  takeCut(): Joined | undefined {
    return undefined
  }

  /** A line of a profile looks the same wherever it is cut: what is glued to one can't be told from it. */
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
    let entry = record.known
    // The head of a line of it still waits for its tail: what it belonged to is counted, and known only if its pcs are. A pc list
    // longer than its frames is usual (hidden runtime frames), one without frames is not.
    const cut = isCut || this.#fragments.pending.some((fragment) => fragment.text.startsWith('#'))
    if (cut || (record.frames.length === 0 && record.pcs !== '')) {
      if (entry === undefined) this.#damaged += record.count
    } else if (entry === undefined) {
      entry = newEntry(stackFrom(record.frames))
      if (this.#lists.size >= LISTS) this.#lists.clear()
      this.#lists.set(record.pcs, entry)
    }
    // The goroutineleak profile of debug=1 has the leaked ones alone (runtime/pprof, Go 1.26 and 1.27).
    this.#tally?.addRecord({ count: record.count, labels: record.labels, leaked: this.#title.leak }, entry)
  }
}
