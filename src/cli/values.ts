/** Parses the values of flags. */
import type { ParsedArgs } from './args.ts'
import { quote, usageError } from './args.ts'
import { sizeOf } from './size.ts'

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** Reads the flags of a command line by name. */
export class FlagValues {
  readonly #args: ParsedArgs

  constructor(args: ParsedArgs) {
    this.#args = args
  }

  has(name: string): boolean {
    return this.#args.flags.has(name)
  }

  text(name: string): string | undefined {
    return this.#args.flags.get(name)?.at(-1)
  }

  all(name: string): readonly string[] {
    return this.#args.flags.get(name) ?? []
  }

  /** The value, as one of `choices` (the parser has refused all others). */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name)
    return choices.find((choice) => choice === text)
  }

  count(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (!/^\d{1,15}$/.test(text)) throw usageError(`--${name} takes a whole number such as 20, not ${quote(text)}`)
    return Number(text)
  }

  /** Bytes, a whole number, at least `least`. */
  size(name: string, least: number): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const size = Math.round(sizeOf(text))
    if (size >= least && size <= Number.MAX_SAFE_INTEGER) return size
    throw usageError(`--${name} takes a size such as 256M, at least ${least / 2 ** 20}M, not ${quote(text)}`)
  }

  /** Milliseconds; a bare number is seconds. */
  duration(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text)
    const unit = UNITS[match?.[2] ?? 's']
    if (match === null || unit === undefined || Number(match[1]) === 0) {
      throw usageError(`--${name} takes a duration such as 500ms, 2s or 1m, not ${quote(text)}`)
    }
    return Number(match[1]) * unit
  }
}
