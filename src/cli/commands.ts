/**
 * The subcommands. To add one: a file beside this one that exports `run`, and a row here. A command's name is looked for in
 * the first argument only, so a FILE of that name is written `./diff`.
 */
import type { ParsedArgs } from './args.ts'
import { COMMON_FLAGS, FLAGS, type Flag } from './flags.ts'
import type { Terminal } from './terminal.ts'

export interface CommandModule {
  /** Resolves to the exit code. Throws `DumpstreamError` `DS_USAGE` for exit code 2, any other for 3. */
  run(args: ParsedArgs, terminal: Terminal): Promise<number>
}

export interface Command {
  readonly name: string
  /** What follows the name: `BEFORE [AFTER]`. */
  readonly operands: string
  /** For `--help`: at most 54 columns, no full stop. */
  readonly summary: string
  /** Its own flags; the common ones come by themselves. */
  readonly flags: readonly Flag[]
  /** Ends its help, as command lines. */
  readonly examples: readonly string[]
  load(): Promise<CommandModule>
}

const DIFF_FLAGS = [
  'format',
  'out',
  'fail-on',
  'save',
  'match',
  'top',
  'min-count',
  'state',
  'baseline',
  'similarity',
  'stacks',
]

export const COMMANDS: readonly Command[] = [
  {
    name: 'diff',
    operands: 'BEFORE [AFTER]',
    summary: 'what changed between two dumps',
    flags: FLAGS.filter((flag) => DIFF_FLAGS.includes(flag.name)),
    examples: [
      'dumpstream diff before.log after.log',
      'dumpstream diff app.log',
      "dumpstream diff 'app.log#2' dumps.jsonl --fail-on leaking",
    ],
    load: () => import('./diff.ts'),
  },
]

export function flagsOf(command: Command): readonly Flag[] {
  return [...command.flags, ...COMMON_FLAGS]
}
