/** What a release is made of and by: pinned actions, no scripts at installation, licences of what is bundled. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './installed.ts'

const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8')
const about: { dependencies: object; optionalDependencies: object; scripts: Record<string, string> } = JSON.parse(
  read('package.json'),
)

describe('the workflows', () => {
  it.each(readdirSync(join(root, '.github/workflows')))(
    '%s pins each action to a commit, and says its version',
    (file) => {
      const uses = read('.github/workflows', file).match(/^\s*(?:- )?uses:.*$/gm) ?? []
      expect(uses.length).toBeGreaterThan(0)
      for (const line of uses) expect(line).toMatch(/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    },
  )

  it.each(readdirSync(join(root, '.github/workflows')))('%s may write nothing unless a job says so', (file) => {
    expect(read('.github/workflows', file)).toMatch(/^permissions:\n {2}contents: read$/m)
  })

  it('are kept up to date, with the packages and the Go modules', () => {
    const text = read('.github/dependabot.yml')
    for (const ecosystem of ['npm', 'github-actions', 'gomod'])
      expect(text).toContain(`package-ecosystem: ${ecosystem}`)
    for (const [, folder] of text.matchAll(/^ {6}- \/(.+)$/gm))
      expect(existsSync(join(root, folder ?? '', 'go.mod')), folder).toBe(true)
  })
})

describe('the package', () => {
  it('runs nothing when it is installed', () => {
    for (const name of ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare'])
      expect(about.scripts).not.toHaveProperty(name)
  })

  it('has the licence of everything that is bundled', () => {
    const notices = read('dist/THIRD_PARTY_NOTICES')
    for (const name of ['uplot', 're2js']) expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'))
    const parts = notices.split('\n---\n')
    for (const part of parts)
      expect(part).toMatch(
        /Permission is hereby granted|Redistribution and use|License: MIT|Apache License\s+Version 2\.0/,
      )
    // What is installed beside it brings its own.
    for (const name of Object.keys({ ...about.dependencies, ...about.optionalDependencies }))
      expect(notices).not.toMatch(new RegExp(`^${name} \\d`, 'm'))
  })

  it('has a private way to report a vulnerability', () => {
    expect(read('SECURITY.md')).toMatch(/Security\*\* → \*\*Report a vulnerability/)
  })
})
