/** The summary of a job of GitHub Actions: Markdown that is appended to the file that the runner names. */
import { appendFileSync } from 'node:fs'
import { writeErrorText } from '../core/system-error.ts'
import type { Terminal } from './terminal.ts'

export function appendSummary(markdown: string, terminal: Terminal): void {
  const path = terminal.env.GITHUB_STEP_SUMMARY
  if (path === undefined || path === '') return
  try {
    appendFileSync(path, markdown)
  } catch (error) {
    terminal.complain(`can't write the job summary to ${path}: ${writeErrorText(error)}`)
  }
}
