/** The package as a stranger gets it: packed, and installed into an empty folder. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../..', import.meta.url))

export interface Installed {
  readonly folder: string
  /** Path of the tarball. */
  readonly tarball: string
  /** What is in it. */
  readonly files: readonly { readonly path: string; readonly size: number }[]
  remove(): void
}

/** `others`: packages that are installed beside it, as for `npm install`. */
export function installPackage(others: readonly string[] = []): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'dumpstream-package-'))
  const packed: { filename: string; files: { path: string; size: number }[] }[] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  )
  const [first] = packed
  if (first === undefined) throw new Error('npm pack made nothing')
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  const tarball = join(folder, first.filename)
  execFileSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--prefer-offline', '--omit=optional', tarball, ...others],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  return { folder, tarball, files: first.files, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
