/** Parses the command line against a table of flags. Every mistake is reported as one line that says what to write instead. */
import { parseArgs } from 'node:util'
import { DumpstreamError } from '../core/errors.ts'
import type { Flag } from './flag.ts'
import { nearest } from './nearest.ts'

export interface ParsedArgs {
  /** Flag name → its values as typed, in order; empty for a switch. */
  readonly flags: ReadonlyMap<string, readonly string[]>
  readonly operands: readonly string[]
}

/** An error with exit code 2. */
export function usageError(message: string): DumpstreamError {
  return new DumpstreamError('DS_USAGE', message)
}

/** @throws DumpstreamError `DS_USAGE` */
export function parseCommandLine(argv: readonly string[], table: readonly Flag[]): ParsedArgs {
  const byName = new Map(table.map((flag) => [flag.name, flag]))
  const options = Object.fromEntries(
    table.map((flag) => [
      flag.name,
      {
        type: flag.value === undefined || flag.valueOptional === true ? ('boolean' as const) : ('string' as const),
        multiple: true,
        ...(flag.short === undefined ? {} : { short: flag.short }),
      },
    ]),
  )
  refuseSingleDash(argv, byName)
  const flags = new Map<string, string[]>()
  const operands: string[] = []
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true })
  /** Index in argv of a word that was read as the value of a flag. */
  let taken = -1
  for (const token of tokens) {
    if (token.kind === 'positional' && token.index !== taken) operands.push(token.value)
    if (token.kind !== 'option') continue
    const flag = byName.get(token.name)
    if (flag === undefined) throw unknownFlag(token.rawName, table)
    const given = flags.get(flag.name)
    if (given !== undefined && flag.value !== undefined && flag.repeatable !== true) {
      throw usageError(`--${flag.name} is given twice; keep one of them`)
    }
    const values = given ?? []
    flags.set(flag.name, values)
    const next = argv[token.index + 1]
    const follows = token.value === undefined && next !== undefined && flag.valueLike?.test(next) === true
    if (follows) taken = token.index + 1
    const value = checkValue(flag, token.rawName, follows ? next : token.value, token.inlineValue === true)
    if (value !== undefined) values.push(value)
  }
  return { flags, operands }
}

function checkValue(flag: Flag, typed: string, value: string | undefined, inline: boolean): string | undefined {
  if (flag.value === undefined) {
    if (value !== undefined) throw usageError(`${typed} takes no value; write it alone`)
    return undefined
  }
  if (value === undefined || value === '') {
    if (flag.valueOptional === true && value === undefined) return undefined
    throw usageError(`${typed} needs ${valueInWords(flag)}`)
  }
  // In `--out --logs`, a value was forgotten; a value that really begins with a dash is written with `=`.
  if (!inline && /^-[^\d]/.test(value)) {
    throw usageError(`${typed} needs ${valueInWords(flag)}; write --${flag.name}=${value} if ${value} is meant`)
  }
  if (flag.choices !== undefined && !flag.choices.includes(value)) {
    const meant = nearest(value, flag.choices)
    throw usageError(
      `${typed} takes ${inWords(flag.choices)}, not ${quote(value)}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    )
  }
  return value
}

function valueInWords(flag: Flag): string {
  if (flag.choices !== undefined) return `a value: ${inWords(flag.choices)}`
  return `a value, such as --${flag.name} ${flag.example ?? flag.value}`
}

function unknownFlag(typed: string, table: readonly Flag[]): DumpstreamError {
  const long = typed.startsWith('--')
  const meant = long
    ? nearest(
        typed.slice(2),
        table.map((flag) => flag.name),
      )
    : undefined
  const short = long ? undefined : table.find((flag) => flag.short?.toLowerCase() === typed.slice(1).toLowerCase())
  if (meant !== undefined) return usageError(`unknown flag ${typed}; did you mean --${meant}?`)
  if (short !== undefined) return usageError(`unknown flag ${typed}; did you mean -${short.short} (--${short.name})?`)
  return usageError(`unknown flag ${typed}; dumpstream --help lists the flags`)
}

/** `-match x` would be read as `-m atch`: refuses it instead. */
function refuseSingleDash(argv: readonly string[], byName: ReadonlyMap<string, Flag>): void {
  for (const arg of argv) {
    if (arg === '--') return
    const word = /^-([a-z][a-z-]+)(?:=|$)/.exec(arg)?.[1]
    if (word !== undefined && byName.has(word)) throw usageError(`write --${word} with two dashes, not -${word}`)
  }
}

/** `text, jsonl or none`. */
export function inWords(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join('') : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`
}

export function quote(text: string): string {
  return JSON.stringify(text)
}
