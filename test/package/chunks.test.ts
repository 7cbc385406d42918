/** What is loaded at the start: each file costs half a millisecond. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const dist = (path: string): string => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url))

/** The files that `entry` imports before it runs, without the folder. */
function loaded(entry: string): string[] {
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    // Minified: `import{a as b}from"./x.js";import"./y.js";`.
    for (const [, name] of readFileSync(dist(file), 'utf8').matchAll(
      /(?:^|[;\n])(?:import|export)\b[^;"'`()]*["']\.[^"']*?([\w.-]+\.js)["']/g,
    ))
      if (name !== undefined) visit(existsSync(dist(`chunks/${name}`)) ? `chunks/${name}` : name)
  }
  visit(entry)
  return [...seen].map((file) => file.replace('chunks/', '')).sort()
}

it('the command loads no engine before it knows what to do', () => {
  expect(loaded('cli.js')).toEqual(['cli.js', 'errors.js', 'main.js'])
})

it('the default command is few files', () => {
  expect(loaded('chunks/run.js')).toEqual([
    'engine.js',
    'errors.js',
    'main.js',
    'output.js',
    'rolldown-runtime.js',
    'run.js',
  ])
})

it('the library loads nothing of the command', () => {
  expect(loaded('index.js').filter((file) => /^(?:main|run|cli)/.test(file))).toEqual([])
})
