/** Every rule is asked; what they find is put in order. */
import { FINDING_KINDS, type Severity } from '../core/model.ts'
import { tellApart } from './caller.ts'
import type { Finding, Scene } from './finding.ts'
import { RULES } from './rules.ts'

const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info']

/** Most urgent first: by severity, by kind, by number of goroutines. Empty where nothing stands out. */
export function findAll(scene: Scene): Finding[] {
  const found = RULES.flatMap((rule) => rule.find(scene))
  if (found.length === 0) return found
  return tellApart(found, scene).sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      FINDING_KINDS.indexOf(a.finding) - FINDING_KINDS.indexOf(b.finding) ||
      b.goroutines - a.goroutines,
  )
}
