/** What a flag is, and how it is spelled in `--help` and in the README. The flags themselves are in flags.ts and watch-flags.ts. */

/** In the order of `--help`. */
export const GROUPS = [
  'Where dumps come from',
  'Output',
  'Narrow what is printed',
  'Signatures',
  'Input',
  'Metrics',
  'Other',
] as const

/** `dumpstream help TOPIC` → the flags of a group. */
export const TOPICS: Readonly<Record<string, (typeof GROUPS)[number]>> = {
  output: 'Output',
  narrow: 'Narrow what is printed',
  signatures: 'Signatures',
  input: 'Input',
  metrics: 'Metrics',
  other: 'Other',
}

export interface Flag {
  /** Without the dashes. */
  readonly name: string
  readonly short?: string
  /** Placeholder for the value in the help; absent for a switch. */
  readonly value?: string
  /** The value may be omitted, and is written `--name=VALUE`. */
  readonly valueOptional?: boolean
  /** The next word is read as the optional value if it looks like this. */
  readonly valueLike?: RegExp
  /** An example value for error messages; needed if there are no choices. */
  readonly example?: string
  /** May be given more than once. */
  readonly repeatable?: boolean
  /** All possible values. */
  readonly choices?: readonly string[]
  /** The value is a file name. */
  readonly file?: boolean
  readonly group: (typeof GROUPS)[number]
  /** Shown in `--help` itself; the others are in `dumpstream help TOPIC`. */
  readonly essential?: true
  /** For `--help`: at most 54 columns, no full stop. */
  readonly summary: string
  /** For the README: one or two more sentences. */
  readonly details?: string
}

/** `-f, --follow` or `    --idle DURATION`, as in the help and the README. */
export function spelling(flag: Flag): string {
  const value = flag.value === undefined ? '' : flag.valueOptional === true ? optional(flag) : ` ${flag.value}`
  return `${flag.short === undefined ? '    ' : `-${flag.short}, `}--${flag.name}${value}`
}

function optional(flag: Flag): string {
  return flag.valueLike === undefined ? `[=${flag.value}]` : ` [${flag.value}]`
}

/** The table of flags for the README. */
export function flagsMarkdown(flags: readonly Flag[]): string {
  const rows = ['| flag | meaning |', '|---|---|']
  for (const flag of flags) {
    const text = flag.details === undefined ? flag.summary : `${flag.summary}. ${flag.details}`
    rows.push(`| \`${spelling(flag).trim()}\` | ${text.replaceAll('|', '\\|')} |`)
  }
  return `${rows.join('\n')}\n`
}
