/** Each flag of each command with each value that nobody would type: it is read, or is a mistake that is told in one line. */
import { expect, it } from 'vitest'
import { parseCommandLine } from '../../src/cli/args.ts'
import { COMMANDS, flagsOf } from '../../src/cli/commands.ts'
import { FLAGS } from '../../src/cli/flags.ts'
import { readOptions } from '../../src/cli/options.ts'
import { compilePattern } from '../../src/cli/pattern.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import { DumpstreamError } from '../../src/core/errors.ts'
import { HOSTILE_VALUES } from '../fuzz/command-lines.ts'

const TERMINAL = { ...openTerminal(0, 1, 2, {}), stdoutIsTerminal: false }

/** What is wrong with how a command line is refused; undefined when it is read, or refused as it should be. */
function wrongIn(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (!(error instanceof DumpstreamError) || error.code !== 'DS_USAGE') return `throws ${error}`
    return error.message.includes('\n') ? `says several lines: ${error.message}` : undefined
  }
}

it('flags of the program', () => {
  const wrong = FLAGS.flatMap(({ name }) =>
    HOSTILE_VALUES.map((value) => {
      const argv = [`--${name}=${value}`, 'app.log']
      const fault = wrongIn(() => readOptions(parseCommandLine(argv, FLAGS), TERMINAL, compilePattern))
      return fault === undefined ? '' : `${JSON.stringify(argv)} ${fault}`
    }),
  )
  expect(wrong.filter((text) => text !== '')).toEqual([])
})

it.each(COMMANDS.map((command) => [command.name, flagsOf(command)] as const))('flags of %s', (_, flags) => {
  const wrong = flags.flatMap(({ name }) =>
    HOSTILE_VALUES.flatMap((value) => [[`--${name}=${value}`], [`--${name}`, value]]).map((argv) => {
      const fault = wrongIn(() => parseCommandLine(argv, flags))
      return fault === undefined ? '' : `${JSON.stringify(argv)} ${fault}`
    }),
  )
  expect(wrong.filter((text) => text !== '')).toEqual([])
})
