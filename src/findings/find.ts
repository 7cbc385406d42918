/** Every rule is asked; what they find is put in order. */
import { FINDING_KINDS, type Severity, type Verdict } from '../core/model.ts'
import { tellApart } from './caller.ts'
import type { Finding, Scene } from './finding.ts'
import { tellParents } from './parents.ts'
import { RULES } from './rules.ts'
import { WAITS } from './ways.ts'

/** Verdicts that a rule looks for. */
const JUDGED: ReadonlySet<Verdict> = new Set(['leaking', 'growing', 'stuck'])

const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info']

/** Most urgent first: by severity, by kind, by number of goroutines. Empty where nothing stands out. */
export function findAll(scene: Scene): Finding[] {
  const asked = { text: true, waits: somebodyWaits(scene), verdicts: somebodyIsJudged(scene) }
  const found: Finding[] = []
  for (const rule of RULES) if (asked[rule.of]) found.push(...rule.find(scene))
  if (found.length === 0) return found
  tellApart(found, scene)
  for (const finding of found) tellParents(finding, scene)
  return found.sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      FINDING_KINDS.indexOf(a.finding) - FINDING_KINDS.indexOf(b.finding) ||
      b.goroutines - a.goroutines,
  )
}

/** A profile does not say who does. */
function somebodyWaits({ dump, seen }: Scene): boolean {
  return dump.format === 'profile' || seen.some(({ ways }) => (ways & WAITS) !== 0)
}

function somebodyIsJudged({ seen }: Scene): boolean {
  for (const { assessment } of seen) if (assessment.verdict !== undefined && JUDGED.has(assessment.verdict)) return true
  return false
}
