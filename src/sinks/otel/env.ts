/**
 * The `OTEL_*` variables. sdk-metrics and the exporters read some of them, and none of those that choose exporters, protocol and
 * interval: those are read by `@opentelemetry/sdk-node`, which weighs 71 packages. Here all are read in one place, so that flags, both
 * signals and error messages go by the same rules.
 *
 * As the specification has it (specs/otel/configuration/sdk-environment-variables): empty means unset, and a value that can not be
 * read is told once and left out.
 */
export type Env = Readonly<Record<string, string | undefined>>

export class EnvReader {
  readonly #env: Env
  readonly #warn: (line: string) => void

  constructor(env: Env, warn: (line: string) => void) {
    this.#env = env
    this.#warn = warn
  }

  text(name: string): string | undefined {
    const value = this.#env[name]?.trim()
    return value === '' ? undefined : value
  }

  /** The first of `names` that is set. */
  first(names: readonly string[]): { readonly name: string; readonly value: string } | undefined {
    for (const name of names) {
      const value = this.text(name)
      if (value !== undefined) return { name, value }
    }
    return undefined
  }

  isTrue(name: string): boolean {
    return this.text(name)?.toLowerCase() === 'true'
  }

  /** The specification counts in milliseconds, and these must be more than none. */
  milliseconds(...names: string[]): number | undefined {
    const found = this.first(names)
    if (found === undefined) return undefined
    const number = Number(found.value)
    if (Number.isFinite(number) && number > 0) return number
    this.#ignore(found, 'milliseconds, such as 3000')
    return undefined
  }

  choice<T extends string>(names: readonly string[], choices: readonly T[]): T | undefined {
    const found = this.first(names)
    if (found === undefined) return undefined
    const lower = found.value.toLowerCase()
    const choice = choices.find((each) => each === lower)
    if (choice === undefined) this.#ignore(found, choices.join(', '))
    return choice
  }

  /** A list of choices with commas. */
  choices<T extends string>(name: string, choices: readonly T[]): T[] | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const chosen: T[] = []
    for (const word of value.split(',')) {
      const choice = choices.find((each) => each === word.trim().toLowerCase())
      if (choice !== undefined) chosen.push(choice)
      else if (word.trim() !== '') this.#ignore({ name, value: word.trim() }, choices.join(', '))
    }
    return chosen
  }

  url(...names: string[]): URL | undefined {
    const found = this.first(names)
    if (found === undefined) return undefined
    const url = httpUrl(found.value)
    if (url === undefined) this.#ignore(found, 'a URL, such as http://localhost:4318')
    return url
  }

  /** `key=value,key2=value2`, percent-encoded; of variables later in the list come the keys that earlier ones lack. */
  headers(...names: string[]): Record<string, string> {
    const headers: Record<string, string> = {}
    for (const name of names) {
      for (const pair of (this.text(name) ?? '').split(',')) {
        if (pair.trim() === '') continue
        const header = readPair(pair)
        // A value may be a secret: it is not repeated.
        if (header === undefined)
          this.#warn(`${name} takes key=value,key2=value2; a part of it is not that and is left out`)
        else headers[header[0]] ??= header[1]
      }
    }
    return headers
  }

  /** The SDK reads these itself, and drops all of them without a word when one is wrong. */
  checkPairs(name: string): void {
    const parts = (this.text(name) ?? '').split(',').filter((part) => part.trim() !== '')
    if (
      parts.every((part) => part.split('=').length === 2 && decoded(part) !== undefined && !part.trim().startsWith('='))
    )
      return
    this.#warn(`${name} takes key=value,key2=value2, with %2C and %3D for , and = in a value; it is left out`)
  }

  #ignore({ name, value }: { readonly name: string; readonly value: string }, wanted: string): void {
    this.#warn(`${name} takes ${wanted}, not ${JSON.stringify(value)}; it is left out`)
  }
}

/** Undefined when `text` is none. */
export function httpUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
}

/** Names of HTTP headers are tokens (RFC 9110, 5.1); a value must not end its line. */
function readPair(pair: string): [string, string] | undefined {
  const at = pair.indexOf('=')
  const key = decoded(pair.slice(0, Math.max(0, at)).trim())?.toLowerCase() ?? ''
  const value = decoded(pair.slice(at + 1).trim()) ?? '\n'
  return /^[\w!#$%&'*+.^`|~-]+$/.test(key) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value) ? [key, value] : undefined
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
