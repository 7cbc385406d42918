/** `--help`: one screen, made from the tables. */
import type { Paint } from '../sinks/style.ts'
import { type Command, flagsOf } from './commands.ts'
import { type Flag, GROUPS, spelling } from './flag.ts'

/** Where the summaries begin; the longest spelling and two blanks. */
const SUMMARY_COLUMN = 26

const EXAMPLES: readonly string[] = [
  'cat app.log | dumpstream',
  'dumpstream --follow /proc/43/fd/1',
  'kubectl logs -f svc-0 | dumpstream --format jsonl > dumps.jsonl',
]

export function helpText(flags: readonly Flag[], commands: readonly Command[], paint: Paint): string {
  const lines = [
    'Finds Go goroutine dumps in a log, counts them by stack, and says what leaks.',
    '',
    `${paint.bold('Usage:')} dumpstream [options] [FILE...]   FILEs (plain or .gz) or stdin`,
  ]
  for (const command of commands) {
    lines.push(entry(`       dumpstream ${command.name} ${command.operands}`.trimEnd(), command.summary, 38))
  }
  lines.push(...flagLines(flags, paint), '', paint.bold('Examples:'), ...EXAMPLES.map((example) => `  ${example}`), '')
  lines.push('Exit code: 0 fine, 1 --fail-on holds, 2 usage, 3 an input or 4 an output failed')
  return `${lines.join('\n')}\n`
}

export function commandHelpText(command: Command, paint: Paint): string {
  const lines = [
    `${command.summary[0]?.toUpperCase() ?? ''}${command.summary.slice(1)}.`,
    '',
    `${paint.bold('Usage:')} dumpstream ${command.name} [options] ${command.operands}`.trimEnd(),
    ...flagLines(flagsOf(command), paint),
  ]
  if (command.examples.length > 0) {
    lines.push('', paint.bold('Examples:'), ...command.examples.map((example) => `  ${example}`))
  }
  return `${lines.join('\n')}\n`
}

function flagLines(flags: readonly Flag[], paint: Paint): string[] {
  const lines: string[] = []
  for (const group of GROUPS) {
    const members = flags.filter((flag) => flag.group === group)
    if (members.length === 0) continue
    lines.push('', paint.bold(`${group}:`))
    for (const flag of members) lines.push(entry(`  ${spelling(flag)}`, flag.summary, SUMMARY_COLUMN))
  }
  return lines
}

function entry(left: string, right: string, column: number): string {
  return left.length + 2 > column ? `${left}  ${right}` : `${left.padEnd(column)}${right}`
}
