/** What Go prints is recognised in src/text alone: no other folder holds a pattern of it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const src = fileURLToPath(new URL('../../src', import.meta.url))

/** Parts of patterns, as written in regular expressions and in strings. */
const FORMS: readonly RegExp[] = [
  /goroutine(?:s\?)?(?:\\s| |\(\?[^)]*\))(?:\\d|\[0-9\]|profile|running)/,
  /profile: total/,
  /by (?:main )?goroutine/,
  /(?:^|[^\w])panic: /,
  /fatal error/,
  /created by /,
  /in goroutine /,
  /originating from/,
  /frames elided/,
  /stack unavailable/,
  /runtime stack:/,
  /DATA RACE/,
  /={18}|=\{18\}/,
  /SIG\[A-Z|SIGQUIT/,
  /\\\.(?:\(\?:)?go(?:\|\w+)*\)?:/,
  / \\?\+0x/,
]
/** A pattern: a regular expression, or a string that is searched for. */
const PATTERN =
  /(?<=[=(,:?&|!]\s*|^\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n])+\/[a-z]*|(?:startsWith|endsWith|includes|indexOf|lastIndexOf|Buffer\.from)\([^'"`\n]*(?:'[^'\n]*'|"[^"\n]*")/g

/** Patterns for the name of a function or a single word rather than a line. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  // The canonical text, and names of functions in it.
  'stacks/': /\\\.gowrap|runtime/,
  // The reason of a dump, which is not a line anymore.
  'findings/': /startsWith\('SIGQUIT'/,
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((each) => {
    const path = join(folder, each.name)
    return each.isDirectory() ? filesIn(path) : /\.tsx?$/.test(path) ? [path] : []
  })
}

const code = (path: string): string =>
  readFileSync(path, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/^\s*\/\/.*$/gm, '')

function patternsIn(text: string): string[] {
  return [...text.matchAll(PATTERN)].map((each) => each[0]).filter((each) => FORMS.some((form) => form.test(each)))
}

const paths = filesIn(src).map((path) => relative(src, path).replaceAll('\\', '/'))

describe('one grammar', () => {
  it('has its patterns in src/text', () => {
    const found = paths.filter((path) => path.startsWith('text/')).flatMap((path) => patternsIn(code(join(src, path))))
    expect(found.length).toBeGreaterThan(20)
  })

  it('has none elsewhere', () => {
    const found = paths
      .filter((path) => !path.startsWith('text/'))
      .flatMap((path) => {
        const allowed = Object.entries(ALLOWED).find(([folder]) => path.startsWith(folder))?.[1]
        return patternsIn(code(join(src, path)))
          .filter((each) => allowed?.test(each) !== true)
          .map((each) => `${path}: ${each}`)
      })
    expect(found).toEqual([])
  })
})
