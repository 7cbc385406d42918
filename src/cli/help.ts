/** `--help` on one screen, and the rest by topic, all generated from the tables. */
import { capitalized } from '../sinks/names.ts'
import type { Paint } from '../sinks/style.ts'
import { FORMATS, type Format } from './choices.ts'
import { type Command, flagsOf } from './commands.ts'
import { EXIT_MEANINGS } from './exit.ts'
import { type Flag, GROUPS, spelling, TOPICS } from './flag.ts'
import { FLAGS } from './flags.ts'

/** Column of the summaries: the longest spelling and two blanks. */
const SUMMARY_COLUMN = 26
const COMMAND_COLUMN = 36
const DETAILS_WIDTH = 76
const FLAGS_ON_A_SCREEN = 30
/** A command with this many flags of its own shows no others. */
const OWN_FLAGS = 15

const EXAMPLES: readonly string[] = [
  'dumpstream app.log',
  'kubectl logs -f svc-0 | dumpstream --format jsonl > dumps.jsonl',
  'dumpstream --follow /proc/43/fd/1',
]

const FORMAT_MEANINGS: Readonly<Record<Format, string>> = {
  text: 'findings first, then a table',
  jsonl: 'one JSON object per line, schema/record.v1.json',
  none: 'no records: for --fail-on, --otlp, --prometheus',
  html: 'a report of the whole run in one file',
  markdown: 'a summary for a ticket: GitHub, GitLab, Jira, Slack',
  github: 'annotations and the job summary of GitHub Actions',
  junit: 'JUnit XML: a test case for each finding',
  sarif: 'SARIF 2.1.0, for code scanning',
  pprof: 'a profile for go tool pprof, of the last dump of each source',
  folded: 'stacks for flamegraph.pl, of the last dump of each source',
  speedscope: 'a profile for speedscope.app, of the last dump of each source',
}

export interface HelpParts {
  readonly flags: readonly Flag[]
  readonly commands: readonly Command[]
  readonly paint: Paint
}

export function helpText({ flags, commands, paint }: HelpParts): string {
  const lines = [
    'Finds goroutine dumps in a log, groups them by stack, and says what leaks.',
    '',
    `${paint.bold('Usage:')} dumpstream [options] [FILE...]   FILEs (also compressed) or stdin`,
  ]
  for (const command of commands) {
    if (command.isProtocol === true) continue
    const usage = `       dumpstream ${command.name} ${command.operands}`.trimEnd()
    lines.push(entry(usage, command.summary, COMMAND_COLUMN))
  }
  const protocols = commands.filter((command) => command.isProtocol).map(({ name }) => name)
  if (protocols.length > 0) lines.push(`       dumpstream ${protocols.join(', ')}: for log pipelines`)
  const essential = flags.filter((flag) => flag.essential === true)
  lines.push(...flagLines(essential, paint), '', paint.bold('More:'))
  lines.push(`  dumpstream help TOPIC: ${Object.keys(TOPICS).join(', ')},`)
  lines.push('  formats, exit, all, a command (help diff) or a flag (help --match)')
  lines.push('', paint.bold('Examples:'), ...EXAMPLES.map((example) => `  ${example}`))
  return `${lines.join('\n')}\n`
}

/** Undefined if there is no such topic. For the help of a command, see `commandHelpText`. */
export function topicText(topic: string, { flags, commands, paint }: HelpParts): string | undefined {
  const group = TOPICS[topic]
  if (group !== undefined && Object.hasOwn(TOPICS, topic))
    return text(
      flagLines(
        flags.filter((flag) => flag.group === group),
        paint,
      ).slice(1),
    )
  if (topic === 'all') return text(flagLines(flags, paint).slice(1))
  if (topic === 'formats') return text(FORMATS.map((format) => entry(`  ${format}`, FORMAT_MEANINGS[format], 14)))
  if (topic === 'exit') return text(EXIT_MEANINGS.map(([code, meaning]) => `  ${code}  ${meaning}`))
  const name = topic.replace(/^--?/, '')
  const flag = [...flags, ...commands.flatMap((command) => command.flags)].find(
    (each) => each.name === name || each.short === name,
  )
  return flag === undefined ? undefined : flagText(flag, paint)
}

/** All topics, for the message about an unknown one. */
export function topicNames(commands: readonly Command[]): string[] {
  return [...Object.keys(TOPICS), 'formats', 'exit', 'all', ...commands.map(({ name }) => name)]
}

export function commandHelpText(command: Command, paint: Paint): string {
  const lines = [
    `${capitalized(command.summary)}.`,
    '',
    `${paint.bold('Usage:')} dumpstream ${command.name} [options] ${command.operands}`.trimEnd(),
    ...commandFlagLines(flagsOf(command), paint),
  ]
  if (command.examples.length > 0) {
    lines.push('', paint.bold('Examples:'), ...command.examples.map((example) => `  ${example}`))
  }
  return text(lines)
}

/** If the flags do not fit on a screen: the command's own, and the essential ones if they fit, with their meaning; the others by name. */
function commandFlagLines(flags: readonly Flag[], paint: Paint): string[] {
  if (flags.length <= FLAGS_ON_A_SCREEN) return flagLines(flags, paint)
  const own = flags.filter((flag) => !FLAGS.includes(flag))
  const isShown = (flag: Flag): boolean => own.includes(flag) || (flag.essential === true && own.length < OWN_FLAGS)
  const others = flags.filter((flag) => !isShown(flag)).map(({ name }) => `--${name}`)
  return [
    ...flagLines(flags.filter(isShown), paint),
    '',
    paint.bold('Also (dumpstream help FLAG):'),
    ...paragraph(others.join(', ')),
  ]
}

function flagText(flag: Flag, paint: Paint): string {
  const summary = `${capitalized(flag.summary)}.`
  return text([
    paint.bold(spelling(flag).trim()),
    '',
    ...paragraph(summary),
    ...(flag.details === undefined ? [] : ['', ...paragraph(flag.details.replaceAll('`', ''))]),
    ...(flag.choices === undefined ? [] : ['', ...paragraph(`One of: ${flag.choices.join(', ')}`)]),
    ...(flag.example === undefined ? [] : ['', `  Example: --${flag.name} ${flag.example}`]),
  ])
}

/** Wraps the text. It is ASCII, so that a character is a column. */
function paragraph(prose: string): string[] {
  const lines: string[] = []
  let line = ' '
  for (const word of prose.split(' ')) {
    if (line.length + 1 + word.length > DETAILS_WIDTH) {
      lines.push(line)
      line = ' '
    }
    line += ` ${word}`
  }
  return [...lines, line]
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

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}
