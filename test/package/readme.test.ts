/** What the README says, held to what the code says. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { flagsMarkdown } from '../../src/cli/flag.ts'
import { FLAGS } from '../../src/cli/flags.ts'
import { WATCH_FLAGS } from '../../src/cli/watch-flags.ts'
import { THRESHOLDS } from '../../src/leaks/thresholds.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readFileSync(`${root}/README.md`, 'utf8')
const schema: { $defs: Record<string, { properties?: Record<string, unknown> }> } = JSON.parse(
  readFileSync(`${root}/schema/record.v1.json`, 'utf8'),
)

describe('the README', () => {
  it('has the table of flags that --help is made of', () => {
    expect(readme).toContain(flagsMarkdown(FLAGS).trim())
    expect(readme).toContain(flagsMarkdown(WATCH_FLAGS).trim())
  })

  it.each(['dump', 'signature'])('names every field of a %s record', (type) => {
    for (const field of Object.keys(schema.$defs[type]?.properties ?? {})) {
      if (['v', 'type', 'process', 'attributes'].includes(field)) continue
      expect(readme).toMatch(new RegExp(`\`${field}(?:\\.count)?\``))
    }
  })

  it('has every threshold of the verdicts, with its value', () => {
    for (const [name, value] of Object.entries(THRESHOLDS)) expect(readme).toContain(`| \`${name}\` | ${value} |`)
  })

  it('has the newest run of the bench that is kept', async () => {
    const bench: { newestRun(): unknown; runMarkdown(run: unknown): string } = await import(`${root}bench/readme.mjs`)
    expect(readme).toContain(bench.runMarkdown(bench.newestRun()))
  })

  it('links to files that exist', () => {
    for (const [, target] of readme.matchAll(/\]\(([^)#:]+)\)/g))
      expect([target, existsSync(`${root}/${target}`)]).toEqual([target, true])
  })

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
    for (const [, name] of readme.matchAll(/npm run (?:--silent )?([\w:]+)/g))
      expect(Object.keys(scripts)).toContain(name)
  })
})
