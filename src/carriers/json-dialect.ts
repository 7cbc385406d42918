/** The field names of one writer of JSON lines, and how json.ts looks for them. */

/** A field that distinguishes streams, and the attribute that it becomes. */
export interface StreamField {
  readonly path: string
  readonly attribute: string
  /** Part of the stream's name in the records. */
  readonly named: boolean
  /** Some loggers write the place of the call there, `recover.go:119`, which is not part of the stream. */
  readonly mayBeCaller?: boolean
}

/** The field names of one writer of JSON lines, as dotted paths. */
export interface Dialect {
  readonly name: string
  /** Names of the text; the first one present counts. */
  readonly text: readonly string[]
  /** One of each list must be present. */
  readonly requires?: readonly (readonly string[])[]
  /** Most members that the object may have. */
  readonly maxMembers?: number
  /** The first one present counts. RFC 3339 and the like, or a number since the epoch (time.ts). */
  readonly time: readonly string[]
  readonly streams: readonly StreamField[]
  /** A line without a text is an empty line. */
  readonly blankWithoutText?: boolean
  /** The text of a whole line ends with a line feed, unless the writer cut it at this many bytes. */
  readonly cutAt?: number
  /** The text may begin with the blank after a syslog tag, and have control characters as `#011`. */
  readonly syslogText?: boolean
  /** `P` in this field: the carrier below had cut the line. */
  readonly partialTag?: string
}

/** The paths of a dialect: its texts, times, streams, and others that are looked for; and indexes into that list, -1 for none. */
export interface Layout {
  readonly paths: readonly string[]
  /** Index of the first of the times, which follow the texts; of the first of the streams; of the first after those. */
  readonly times: number
  readonly streams: number
  readonly others: number
  readonly requires: readonly (readonly number[])[]
  readonly tag: number
  /** The path that may hold the place of a call. */
  readonly mayBeCaller: number
  /** One of the paths contains a digit. */
  readonly haveDigits: boolean
}

/** By dialect: they are the same in each engine. */
const LAYOUTS = new WeakMap<Dialect, Layout>()

export function layoutOf(dialect: Dialect): Layout {
  const known = LAYOUTS.get(dialect)
  if (known !== undefined) return known
  const paths = [...dialect.text, ...dialect.time, ...dialect.streams.map(({ path }) => path)]
  const others = paths.length
  const times = dialect.text.length
  const streams = times + dialect.time.length
  const indexOf = (path: string): number => {
    const index = paths.indexOf(path)
    return index < 0 ? paths.push(path) - 1 : index
  }
  const caller = dialect.streams.findIndex(({ mayBeCaller }) => mayBeCaller === true)
  const layout: Layout = {
    times,
    streams,
    others,
    requires: (dialect.requires ?? []).map((some) => some.map(indexOf)),
    tag: dialect.partialTag === undefined ? -1 : indexOf(dialect.partialTag),
    mayBeCaller: caller < 0 ? -1 : streams + caller,
    haveDigits: paths.some((path) => /\d/.test(path)),
    paths,
  }
  LAYOUTS.set(dialect, layout)
  return layout
}
