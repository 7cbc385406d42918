/** Runs every rule, and sorts the findings. */
import { FINDING_KINDS, type Severity, type Verdict } from '../core/model.ts'
import { addCallers } from './caller.ts'
import type { Finding, Scene, Seen } from './finding.ts'
import { addParents } from './parents.ts'
import { provenBy } from './proven.ts'
import { RULES, type Rule } from './rules.ts'
import { WAITS } from './ways.ts'

/** Verdicts that have a rule. */
const JUDGED: ReadonlySet<Verdict> = new Set(['leaking', 'growing', 'stuck'])

const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info']

/** The findings, and the signatures with the verdicts that the findings have changed. */
export interface Outcome {
  /** Most urgent first: by severity, kind, and number of goroutines. Empty if nothing is conspicuous. */
  readonly findings: readonly Finding[]
  /** In the order of `Scene.seen`. */
  readonly seen: readonly Seen[]
}

export function findAll(scene: Scene): Outcome {
  const found: Finding[] = []
  ask(scene, 'text', found)
  if (somebodyWaits(scene)) ask(scene, 'waits', found)
  const { told, caught } = provenBy(found, scene)
  const judged = caught.size === 0 ? scene : sceneWith(scene, caught)
  if (somebodyIsJudged(judged)) ask(judged, 'verdicts', found)
  if (found.length === 0) return { findings: found, seen: scene.seen }
  addCallers(found, scene)
  for (const finding of found) addParents(finding, scene)
  found.sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      FINDING_KINDS.indexOf(a.finding) - FINDING_KINDS.indexOf(b.finding) ||
      b.goroutines - a.goroutines,
  )
  return { findings: found, seen: told.size === 0 ? judged.seen : judged.seen.map((each) => told.get(each) ?? each) }
}

/** Adds to `found`, without an array of its results: there may be a dump for every few lines of a log, and most have no findings. */
function ask(scene: Scene, of: Rule['of'], found: Finding[]): void {
  for (const rule of RULES) if (rule.of === of) for (const finding of rule.find(scene)) found.push(finding)
}

function sceneWith(scene: Scene, changed: ReadonlyMap<Seen, Seen>): Scene {
  const change = (each: Seen): Seen => changed.get(each) ?? each
  return { ...scene, bySlot: scene.bySlot.map(change), seen: scene.seen.map(change) }
}

/** A profile does not show who waits, so it may be any. */
function somebodyWaits({ dump, seen }: Scene): boolean {
  return dump.format === 'profile' || seen.some(({ ways }) => (ways & WAITS) !== 0)
}

function somebodyIsJudged({ seen }: Scene): boolean {
  for (const { assessment } of seen) if (assessment.verdict !== undefined && JUDGED.has(assessment.verdict)) return true
  return false
}
