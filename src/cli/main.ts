/** argv → command → exit code. Every failure ends here, as one line on stderr. */
import { existsSync } from 'node:fs'
import { DumpstreamError } from '../core/errors.ts'
import { VERSION } from '../core/version.ts'
import type { Paint } from '../sinks/style.ts'
import { inWords, parseCommandLine, usageError } from './args.ts'
import { COLORS, SHELLS } from './choices.ts'
import { COMMANDS, type Command, flagsOf } from './commands.ts'
import { EXIT } from './exit.ts'
import { FLAGS } from './flags.ts'
import { nearest } from './nearest.ts'
import { type Terminal, wantsColor } from './terminal.ts'
import { FlagValues } from './values.ts'

/** Resolves to the exit code; never rejects for a mistake of the user. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(argv, terminal)
  } catch (error) {
    if (!(error instanceof DumpstreamError)) throw error
    terminal.complain(error.message)
    return exitCodeOf(error)
  }
}

function exitCodeOf(error: DumpstreamError): number {
  if (error.code === 'DS_USAGE') return EXIT.usage
  return error.code === 'DS_OUTPUT' ? EXIT.delivery : EXIT.input
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  if (argv[0] === 'help' && !existsSync('help')) return await printTopic(argv.slice(1), terminal)
  const command = COMMANDS.find(({ name }) => name === argv[0])
  if (command === undefined) refuseUnknownCommand(argv[0])
  const table = command === undefined ? FLAGS : flagsOf(command)
  const args = parseCommandLine(command === undefined ? argv : argv.slice(1), table)
  const values = new FlagValues(args)
  if (values.has('help')) return await printHelp(command, values, terminal)
  if (values.has('version')) return await print(`dumpstream ${VERSION}\n`, terminal)
  const shell = values.choice('completion', SHELLS)
  if (shell !== undefined) {
    const { completionScript } = await import('./completion.ts')
    return await print(completionScript(shell, FLAGS, COMMANDS), terminal)
  }
  const { run } = command === undefined ? await import('./run.ts') : await command.load()
  return await run(args, terminal)
}

/** Refuses a mistyped command, which would otherwise be read as a FILE that does not exist. */
function refuseUnknownCommand(word: string | undefined): void {
  if (word === undefined || !/^[a-z-]+$/.test(word) || word.startsWith('-') || existsSync(word)) return
  const meant = nearest(
    word,
    COMMANDS.map(({ name }) => name),
  )
  if (meant !== undefined) throw usageError(`no such file or command: ${word}; did you mean ${meant}?`)
}

async function printHelp(command: Command | undefined, values: FlagValues, terminal: Terminal): Promise<number> {
  const { commandHelpText, helpText } = await import('./help.ts')
  const paint = await helpPaint(values, terminal)
  const text =
    command === undefined ? helpText({ flags: FLAGS, commands: COMMANDS, paint }) : commandHelpText(command, paint)
  return await print(text, terminal)
}

/** `dumpstream help [TOPIC]`; a topic can be a flag. */
async function printTopic(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { commandHelpText, helpText, topicNames, topicText } = await import('./help.ts')
  const isColor = (word: string): boolean => word.startsWith('--color')
  const [topic, ...more] = argv.filter((word) => !isColor(word))
  if (more.length > 0) throw usageError('help takes one TOPIC')
  const paint = await helpPaint(new FlagValues(parseCommandLine(argv.filter(isColor), FLAGS)), terminal)
  const parts = { flags: FLAGS, commands: COMMANDS, paint }
  if (topic === undefined) return await print(helpText(parts), terminal)
  const command = COMMANDS.find(({ name }) => name === topic)
  const text = command === undefined ? topicText(topic, parts) : commandHelpText(command, paint)
  if (text !== undefined) return await print(text, terminal)
  const meant = nearest(topic, topicNames(COMMANDS))
  throw usageError(
    `no help on ${topic}; ${meant === undefined ? `topics are ${inWords(topicNames(COMMANDS))}` : `did you mean ${meant}?`}`,
  )
}

async function helpPaint(values: FlagValues, terminal: Terminal): Promise<Paint> {
  const { makePaint } = await import('../sinks/style.ts')
  const choice = values.choice('color', COLORS) ?? 'auto'
  return makePaint(wantsColor(choice, terminal.stdoutIsTerminal, terminal.env))
}

async function print(text: string, terminal: Terminal): Promise<number> {
  const { Output } = await import('../sinks/output.ts')
  const stdout = new Output(terminal.stdout, { name: 'stdout' })
  stdout.write(text)
  stdout.flush()
  if (stdout.failure !== undefined) throw stdout.failure
  return EXIT.fine
}
