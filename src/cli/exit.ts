/** The exit codes. They are a contract: scripts and CI jobs act on them. */
export const EXIT = {
  fine: 0,
  /** A `--fail-on` condition holds. */
  condition: 1,
  usage: 2,
  /** An input could not be read, or not to its end. */
  input: 3,
  /** The last export failed, or the output could not be written. */
  delivery: 4,
  /** Ctrl-C, as in shells. */
  interrupted: 130,
} as const

/** The codes that scripts check, for `dumpstream help exit`. */
export const EXIT_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.fine, 'no error'],
  [EXIT.condition, 'a --fail-on condition holds'],
  [EXIT.usage, 'the command line is not valid'],
  [EXIT.input, 'an input could not be read; with --fail-on, also if there was no dump'],
  [EXIT.delivery, 'an output could not be written, or the last export failed'],
  [EXIT.interrupted, 'Ctrl-C, unless with --follow'],
]
