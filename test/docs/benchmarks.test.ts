/** The page of benchmarks shows the newest run that is kept. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('docs/benchmarks.md has the newest run of the bench that is kept', async () => {
  const bench: { newestRun(): unknown; runMarkdown(run: unknown): string } = await import(`${root}bench/page.mjs`)
  const page = readFileSync(`${root}docs/benchmarks.md`, 'utf8')
  expect(page).toContain(bench.runMarkdown(bench.newestRun()))
})
