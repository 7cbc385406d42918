/** What goes from the report to the page's script: the contract of the two. Short names, for there are thousands of them. */

export interface PageData {
  /** Those that have a section, in the page's order. */
  readonly sources: readonly SourceData[]
  readonly sourcesInAll: number
  /** Names of functions, as stacks refer to them. */
  readonly functions: readonly string[]
  readonly files: readonly string[]
  /** Beside `files`: where each can be read, with `{line}` in it; empty where nobody knows. */
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
  /** Goroutines of no signature that is in the report. */
  readonly o: number
  /** 1: nothing connects it with the dump before. */
  readonly f: 0 | 1
  /** 1: it shows the whole process. */
  readonly w: 0 | 1
}

export interface DataSignature {
  /** Its id. */
  readonly i: string
  /** Index of the function a person would name. */
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
  /** Stack, innermost first: function, file (-1: none), line, and again. */
  readonly k: readonly number[]
  /** Some of its goroutines: id, and state with its wait. */
  readonly e: readonly { readonly g: number; readonly s: string }[]
}
