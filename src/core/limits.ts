/**
 * Every bound of the engine, in one table. None depends on the input, so memory does not either. When one is hit, its name
 * stands in the dump record's `limits`.
 */
export interface Limits {
  /**
   * Memory that all files and streams of an input share for what is open in them, bytes; histories may have half of it. Past it, the dump that
   * has not grown for longest ends, and signatures of one that is too large alone are counted in `other`.
   */
  readonly memoryBytes: number
  /** Longest line that is looked at, bytes; of a longer one, the first dump in a string is read to its end. */
  readonly lineBytes: number
  /** Foreign lines in a row that end a dump. */
  readonly foreignLines: number
  /** Foreign bytes in a row that end a dump. */
  readonly foreignBytes: number
  /** How far before the first header a preamble (`panic: …`) is looked for, bytes. */
  readonly preambleBytes: number
  /** Lines a header may wait for its first frame before it is taken for prose. */
  readonly candidateLines: number
  /** Headers in a row without a frame, after which they are taken for prose. */
  readonly candidateHeaders: number
  /** Unfinished pieces of cut lines that are remembered at once. */
  readonly fragments: number
  /** Memory of the lines of distinct stacks, text and table, bytes; past it the table starts over. */
  readonly knownStackBytes: number
  /** Signatures told apart in one dump; the rest is counted in `other`. */
  readonly signatures: number
  /** Frames kept of one goroutine. */
  readonly frames: number
  /** Goroutine ids remembered of one dump; past it survivors are unknown. */
  readonly goroutineIds: number
  /** Goroutines of one dump whose arguments are kept while it is open, to tell who waits for whom. */
  readonly callers: number
  /** Distinct goroutines remembered as those that started the goroutines of a signature. */
  readonly parents: number
  /** Distinct label keys of a signature, and values of a key. */
  readonly labels: number
  /** Processes of one source whose histories go on side by side: replicas that write into one log. */
  readonly processes: number
  /** Dumps remembered per process. */
  readonly historyDumps: number
  /**
   * Dumps in a row that a signature may be missing from before it is forgotten: as many as a verdict looks back on. One that comes
   * back later begins anew.
   */
  readonly historyAbsences: number
  /** Signatures remembered per process. */
  readonly historySignatures: number
  /** Sources (stream keys) with a state of their own; the least recently used goes. */
  readonly sources: number
  /** Files of one input (`tail -f a.log b.log`) that keep what they have learnt of their logs while nothing is open in them. */
  readonly files: number
  /** Pieces of a file that are remembered while a dump is open in it; where a dump in more of them begins is not known exactly. */
  readonly pieces: number
  /** Log that may wait until it is known what lines before it are, bytes; past it, the lines that it waits for are log. */
  readonly waitingBytes: number
  /** A log whose newest line is the first is read in blocks of this many bytes. */
  readonly newestFirstBytes: number
  /** How often an input may be packed, one archive in the other. */
  readonly packings: number
  /** Members of an archive that are read. */
  readonly members: number
  /** Bytes that come out of a packed input, for each byte that it has; the first `unpackedBytes` are free. */
  readonly unpackedRatio: number
  /** Bytes that any packed input may have. */
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

/** All of them, where `own` says some. */
export function limitsOf(own: Partial<Limits> | undefined): Limits {
  return own === undefined ? LIMITS : { ...LIMITS, ...own }
}
