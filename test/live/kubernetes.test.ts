/**
 * examples/kubernetes: the manifests pass the API server's own validation of schemas (kubectl-validate, which holds them), the Dockerfile
 * is well formed, and its commands, run by hand, make a program that runs as another user in a folder nobody may write to.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { dumpText } from '../cli/dumps.ts'
import { temporaryFolder } from './go.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const example = join(root, 'examples/kubernetes')
const dockerfile = readFileSync(join(example, 'Dockerfile'), 'utf8')
const NOBODY = 65_532

describe('the manifests', () => {
  let folder = ''
  beforeAll(() => {
    folder = temporaryFolder()
    execFileSync('go', ['install', 'sigs.k8s.io/kubectl-validate@v0.0.4'], {
      env: { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod' },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }, 600_000)

  const validate = (path: string): { status: number | null; stdout: string } =>
    spawnSync(join(folder, 'kubectl-validate'), ['--version', '1.30', path], { encoding: 'utf8' })

  it.each(readdirSync(example).filter((name) => name.endsWith('.yaml')))('%s is valid', (name) => {
    expect(validate(join(example, name))).toMatchObject({ status: 0 })
  })

  it('would not be with a field that there is not', () => {
    const broken = join(folder, 'broken.yaml')
    writeFileSync(broken, readFileSync(join(example, 'daemonset.yaml'), 'utf8').replace('readOnly:', 'readonly:'))
    expect(validate(broken).status).not.toBe(0)
  })
})

describe('the Dockerfile', () => {
  it('is well formed', () => {
    const folder = temporaryFolder()
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, 'dockerfile-utils@0.16.3'], {
      stdio: 'ignore',
    })
    const { validate } = createRequire(join(folder, 'x.js'))('dockerfile-utils')
    expect(validate(dockerfile)).toEqual([])
    expect(validate('COPPY . .')).not.toEqual([])
  }, 120_000)

  it('has commands that make a program; it runs as another user, in a folder that cannot be written to', () => {
    const folder = temporaryFolder()
    const [build, image] = [join(folder, 'build'), join(folder, 'app')]
    mkdirSync(build)
    for (const [instruction, rest] of instructions(dockerfile.slice(0, dockerfile.lastIndexOf('\nFROM ')))) {
      if (instruction === 'COPY') copy(rest, root, build)
      if (instruction === 'RUN')
        execFileSync('sh', ['-c', rest], { cwd: build, stdio: ['ignore', 'ignore', 'inherit'] })
    }
    mkdirSync(image)
    for (const [instruction, rest] of instructions(dockerfile.slice(dockerfile.lastIndexOf('\nFROM ')))) {
      if (instruction === 'COPY') copy(rest.replace('--from=build ', '').replaceAll('/build/', ''), build, image)
    }
    expect(readdirSync(join(image, 'node_modules'))).not.toContain('vitest')
    chmodSync(folder, 0o755)
    execFileSync('chmod', ['-R', 'a+rX,a-w', image])
    const entry: string[] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '')
    const [, program = ''] = entry.map((word) => word.replace('/app', image))
    const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
      spawnSync(process.execPath, [program, ...args], {
        cwd: image,
        encoding: 'utf8',
        input: dumpText(),
        env: { OTEL_METRICS_EXPORTER: 'console' },
        ...(process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}),
      })
    const { status, stdout, stderr } = run('--format', 'jsonl')
    expect([status, JSON.parse(stdout.split('\n')[0] ?? '')]).toMatchObject([0, { type: 'dump', goroutines: 55 }])
    expect(stderr).toContain('dumpstream.goroutines')
    expect(dockerfile).toContain(`USER ${NOBODY}:${NOBODY}`)
  }, 300_000)
})

function instructions(text: string): [string, string][] {
  return text.split('\n').flatMap((line) => {
    const [, instruction, rest] = /^([A-Z]+) (.*)$/.exec(line) ?? []
    return instruction === undefined || rest === undefined ? [] : [[instruction, rest]]
  })
}

/** `COPY SOURCE… TARGET`, where a folder's contents go into the target. */
function copy(words: string, from: string, into: string): void {
  const sources = words.split(' ')
  const target = sources.pop() ?? ''
  for (const source of sources) {
    cpSync(join(from, source), target.endsWith('/') ? join(into, target, source) : join(into, target), {
      recursive: true,
    })
  }
}
