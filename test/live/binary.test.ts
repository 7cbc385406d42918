/**
 * The single file and the image that is made of it. The file runs in an empty root: nothing there but it and the libraries that it is linked
 * against, so no Node. The image is built by buildah and run from its storage.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dumpText } from '../cli/dumps.ts'
import { finish } from '../cli/spawn.ts'
import { freePort, Receiver } from '../sinks/otel/receiver.ts'
import { threeDumps } from '../sinks/otel/service.ts'
import { temporaryFolder } from './go.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const image = join(root, 'dist/image')
const empty = join(image, 'root')
// Debian has chroot in /usr/sbin, which not everybody has on the PATH.
const env = { PATH: `${process.env.PATH}:/usr/sbin:/sbin` }

beforeAll(() => {
  execFileSync('npm', ['run', '--silent', 'build:binary'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  execFileSync(process.execPath, ['scripts/build-image.mjs'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
})

/** In the empty root; as another user where we are root ourselves. */
function command(...args: string[]): [string, string[]] {
  const isRoot = process.getuid?.() === 0
  const inside = ['chroot', ...(isRoot ? ['--userspec=65532:65532'] : []), empty, '/usr/bin/dumpstream', ...args]
  return isRoot ? [inside[0] ?? '', inside.slice(1)] : ['unshare', ['--map-root-user', ...inside]]
}

function run(input: string, ...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const [program, words] = command(...args)
  const { status, stdout, stderr } = spawnSync(program, words, { input, encoding: 'utf8', env })
  return { code: status, stdout, stderr }
}

describe('the single file in an empty root', () => {
  it('has no Node beside it', () => {
    expect(readdirSync(join(empty, 'usr/bin'))).toEqual(['dumpstream'])
    expect(existsSync(join(empty, 'bin'))).toBe(false)
  })

  it('knows its version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(run('', '--version')).toEqual({ code: 0, stdout: `dumpstream ${version}\n`, stderr: '' })
  })

  it('takes the options of Node for its own', () => {
    expect(run('', '--eval', 'console.log(1)')).toMatchObject({ code: 2, stdout: '' })
  })

  it.each(['jsonl', 'text', 'folded'])('prints %s', (format) => {
    const { code, stdout } = run(dumpText(), '--format', format)
    expect(code).toBe(0)
    expect(stdout).toContain('producer.(*Producer).publish')
  })

  it('sends metrics by OTLP', async () => {
    const receiver = await Receiver.open()
    const [program, words] = command('--otlp', receiver.url, '--format', 'none')
    const child = spawn(program, words, { env })
    child.stdin.end(threeDumps().join(''))
    expect(await finish(child)).toMatchObject({ code: 0, stderr: '' })
    expect(receiver.requests.map(({ path }) => path)).toContain('/v1/metrics')
    await receiver.close()
  })

  it('serves metrics to Prometheus', async () => {
    const port = await freePort()
    const [program, words] = command('--prometheus', `${port}`, '--format', 'none')
    const child = spawn(program, words, { env })
    const done = finish(child)
    child.stdin.write(threeDumps().join(''))
    let text = ''
    for (let tries = 0; tries < 200 && !text.includes('dumpstream_goroutines{'); tries++) {
      await setTimeout(100)
      text = await fetch(`http://127.0.0.1:${port}/metrics`).then(
        (response) => response.text(),
        () => '',
      )
    }
    child.stdin.end()
    expect(await done).toMatchObject({ code: 0, stderr: '' })
    expect(text).toContain('code_function_name')
  })
})

describe('the image', () => {
  const storage = temporaryFolder()
  const buildah = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(
      'buildah',
      ['--storage-driver', 'vfs', '--root', join(storage, 'root'), '--runroot', join(storage, 'run'), ...args],
      {
        encoding: 'utf8',
      },
    )

  beforeAll(() => {
    const built = buildah('build', '--isolation', 'chroot', '--format', 'oci', '--tag', 'dumpstream', image)
    if (built.status !== 0)
      throw new Error(`the tests of the image need buildah (apt-get install buildah): ${built.stderr}`)
  })

  afterAll(() => {
    buildah('rm', '--all')
  })

  it('runs as a user that is not root, and reads a log that is mounted read-only', () => {
    const logs = temporaryFolder()
    cpSync(join(root, 'examples/demo.log'), join(logs, 'demo.log'))
    execFileSync('chmod', ['-R', 'a+rX', logs])
    expect(buildah('from', '--name', 'test', 'localhost/dumpstream')).toMatchObject({ status: 0 })
    const config = JSON.parse(buildah('inspect', '--type', 'image', 'localhost/dumpstream').stdout)
    expect(config.OCIv1.config).toMatchObject({ User: '65532:65532', Entrypoint: ['/usr/bin/dumpstream'] })
    const args = ['run', '--isolation', 'chroot', '--volume', `${logs}:/logs:ro`, 'test', '--', '/usr/bin/dumpstream']
    const { status, stdout, stderr } = buildah(...args, '--format', 'jsonl', '/logs/demo.log')
    expect([status, JSON.parse(stdout.split('\n')[0] ?? '')], stderr).toMatchObject([
      0,
      { type: 'dump', goroutines: 13 },
    ])
  })
})
