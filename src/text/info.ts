/** `leaked`: the runtime says that nothing can wake the goroutine; `unexpected`: it was still there when a test had ended (leak-header.ts). */
export type LeakMark = '' | 'leaked' | 'unexpected'

/** Everything in a header except the id. Equal text gives the same labels. */
export interface HeaderInfo {
  /** Wait reason or status, without `(leaked)`, `(scan)`, `(durable)`. */
  readonly state: string
  readonly minutes: number | undefined
  readonly leaked: LeakMark
  readonly locked: boolean
  readonly labels: ReadonlyMap<string, string> | undefined
  /** The goroutine runs, could run, or has to help the garbage collector first: it does not wait for anybody. */
  readonly ready: boolean
}

const READY = /^(?:running|runnable|preempted|copystack|GC assist (?:wait|marking))$/

/**
 * Every `HeaderInfo` is made here so that all have one shape (hidden class): with several, each access is a search, and known stacks take a
 * tenth longer. Hot: guarded by `npm run bench` (dump-heavy).
 */
export function headerInfo(
  state: string,
  minutes: number | undefined,
  leaked: LeakMark,
  locked: boolean,
  labels: ReadonlyMap<string, string> | undefined,
): HeaderInfo {
  return { state, minutes, leaked, locked, labels, ready: READY.test(state) }
}

/** Like `info`, with other minutes. */
export function withMinutes(info: HeaderInfo, minutes: number | undefined): HeaderInfo {
  return headerInfo(info.state, minutes, info.leaked, info.locked, info.labels)
}
