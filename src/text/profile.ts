/** The lines of a text profile (runtime/pprof/pprof.go, printCountProfile; formats.md § 4). */
import { utf8Of } from '../core/latin1.ts'
import { goroutineCount } from '../core/number.ts'

import { unquote } from './quote.ts'

export interface ProfileTitle {
  readonly leak: boolean
  readonly total: number
}

export type ProfileLine =
  /** `40 @ 0x487c0a 0x4176ce`: a number of goroutines, and where they are. */
  | { readonly kind: 'record'; readonly count: number; readonly pcs: string }
  /** `# labels: {"handler":"/api"}` */
  | { readonly kind: 'labels'; readonly labels: ReadonlyMap<string, string> }
  /** `#\t0x526bb8\tmain.leak+0x18\t/app/main.go:124`; without a name if nothing is known about the pc. */
  | { readonly kind: 'frame'; readonly name: string; readonly file: string }

const TITLE = /^(goroutine|goroutineleak) profile: total (\d+)$/

/** A person may have written a note after it. Latin-1: an arrow, or a script that is not Latin, is in UTF-8. */
const RECORD = /^(\d+) @((?: 0x[0-9a-f]+)*)(?:[ \t]+(?:(?:[\xe2-\xef]|<[-=]|-[->]|\/\/|#|\().*)?)?$/
const LABELS = /^# labels: \{(.*)\}$/
/** Its cells are separated by TABs, or by what a terminal or a logger makes of them. An ellipsis marks where a person left out the rest. */
const FRAME = /^#[\t ]+0x[0-9a-f]+(?:[\t ]+(\S+)\+0x[0-9a-f]+[\t ]+(\S.*:\d+)(?:\.\.\.|\xe2\x80\xa6)?)?$/
const ADDRESS = /^#?[\t ]+(0x[0-9a-f]+)[\t ]/
/** A frame without its `#`: Markdown takes that for a heading, and people leave it out. */
const UNMARKED = /^[\t ]+0x[0-9a-f]+[\t ]+\S+\+0x[0-9a-f]+[\t ]+\S.*:\d+$/
/** The same after its pc, where a logger has stripped the TABs. Only an absolute path can be separated from the digits of the offset. */
const STRIPPED_FRAME = /^(?:(\S+?)\+0x[0-9a-f]+((?:\/|[A-Za-z]:[\\/]).*:\d+))?$/
/** A line number with a log line glued to it that ends in digits itself: together they would pass for a longer path. */
const GLUED = /\.(?:go|s):\d+.*:\d+$/
const LABEL = /"((?:[^"\\]|\\.)*)":"((?:[^"\\]|\\.)*)"(?:, |$)/y

/** `goroutine profile: total 41` */
export function readProfileTitle(text: string): ProfileTitle | undefined {
  const m = TITLE.exec(text)
  const total = goroutineCount(m?.[2] ?? '')
  return m === null || total === undefined ? undefined : { leak: m[1] === 'goroutineleak', total }
}

/** What `text` is in a record with these pcs; undefined `pcs`: outside a record, where only a record can come. */
export function readProfileLine(text: string, pcs: string | undefined): ProfileLine | undefined {
  const record = RECORD.exec(text)
  const count = goroutineCount(record?.[1] ?? '')
  if (record !== null && count !== undefined) return { kind: 'record', count, pcs: record[2] ?? '' }
  if (pcs === undefined) return undefined
  if (UNMARKED.test(text)) return readProfileLine(`#${text}`, pcs)
  if (!text.startsWith('#')) return undefined
  const m = FRAME.exec(text) ?? readStripped(text, pcs)?.frame
  if (m !== undefined && !GLUED.test(text)) return { kind: 'frame', name: m[1] ?? '', file: m[2] ?? '' }
  const labels = LABELS.exec(text)
  return labels === null ? undefined : { kind: 'labels', labels: readLabels(labels[1] ?? '') }
}

/** The address of a frame, `0x526bb8`, in a record with these pcs. */
export function frameAddress(text: string, pcs: string): string {
  return ADDRESS.exec(text)?.[1] ?? readStripped(text, pcs)?.address ?? ''
}

/**
 * The `pcs` that come before the frame at `address`: the innermost functions of the runtime have no frames (runtime/pprof/pprof.go
 * printStackRecord). The address is that of a call, one before the pc that it returns to. Empty if the frame is at none of the pcs.
 */
export function pcsBefore(pcs: string, address: string): string {
  if (address === '') return ''
  for (const pc of [` 0x${(BigInt(address) + 1n).toString(16)}`, ` ${address}`]) {
    const at = `${pcs} `.indexOf(`${pc} `)
    if (at >= 0) return pcs.slice(1, Math.max(at, 1))
  }
  return ''
}

/** Can a line of a profile begin like this? */
export function mayBeginProfileLine(text: string): boolean {
  return /^[#\d]/.test(text)
}

/**
 * A frame whose TABs are gone, and its address. Name and offset can begin with hexadecimal digits, so that only the record's own pcs show where
 * the address of the frame ends. It is the address of a call, one before the return address.
 */
function readStripped(text: string, pcs: string): { address: string; frame: RegExpExecArray } | undefined {
  if (!text.startsWith('#0x')) return undefined
  for (const pc of pcs.trimStart().split(' ')) {
    for (const number of [BigInt(pc) - 1n, BigInt(pc)]) {
      const address = `0x${number.toString(16)}`
      if (!text.startsWith(address, '#'.length)) continue
      const frame = STRIPPED_FRAME.exec(text.slice('#'.length + address.length))
      if (frame !== null) return { address, frame }
    }
  }
  return undefined
}

/** Go's %q on each side (runtime/pprof/label.go), keys sorted. */
function readLabels(text: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>()
  const utf8 = utf8Of(text)
  LABEL.lastIndex = 0
  for (let m = LABEL.exec(utf8); m !== null; m = LABEL.exec(utf8))
    labels.set(unquote(`"${m[1]}"`), unquote(`"${m[2]}"`))
  return labels
}
