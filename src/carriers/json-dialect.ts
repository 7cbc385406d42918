/** What one writer of JSON lines calls its fields, and how json.ts asks for them. */

/** A field that tells streams apart, and the attribute it becomes. */
export interface StreamField {
  readonly path: string
  readonly attribute: string
  /** Part of the stream's name in the records. */
  readonly named: boolean
  /** Some loggers write the place of the call there, `recover.go:119`, which is no part of the stream. */
  readonly mayBeCaller?: boolean
}

/** What one writer of JSON lines calls its fields: dotted paths. */
export interface Dialect {
  readonly name: string
  /** The text; the first that is there. */
  readonly text: readonly string[]
  /** One of each must be there. */
  readonly requires?: readonly (readonly string[])[]
  /** As many members as there may be. */
  readonly maxMembers?: number
  /** The first that is there. RFC 3339 and the like, or a number since the epoch (time.ts). */
  readonly time: readonly string[]
  readonly streams: readonly StreamField[]
  /** A line without a text is an empty line. */
  readonly blankWithoutText?: boolean
  /** The text of a whole line ends with a line feed, unless the writer cut it at this many bytes. */
  readonly cutAt?: number
  /** The text may begin with the blank behind a syslog tag, and have control characters as `#011`. */
  readonly syslogText?: boolean
  /** `P` in this field: the carrier below had cut the line. */
  readonly partialTag?: string
}

/** The paths of a dialect: its texts, times, streams, and what else is asked for; and where they are in the list, -1 for nowhere. */
export interface Layout {
  readonly paths: readonly string[]
  /** The first of the times, which is behind the last text; of the streams; and what is behind the last one of these. */
  readonly times: number
  readonly streams: number
  readonly others: number
  readonly requires: readonly (readonly number[])[]
  readonly tag: number
  /** What may say the place of the call. */
  readonly mayBeCaller: number
  /** In one of the paths there is a digit. */
  readonly haveDigits: boolean
}

/** Of the dialects, which are the same in each engine. */
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
