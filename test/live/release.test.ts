/** Every step of a release that can run offline: the notes, the package, checksums, the SBOM, the formula. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from './go.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

function release(
  folder: string,
  tag: string,
  repository = 'acme/dumpstream',
): { status: number | null; stderr: string } {
  const args = ['scripts/release.mjs', '--tag', tag, '--repository', repository, '--output', folder]
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
}

describe('a release', () => {
  let folder = ''
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

  beforeAll(() => {
    folder = temporaryFolder()
    const before = readFileSync(join(root, 'package.json'), 'utf8')
    expect(release(folder, `v${version}`)).toMatchObject({ status: 0 })
    expect(readFileSync(join(root, 'package.json'), 'utf8')).toBe(before)
  })

  it('names its repository, without which npm refuses to publish with provenance', () => {
    const packed = execFileSync('tar', ['-xzOf', join(folder, `dumpstream-${version}.tgz`), 'package/package.json'])
    expect(JSON.parse(packed.toString())).toMatchObject({
      version,
      repository: { type: 'git', url: 'git+https://github.com/acme/dumpstream.git' },
    })
  })

  it('has the notes of its version out of the changelog', () => {
    expect(read('notes.md')).toMatch(/^### Added$/m)
    expect(read('notes.md')).not.toMatch(/^## /m)
  })

  it('has checksums that sha256sum accepts', () => {
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: folder })
    expect(read('SHA256SUMS')).toContain(`dumpstream-${version}.tgz`)
  })

  it('has an SBOM of what is installed with it', () => {
    const sbom = JSON.parse(read('sbom.cdx.json'))
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'dumpstream', version } } })
    const names = sbom.components.map((each: { group?: string; name: string }) => each.name)
    expect(names).toEqual(expect.arrayContaining(['split2', 'through2', 're2js', 'uplot']))
    expect(names).not.toContain('vitest')
  })

  it('has a formula for each single file that is there', () => {
    const formula = read('dumpstream.rb')
    expect(formula).toContain(`version "${version}"`)
    const files = readdirSync(folder).filter((name) => name.endsWith('.gz') && name.startsWith('dumpstream-'))
    for (const file of files) expect(formula).toContain(`/releases/download/v${version}/${file}"`)
    if (existsSync(join(root, 'dist/bin/dumpstream'))) expect(files.length).toBeGreaterThan(0)
  })

  it.each([
    ['a tag of another version', 'v99.0.0', 'acme/dumpstream', 'the tag is v99.0.0'],
    ['no repository', `v${version}`, 'acme', 'usage: '],
  ])('is refused with %s', (_what, tag, repository, says) => {
    const { status, stderr } = release(temporaryFolder(), tag, repository)
    expect([status, stderr]).toEqual([1, expect.stringContaining(says)])
  })
})
