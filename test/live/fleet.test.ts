/** examples/fleet: rules that Prometheus takes, and a dashboard that asks nothing but what they record. */
import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../package/installed.ts'
import { temporaryFolder } from './go.ts'

const fleet = join(root, 'examples/fleet')

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[]
}

describe('examples/fleet', () => {
  it('has rules whose tests pass, and can fail', () => {
    expect(execFileSync('promtool', ['test', 'rules', join(fleet, 'rules.test.yml')], { encoding: 'utf8' })).toContain(
      'SUCCESS',
    )
    const folder = temporaryFolder()
    cpSync(fleet, folder, { recursive: true })
    const rules = join(folder, 'rules.yml')
    writeFileSync(rules, readFileSync(rules, 'utf8').replaceAll('[a-z0-9]{5}', '[a-z0-9]{6}'))
    expect(() =>
      execFileSync('promtool', ['test', 'rules', join(folder, 'rules.test.yml')], { stdio: 'pipe' }),
    ).toThrow()
  })

  it('has a dashboard of valid questions, of recorded series only', () => {
    const recorded = new Set(
      [...readFileSync(join(fleet, 'rules.yml'), 'utf8').matchAll(/record: (\S+)/g)].map(([, name]) => name),
    )
    const { panels }: Dashboard = JSON.parse(readFileSync(join(fleet, 'dashboard.json'), 'utf8'))
    const questions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr.replaceAll('$namespace', '.*')))
    expect(questions.length).toBeGreaterThan(5)
    for (const question of questions) {
      const asked = [...question.matchAll(/\bdumpstream[:_][\w:]+/g)].map(([name]) => name)
      expect(asked.filter((name) => !recorded.has(name) && name !== 'dumpstream_signature')).toEqual([])
    }
    const file = join(temporaryFolder(), 'questions.yml')
    const rules = questions.map((expr, i) => `      - { record: "q:${i}", expr: ${JSON.stringify(expr)} }\n`)
    writeFileSync(file, `groups:\n  - name: questions\n    rules:\n${rules.join('')}`)
    expect(execFileSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })).toContain('SUCCESS')
  })
})
