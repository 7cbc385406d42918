/**
 * examples/kubernetes: the manifests, and what helm makes of the chart, pass the API server's own validation of schemas (kubectl-validate,
 * which holds them). There is no cluster here: of the kubectl plugin, only what it asks of kubectl is tested.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { CLI } from '../cli/spawn.ts'
import { temporaryFolder } from './go.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const example = join(root, 'examples/kubernetes')

describe('the manifests', () => {
  let folder = ''
  beforeAll(() => {
    folder = temporaryFolder()
    for (const program of ['sigs.k8s.io/kubectl-validate@v0.0.4', 'helm.sh/helm/v3/cmd/helm@v3.22.0'])
      execFileSync('go', ['install', program], {
        env: { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod' },
        stdio: ['ignore', 'ignore', 'inherit'],
      })
  })

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

  it.each([
    ['as it is', []],
    [
      'with all values set',
      ['--set', 'image.tag=2,otlp.logs=false,args={--match,shop/},nodeSelector.pool=a,imagePullSecrets[0].name=x'],
    ],
  ])('the chart is valid %s', (_how, values) => {
    const chart = join(example, 'chart')
    const run = (...args: string[]): string => execFileSync(join(folder, 'helm'), args, { encoding: 'utf8' })
    run('lint', '--strict', chart, ...values)
    const made = join(folder, 'chart.yaml')
    writeFileSync(made, run('template', 'logs', chart, '--namespace', 'observability', ...values))
    expect(readFileSync(made, 'utf8')).toContain('namespace: observability')
    expect(validate(made)).toMatchObject({ status: 0 })
  })
})

describe('the kubectl plugin', () => {
  /** What kubectl is asked for, and the exit code of the plugin. */
  function plugin(...args: string[]): { status: number | null; asked: string; stdout: string } {
    const folder = temporaryFolder()
    const asked = join(folder, 'asked')
    const kubectl = join(folder, 'kubectl')
    const dumpstream = join(folder, 'dumpstream')
    writeFileSync(kubectl, `#!/bin/sh\necho "$*" > ${asked}\ncat ${join(root, 'examples/demo.log')}\n`)
    writeFileSync(dumpstream, `#!/bin/sh\nexec ${process.execPath} ${CLI} "$@"\n`)
    for (const file of [kubectl, dumpstream]) chmodSync(file, 0o755)
    const env = { PATH: process.env.PATH, KUBECTL: kubectl, DUMPSTREAM: dumpstream }
    const { status, stdout } = spawnSync('sh', [join(example, 'kubectl-dumpstream'), ...args], {
      encoding: 'utf8',
      env,
    })
    return { status, stdout, asked: status === 2 ? '' : readFileSync(asked, 'utf8').trim() }
  }

  it('reads the logs of a pod, and exits as dumpstream does', () => {
    const { status, asked } = plugin(
      'web-1',
      '-n',
      'shop',
      '-c',
      'web',
      '--',
      '--format',
      'none',
      '--fail-on',
      'leaking',
    )
    expect([asked, status]).toEqual(['logs --namespace shop --container web web-1', 1])
  })

  it('asks the pprof endpoint of a pod through the API server', () => {
    const { status, asked } = plugin(
      'web-1',
      '-n',
      'shop',
      '--url',
      '/debug/pprof/goroutine?debug=2',
      '--',
      '--format',
      'none',
    )
    expect([asked, status]).toEqual([
      'get --raw /api/v1/namespaces/shop/pods/web-1:6060/proxy/debug/pprof/goroutine?debug=2',
      0,
    ])
  })

  it('says how it is used', () => {
    expect(plugin()).toMatchObject({ status: 2 })
    expect(plugin('web-1', '--nonsense')).toMatchObject({ status: 2 })
  })
})
