/**
 * Every bound of the engine, in one table. None depends on the input, so memory does not either. When one is hit, its name appears in `limits` of
 * the dump record.
 */
export interface Limits {
  /**
   * Memory that all files and streams of an input share for what is open in them, bytes; histories may use half of it. Past it, the dump that
   * has not grown for the longest time ends; if a single dump is too large, its further signatures are counted in `other`.
   */
  readonly memoryBytes: number
  /** Longest line that is parsed, bytes. In a longer line, only the first dump in a string is read, up to its end. */
  readonly lineBytes: number
  /** Foreign lines in a row that end a dump. */
  readonly foreignLines: number
  /** Foreign bytes in a row that end a dump. */
  readonly foreignBytes: number
  /** How far before the first header a preamble (`panic: …`) is looked for, bytes. */
  readonly preambleBytes: number
  /** Lines a header may wait for its first frame before it is considered prose. */
  readonly candidateLines: number
  /** Consecutive headers without a frame before they are considered prose. */
  readonly candidateHeaders: number
  /** Unfinished pieces of cut lines that are remembered at once. */
  readonly fragments: number
  /** Memory for the lines of distinct stacks, text and table, bytes; past it the table starts over. */
  readonly knownStackBytes: number
  /** Distinct signatures of one dump; the rest is counted in `other`. */
  readonly signatures: number
  /** Frames kept of one goroutine. */
  readonly frames: number
  /** Goroutine ids remembered of one dump; past it, survivors are unknown. */
  readonly goroutineIds: number
  /** Goroutines of one dump whose arguments are kept while it is open, to find out who waits for whom. */
  readonly callers: number
  /** Distinct parents remembered per signature: the goroutines that started its goroutines. */
  readonly parents: number
  /** Distinct label keys per signature, and distinct values per key. */
  readonly labels: number
  /** Processes per source whose histories are kept side by side: replicas that write to one log. */
  readonly processes: number
  /** Dumps remembered per process. */
  readonly historyDumps: number
  /**
   * Consecutive dumps that a signature may be missing from before it is forgotten: as far back as a verdict looks. If it comes back later, its
   * history starts over.
   */
  readonly historyAbsences: number
  /** Signatures remembered per process. */
  readonly historySignatures: number
  /** Sources (stream keys) that have state; the least recently used one is dropped. */
  readonly sources: number
  /** Files of one input (`tail -f a.log b.log`) that keep what was learnt about their logs while nothing is open in them. */
  readonly files: number
  /** Pieces of a file that are remembered while a dump is open in it; past it, the start of the dump is not known exactly. */
  readonly pieces: number
  /** Bytes of log that may wait for a decision about earlier lines; past it, those earlier lines are log. */
  readonly waitingBytes: number
  /** Block size, bytes, in which a log with its newest line first is read. */
  readonly newestFirstBytes: number
  /** How deeply an input may be packed, one archive in another. */
  readonly packings: number
  /** Members that are read of an archive. */
  readonly members: number
  /** Unpacked bytes per byte of a packed input; the first `unpackedBytes` are always allowed. */
  readonly unpackedRatio: number
  /** Unpacked bytes that any packed input may have. */
  readonly unpackedBytes: number
}

export const LIMITS: Limits = Object.freeze({
  memoryBytes: 512 << 20,
  lineBytes: 1 << 20,
  foreignLines: 5_000,
  foreignBytes: 1 << 20,
  preambleBytes: 16 << 10,
  candidateLines: 64,
  candidateHeaders: 1_024,
  fragments: 8,
  knownStackBytes: 16 << 20,
  signatures: 100_000,
  frames: 512,
  goroutineIds: 2_000_000,
  callers: 100_000,
  parents: 4_096,
  labels: 16,
  processes: 4,
  historyDumps: 16,
  historyAbsences: 8,
  historySignatures: 200_000,
  sources: 1_024,
  files: 64,
  pieces: 4_096,
  waitingBytes: 1 << 20,
  newestFirstBytes: 32 << 20,
  packings: 8,
  members: 100_000,
  unpackedRatio: 1_000,
  unpackedBytes: 1 << 30,
})

/** The default limits, overridden by `own`. */
export function limitsOf(own: Partial<Limits> | undefined): Limits {
  return own === undefined ? LIMITS : { ...LIMITS, ...own }
}
