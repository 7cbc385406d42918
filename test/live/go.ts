/** Builds Go programs for the live tests. A missing toolchain is a failure, not a reason to skip. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** `local` is the Go that is installed; others are fetched as modules by the go command itself. */
export const TOOLCHAINS = ['local', 'go1.27.3'] as const
export type Toolchain = (typeof TOOLCHAINS)[number]

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dumpstream-live-'))
  folders.push(folder)
  return folder
}

/**
 * Builds the module at `source` and returns the path of its binary. `language` is what its go.mod says from then on: with 1.27 the
 * runtime prints labels in headers. `flags` are for `go build`.
 */
export function buildGo(
  source: string,
  toolchain: Toolchain,
  language?: string,
  flags: readonly string[] = [],
): string {
  const folder = temporaryFolder()
  const module = join(folder, 'module')
  cpSync(source, module, { recursive: true })
  const go = (...args: string[]): void => {
    const { error, status, stderr } = spawnSync('go', args, {
      cwd: module,
      env: { ...process.env, GOTOOLCHAIN: toolchain, GOFLAGS: '-mod=mod' },
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    if (error !== undefined) throw new Error(`the live tests need Go on the PATH (https://go.dev/dl): ${error.message}`)
    if (status !== 0) throw new Error(`GOTOOLCHAIN=${toolchain} go ${args.join(' ')}: ${stderr}`)
  }
  if (language !== undefined) go('mod', 'edit', `-go=${language}`)
  const binary = join(folder, 'program')
  go('build', ...flags, '-o', binary, '.')
  return binary
}
