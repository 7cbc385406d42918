/**
 * GitHub Actions: a workflow command for each finding, which the runner turns into an annotation
 * (https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions). GitHub shows ten of each level per step.
 */
import type { Severity } from '../../core/model.ts'
import { printable } from '../printable.ts'
import { annotationsOf } from './annotation.ts'
import type { Report } from './report.ts'

const LEVELS: Readonly<Record<Severity, string>> = { critical: 'error', warning: 'warning', info: 'notice' }
const MOST = 10
const FRAMES = 30

/** `workspace`: the folder of the checkout; files in it are named relative to it, as GitHub does. */
export function githubText(report: Report, workspace: string | undefined): string {
  const shown = new Map<string, number>()
  return annotationsOf(report)
    .flatMap(({ finding, title, sentences, stack, file, line, test }) => {
      const level = LEVELS[finding.severity]
      const before = shown.get(level) ?? 0
      shown.set(level, before + 1)
      if (before >= MOST) return []
      const properties = [
        ...(file === undefined ? [] : [`file=${property(relative(printable(file), workspace))}`]),
        ...(file === undefined || line === undefined || line < 1 ? [] : [`line=${line}`]),
        `title=${property(test === undefined || title.includes(test) ? title : `${test}: ${title}`)}`,
      ]
      const message = [...sentences, ...stack.slice(0, FRAMES).map((frame) => `  ${frame}`)].join('\n')
      return [`::${level} ${properties.join(',')}::${data(message)}\n`]
    })
    .join('')
}

function relative(file: string, workspace: string | undefined): string {
  const root = workspace === undefined || workspace === '' ? undefined : `${workspace.replace(/\/+$/, '')}/`
  return root !== undefined && file.startsWith(root) ? file.slice(root.length) : file
}

/** Escapes as the runner reads it: actions/toolkit, packages/core/src/command.ts escapeData, escapeProperty. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
