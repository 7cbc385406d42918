/** The data that the report passes to the page's script: the contract between the two. Names are short because there are thousands of them. */

export interface PageData {
  /** Sources that have a section, in the page's order. */
  readonly sources: readonly SourceData[]
  readonly sourcesInAll: number
  /** Function names, to which stacks refer by index. */
  readonly functions: readonly string[]
  readonly files: readonly string[]
  /** Parallel to `files`: URL of each, with `{line}` in it; empty if unknown. */
  readonly urls: readonly string[]
}

export interface SourceData {
  readonly source: string
  /** Oldest first. */
  readonly dumps: readonly DataDump[]
  /** Index of the dump that the page is about. */
  readonly last: number
  /** In the order of the table. */
  readonly signatures: readonly DataSignature[]
}

export interface DataDump {
  /** Its number, from 1 per source. */
  readonly n: number
  /** Milliseconds since the epoch; 0: unknown. */
  readonly t: number
  readonly g: number
  /** Goroutines that are in no signature of the report. */
  readonly o: number
  /** 1: nothing connects it with the previous dump. */
  readonly f: 0 | 1
  /** 1: it shows the whole process. */
  readonly w: 0 | 1
}

export interface DataSignature {
  /** Its id. */
  readonly i: string
  /** Index of the function that a person would name. */
  readonly f: number
  /** Its package. */
  readonly p: string
  /** Verdict, or `idle`; empty: none. */
  readonly v: string
  /** States, the most frequent first. */
  readonly s: readonly string[]
  /** Labels, `key=value`. */
  readonly l: readonly string[]
  /** Goroutines in each of the dumps. */
  readonly c: readonly number[]
  /** Stack, innermost first: function, file (-1: none) and line of each frame in turn. */
  readonly k: readonly number[]
  /** Some of its goroutines: id, and state with its wait. */
  readonly e: readonly { readonly g: number; readonly s: string }[]
}
