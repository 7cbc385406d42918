/**
 * The `OTEL_*` variables. sdk-metrics and the exporters read some of them, but none of those that choose exporters, protocol and interval:
 * `@opentelemetry/sdk-node` reads these, which has 71 packages. Here all are read in one place, so that flags, both signals and error messages
 * follow the same rules.
 *
 * As the specification requires (specs/otel/configuration/sdk-environment-variables), empty means unset, and an invalid value is reported once
 * and ignored.
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

  /** In milliseconds, as in the specification; must be positive. */
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

  /** A comma-separated list of choices. */
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

  /** `key=value,key2=value2`, percent-encoded. Earlier variables have precedence, key by key. */
  headers(...names: string[]): Record<string, string> {
    const headers: Record<string, string> = {}
    for (const name of names) {
      for (const pair of (this.text(name) ?? '').split(',')) {
        if (pair.trim() === '') continue
        const header = readPair(pair)
        // The value may be a secret, so it is not repeated.
        if (header === undefined)
          this.#warn(`${name} takes key=value,key2=value2; one part is malformed and is ignored`)
        else headers[header[0]] ??= header[1]
      }
    }
    return headers
  }

  /** The SDK reads these itself, and silently drops all of them if one is malformed. */
  checkPairs(name: string): void {
    const parts = (this.text(name) ?? '').split(',').filter((part) => part.trim() !== '')
    if (
      parts.every((part) => part.split('=').length === 2 && decoded(part) !== undefined && !part.trim().startsWith('='))
    )
      return
    this.#warn(`${name} takes key=value,key2=value2, with %2C and %3D for , and = in a value; it is ignored`)
  }

  #ignore({ name, value }: { readonly name: string; readonly value: string }, wanted: string): void {
    this.#warn(`${name} takes ${wanted}, not ${JSON.stringify(value)}; it is ignored`)
  }
}

/** Undefined if `text` is not an HTTP URL. */
export function httpUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
}

/** Names of HTTP headers are tokens (RFC 9110, 5.1); a value must not contain a line end. */
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
