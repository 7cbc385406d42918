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
import { HASH } from '../core/ascii.ts'
import { goroutineCount } from '../core/number.ts'
import { newEntry, type StackEntry, stackFrom } from '../stacks/stack.ts'
import type { Tally } from '../stacks/tally.ts'
import type { ProfileTitle } from '../text/profile.ts'
import { unquote } from '../text/quote.ts'
import type { Fragment } from './fragment.ts'
import type { Fragments } from './fragments.ts'

const RECORD = /^(\d+) @((?: 0x[0-9a-f]+)*)$/
const LABELS = /^# labels: \{(.*)\}$/
/** Its cells stand apart by TABs, or by what a terminal or a logger makes of them. */
const FRAME = /^#[\t ]+0x[0-9a-f]+(?:[\t ]+(\S+)\+0x[0-9a-f]+[\t ]+(\S.*:\d+))?$/
/** The same behind its pc, where a logger has stripped the TABs. Only an absolute path tells the digits of the offset from what follows. */
const STRIPPED_FRAME = /^(?:(\S+?)\+0x[0-9a-f]+((?:\/|[A-Za-z]:[\\/]).*:\d+))?$/
/** A line number with a log line glued to it, which ends in digits itself: it would pass for a longer path. */
const GLUED = /\.(?:go|s):\d+.*:\d+$/
const LABEL = /"((?:[^"\\]|\\.)*)":"((?:[^"\\]|\\.)*)"(?:, |$)/y
/** Distinct lists of pcs that are remembered. */
const LISTS = 100_000

interface OpenRecord {
  readonly count: number
  readonly pcs: string
  labels: ReadonlyMap<string, string> | undefined
  readonly frames: { name: string; file: string }[]
}

/** pc list → stack: the same pcs are the same stack as long as the process lives. Shared by the profiles of one stream. */
export type PcLists = Map<string, StackEntry>

export class Profile {
  readonly title: ProfileTitle
  readonly tally: Tally
  readonly #lists: PcLists
  readonly #fragments: Fragments
  #record: OpenRecord | undefined
  damaged = 0

  constructor(title: ProfileTitle, tally: Tally, lists: PcLists, fragments: Fragments) {
    this.title = title
    this.tally = tally
    this.#lists = lists
    this.#fragments = fragments
  }

  get started(): boolean {
    return this.#record !== undefined || this.tally.goroutines > 0
  }

  /** The profile is over. */
  finish(): void {
    this.closeRecord(this.tally.goroutines + (this.#record?.count ?? 0) < this.title.total)
  }

  get complete(): boolean {
    return this.#record === undefined && this.tally.goroutines >= this.title.total
  }

  /** Takes a line; false when it is not the profile's. */
  line(text: string): boolean {
    if (text.charCodeAt(0) === HASH) return this.#frameLine(text)
    const m = RECORD.exec(text)
    const count = goroutineCount(m?.[1] ?? '')
    if (m === null || count === undefined) return false
    this.closeRecord()
    this.#record = { count, pcs: m[2] ?? '', labels: undefined, frames: [] }
    return true
  }

  #frameLine(text: string): boolean {
    const record = this.#record
    if (record === undefined) return false
    const m = FRAME.exec(text) ?? readStripped(text, record.pcs)
    if (m !== null && !GLUED.test(text)) {
      if (m[1] !== undefined) record.frames.push({ name: m[1], file: m[2] ?? '' })
      return true
    }
    const labels = LABELS.exec(text)
    if (labels === null) return false
    record.labels = readLabels(labels[1] ?? '')
    return true
  }

  /** Puts a cut line back together: the head stands in a fragment. Returns the fragment and where its head ends. */
  join(tail: string): { fragment: Fragment; cut: number } | undefined {
    const fragments = this.#fragments
    for (const fragment of fragments.pending) {
      const head = fragment.text
      if (!/^[#\d]/.test(head)) continue
      for (let cut = 1; cut <= Math.min(head.length, 4096); cut++) {
        if (cut < head.length && !fragments.shapes.startsAt(head, cut)) continue
        if (this.line(head.slice(0, cut) + tail)) return { fragment, cut }
      }
    }
    return undefined
  }

  /** `isCut`: the profile ends before the record does. */
  closeRecord(isCut = false): void {
    const record = this.#record
    if (record === undefined) return
    this.#record = undefined
    let entry: StackEntry | undefined = this.#lists.get(record.pcs)
    // The head of a line of it still waits for its tail: what it belonged to is counted, and known only if its pcs are. A pc list
    // longer than its frames is usual (hidden runtime frames), one without frames is not.
    const cut = isCut || this.#fragments.pending.some((fragment) => fragment.text.startsWith('#'))
    if (cut || (record.frames.length === 0 && record.pcs !== '')) {
      if (entry === undefined) this.damaged += record.count
    } else if (entry === undefined) {
      entry = newEntry(stackFrom(record.frames))
      if (this.#lists.size >= LISTS) this.#lists.clear()
      this.#lists.set(record.pcs, entry)
    }
    // The goroutineleak profile of debug=1 has the leaked ones alone (runtime/pprof, Go 1.26 and 1.27).
    this.tally.addRecord({ count: record.count, labels: record.labels, leaked: this.title.leak }, entry)
  }
}

/**
 * A frame whose TABs are gone: name and offset may begin with hexadecimal digits, so that only the record's own pcs tell where that of the
 * frame ends. It is the address of a call, which is one before the address to return to.
 */
function readStripped(text: string, pcs: string): RegExpExecArray | null {
  if (!text.startsWith('#0x')) return null
  for (const pc of pcs.trimStart().split(' ')) {
    for (const address of [BigInt(pc) - 1n, BigInt(pc)]) {
      const cell = `#0x${address.toString(16)}`
      const m = text.startsWith(cell) ? STRIPPED_FRAME.exec(text.slice(cell.length)) : null
      if (m !== null) return m
    }
  }
  return null
}

/** Go's %q on each side (runtime/pprof/label.go), keys sorted. */
function readLabels(text: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  const utf8 = Buffer.from(text, 'latin1').toString('utf8')
  LABEL.lastIndex = 0
  for (let m = LABEL.exec(utf8); m !== null; m = LABEL.exec(utf8))
    labels.set(unquote(`"${m[1]}"`), unquote(`"${m[2]}"`))
  return labels
}
