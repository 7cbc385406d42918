/** Everything a header says but the id. Equal text gives the same labels. */
export interface HeaderInfo {
  /** Wait reason or status, without `(leaked)`, `(scan)`, `(durable)`. */
  readonly state: string
  readonly minutes: number | undefined
  readonly leaked: boolean
  readonly locked: boolean
  readonly labels: ReadonlyMap<string, string> | undefined
}

/**
 * All are made here, so that they have one shape: with several, each look at one is a search, and known stacks take a tenth longer. Hot:
 * guarded by `npm run bench` (dump-heavy).
 */
export function headerInfo(
  state: string,
  minutes: number | undefined,
  leaked: boolean,
  locked: boolean,
  labels: ReadonlyMap<string, string> | undefined,
): HeaderInfo {
  return { state, minutes, leaked, locked, labels }
}

/** As `info`, but for its minutes. */
export function withMinutes(info: HeaderInfo, minutes: number | undefined): HeaderInfo {
  return headerInfo(info.state, minutes, info.leaked, info.locked, info.labels)
}
