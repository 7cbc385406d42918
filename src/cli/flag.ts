/** What a flag is, and how it is spelled in `--help` and in the README. The flags themselves stand in flags.ts and watch-flags.ts. */

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
  /** What stands for the value in the help; absent for a switch. */
  readonly value?: string
  /** The value may be left out, and is written `--name=VALUE` when given. */
  readonly valueOptional?: boolean
  /** The next word is taken for the optional value, too, when it looks like this. */
  readonly valueLike?: RegExp
  /** A value to copy, for error messages; needed where there are no choices. */
  readonly example?: string
  /** May be given more than once. */
  readonly repeatable?: boolean
  /** The values there are. */
  readonly choices?: readonly string[]
  /** The value is a file's name. */
  readonly file?: boolean
  readonly group: (typeof GROUPS)[number]
  /** In `--help` itself; the others are in `dumpstream help TOPIC`. */
  readonly essential?: true
  /** For `--help`: at most 54 columns, no full stop. */
  readonly summary: string
  /** For the README: one or two sentences more. */
  readonly details?: string
}

/** `-f, --follow` or `    --idle DURATION`, as the help and the README write it. */
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
