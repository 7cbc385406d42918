/** README and docs, held to the code: generated parts, links, scripts, and the commands that they show. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { COMMANDS, flagsOf } from '../../src/cli/commands.ts'
import { FLAGS } from '../../src/cli/flags.ts'
import { regenerate } from './generated.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const read = (page: string): string => readFileSync(join(root, page), 'utf8')

/** A heading as GitHub links to it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}

describe('the README', () => {
  it('is short', () => {
    expect(Buffer.byteLength(read('README.md'))).toBeLessThanOrEqual(9216)
  })

  it('links to every page of docs', () => {
    const linked = [...read('README.md').matchAll(/\]\((docs\/[\w-]+\.md)/g)].map((match) => match[1])
    expect(new Set(linked)).toEqual(new Set(pages.filter((page) => page.startsWith('docs/'))))
  })
})

it('docs/cli.md names the flags that watch does not take', () => {
  const [, sentence = ''] = /`dumpstream watch` takes [^:]* except ([^:]*):/.exec(read('docs/cli.md')) ?? []
  const taken = COMMANDS.filter(({ name }) => name === 'watch').flatMap(flagsOf)
  const others = FLAGS.filter(({ name }) => taken.every((flag) => flag.name !== name))
  const named = [...sentence.matchAll(/`--([a-z-]+)`/g)].map((match) => match[1])
  expect(named.sort()).toEqual(others.map(({ name }) => name).sort())
})

it.each([
  ['README.md', 120],
  ['docs/text-and-reports.md', 80],
])('%s shows what a terminal of %i columns shows (test/cli/screens)', (page, columns) => {
  const [, picture = ''] = /```\n(?:\$ [^\n]*\n)?([^`]* goroutines leak in [^`]*)```/.exec(read(page)) ?? []
  const screen = read(`test/cli/screens/leak-${columns}.txt`)
  const parts = picture.replace(/\bapp\.log(?= · )/, 'examples/demo.log').split('…\n')
  expect(parts.length).toBeGreaterThan(1)
  for (const part of parts) expect(screen).toContain(part)
})

describe.each(pages)('%s', (page) => {
  const text = read(page)

  it('has generated parts that are up to date (npm run docs)', () => {
    const made = regenerate(text)
    if (process.env.DUMPSTREAM_UPDATE_DOCS !== undefined) writeFileSync(join(root, page), made)
    else expect(text).toBe(made)
  })

  it('links to files and headings that exist', () => {
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [file = '', anchor] = target.split('#')
      const path = file === '' ? join(root, page) : join(root, dirname(page), file)
      expect([target, existsSync(path)]).toEqual([target, true])
      if (anchor === undefined || !path.endsWith('.md')) continue
      const headings = [...readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1] ?? ''))
      expect(headings, target).toContain(anchor)
    }
  })

  it('names scripts of package.json that exist', () => {
    const { scripts } = JSON.parse(read('package.json'))
    for (const [, name] of text.matchAll(/npm run (?:--silent )?([\w:-]+)/g))
      expect(Object.keys(scripts), page).toContain(name)
  })

  it('shows commands with flags that exist', () => {
    for (const [, rest = ''] of text.matchAll(/^ {4}(?:.*\| |\$ )?(?:npx )?dumpstream\b([^|#>\n]*)/gm)) {
      const [, command = ''] = /^ +([a-z][a-z-]+)(?: |$)/.exec(rest) ?? []
      const found = COMMANDS.find(({ name }) => name === command)
      const known = (found === undefined ? FLAGS : flagsOf(found)).map(({ name }) => `--${name}`)
      // What a quoted word holds is not an option.
      for (const [, flag] of rest.replace(/'[^']*'|"[^"]*"/g, '').matchAll(/ (--[a-z-]+)/g))
        expect(known, `${page}: dumpstream${rest}`).toContain(flag)
    }
  })
})
