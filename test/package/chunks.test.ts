/** What is loaded at the start: each file costs half a millisecond. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const dist = (path: string): string => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url))

/** The files of the command that `entry` requires before it runs. */
function loaded(entry: string): string[] {
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    // `Promise.resolve().then(() => require("./x.cjs"))` is an import that waits for its need.
    const code = readFileSync(dist(`command/${file}`), 'utf8').replace(/\.then\(\(\)\s*=>\s*require\(/g, '')
    for (const [, name] of code.matchAll(/require\(["'`]\.\/([\w.-]+)["'`]\)/g)) if (name !== undefined) visit(name)
  }
  visit(entry)
  return [...seen].sort()
}

it('the command loads no engine before it knows what to do', () => {
  expect(loaded('cli.cjs')).toEqual(['cli.cjs', 'main.cjs', 'rolldown-runtime.cjs'])
})

it('the default command is few files', () => {
  expect(loaded('run.cjs')).toEqual(['main.cjs', 'rolldown-runtime.cjs', 'run.cjs'])
})

it('the library loads nothing of the command', () => {
  expect(readFileSync(dist('command/main.cjs'), 'utf8')).toContain('parseCommandLine')
  expect(readFileSync(dist('index.js'), 'utf8')).not.toContain('parseCommandLine')
})
