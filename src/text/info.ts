/** `leaked`: the runtime says that nothing can wake it; `unexpected`: a test has found it after its end (leak-header.ts). */
export type LeakMark = '' | 'leaked' | 'unexpected'

/** Everything a header says but the id. Equal text gives the same labels. */
export interface HeaderInfo {
  /** Wait reason or status, without `(leaked)`, `(scan)`, `(durable)`. */
  readonly state: string
  readonly minutes: number | undefined
  readonly leaked: LeakMark
  readonly locked: boolean
  readonly labels: ReadonlyMap<string, string> | undefined
  /** It runs, or could, or has to help the garbage collector first: it does not wait for anybody. */
  readonly ready: boolean
}

const READY = /^(?:running|runnable|preempted|copystack|GC assist (?:wait|marking))$/

/**
 * All are made here, so that they have one shape: with several, each look at one is a search, and known stacks take a tenth longer. Hot:
 * guarded by `npm run bench` (dump-heavy).
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

/** As `info`, but for its minutes. */
export function withMinutes(info: HeaderInfo, minutes: number | undefined): HeaderInfo {
  return headerInfo(info.state, minutes, info.leaked, info.locked, info.labels)
}
