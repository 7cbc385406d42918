/** The parts of docs that are made from code: `npm run docs` writes them, docs.test.ts holds the pages to them. */
import { readFileSync } from 'node:fs'
import { DIALECTS } from '../../src/carriers/dialects.ts'
import { flagsMarkdown } from '../../src/cli/flag.ts'
import { FLAGS } from '../../src/cli/flags.ts'
import { WATCH_FLAGS } from '../../src/cli/watch-flags.ts'
import { LIMITS } from '../../src/core/limits.ts'
import { CALLERS, WANTED } from '../../src/findings/asking.ts'
import { CALLS } from '../../src/findings/calls.ts'
import { FAULTS } from '../../src/findings/faults.ts'
import { RULES } from '../../src/findings/rules.ts'
import { THRESHOLDS } from '../../src/leaks/thresholds.ts'
import { metricsMarkdown } from '../../src/sinks/otel/names.ts'
import { IDLE } from '../../src/stacks/idle.ts'

const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** Region → its Markdown. */
export const GENERATED: Readonly<Record<string, () => string>> = {
  flags: () => flagsMarkdown(FLAGS),
  'watch-flags': () => flagsMarkdown(WATCH_FLAGS),
  metrics: metricsMarkdown,
  dialects: () =>
    table(
      ['carrier', 'written by', 'reference', 'a line'],
      DIALECTS.map(({ name, of, reference, sample }) => [
        `\`${name}\``,
        of,
        reference,
        `\`${sample.replaceAll('|', '\\|')}\``,
      ]),
    ),
  records: recordsMarkdown,
  limits: () => table(['limit', 'default', 'meaning'], commented('src/core/limits.ts', LIMITS)),
  rules: () =>
    table(
      ['finding', 'when', 'example'],
      RULES.map(({ finding, when, example }) => [`\`${finding}\``, when, `\`${example}\``]),
    ),
  calls: () =>
    table(
      ['waits for', 'minutes', 'because', 'source'],
      CALLS.map(({ what, minutes, reason, source }) => [what, String(minutes), reason, source]),
    ),
  wanted: () =>
    table(
      ['waits for', 'in a call named', 'or `await…`, `waitFor…`'],
      WANTED.map(({ what, calls, awaited }) => [
        what,
        ...[calls, awaited].map((all) => all.map((name) => `\`${name}\``).join(', ')),
      ]),
    ),
  callers: () =>
    table(
      ['in', 'source'],
      CALLERS.map(({ what, source }) => [what, source]),
    ),
  faults: () =>
    table(
      ['fault', 'what the stacks show', 'source'],
      FAULTS.map(({ fault, when, source }) => [`\`${fault}\``, when, source]),
    ),
  idle: () =>
    table(
      ['what', 'source'],
      IDLE.map(({ what, source }) => [what, source]),
    ),
  thresholds: () => table(['threshold', 'value', 'meaning'], commented('src/leaks/thresholds.ts', THRESHOLDS)),
}

const REGION = /(<!-- generated: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g

/** The page with all its regions made anew. */
export function regenerate(page: string): string {
  return page.replace(REGION, (_all, begin: string, name: string, end: string) => {
    const make = GENERATED[name]
    if (make === undefined) throw new Error(`no generated region ${name}`)
    return `${begin}${make().trim()}\n${end}`
  })
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Name, value and the comment above it in the source, for each. */
function commented(path: string, values: object): string[][] {
  const text = file(path)
  return Object.entries(values).map(([name, value]: [string, number]) => {
    const above = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\n\\s*(?:readonly )?${name}:`).exec(text)?.[1]
    if (above === undefined) throw new Error(`${path}: ${name} has no comment`)
    const meaning = above
      .replace(/\n\s*\*/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
    return [`\`${name}\``, value.toLocaleString('en-US'), meaning.replaceAll('|', '\\|')]
  })
}

interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly description?: string
  readonly $ref?: string
  readonly items?: Schema | false
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
}

function recordsMarkdown(): string {
  const schema: { $defs: Record<string, Schema>; oneOf: Schema[] } = JSON.parse(file('schema/record.v1.json'))
  const resolve = (each: Schema): Schema => {
    const name = each.$ref?.replace('#/$defs/', '')
    return name === undefined ? each : { ...schema.$defs[name], ...each }
  }
  const typeOf = (each: Schema): string => {
    const whole = resolve(each)
    if (whole.const !== undefined) return `\`${JSON.stringify(whole.const)}\``
    if (whole.enum !== undefined) return whole.enum.map((value) => `\`${value}\``).join(' ')
    if (whole.type === 'array' && whole.items !== undefined && whole.items !== false)
      return `array of ${typeOf(whole.items)}`
    if (whole.properties !== undefined)
      return `object: ${Object.keys(whole.properties)
        .map((name) => `\`${name}\``)
        .join(', ')}`
    return whole.type ?? ''
  }
  return schema.oneOf
    .map((each) => {
      const name = each.$ref?.replace('#/$defs/', '') ?? ''
      const { properties = {}, required = [] } = resolve(each)
      const rows = Object.entries(properties).map(([field, property]) => [
        `\`${field}\`${required.includes(field) ? '' : ' (optional)'}`,
        typeOf(property),
        resolve(property).description ?? '',
      ])
      return `### ${name}\n\n${table(['field', 'type', 'meaning'], rows)}`
    })
    .join('\n\n')
}
