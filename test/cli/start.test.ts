/** The command keeps what V8 compiled of it for its next start. */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CLI } from './spawn.ts'

const DUMP = 'goroutine 7 [chan receive]:\nmain.leak()\n\t/app/main.go:12 +0x1\n\n'.repeat(3)

/** The readable build, which coverage is measured on: what V8 compiles of it is shorter than its text, and not kept. */
const isReadable = readFileSync(join(dirname(CLI), 'command/run.cjs'), 'utf8').includes('sourceMappingURL')

describe('the code of the command', () => {
  // src/start.ts reads it as Latin-1, which would take what is not ASCII for something else.
  it('is ASCII', () => {
    const folder = join(dirname(CLI), 'command')
    const files = readdirSync(folder).filter((name) => name.endsWith('.cjs'))
    expect(files.filter((name) => readFileSync(join(folder, name)).some((byte) => byte > 0x7f))).toEqual([])
    expect(files).toContain('run.cjs')
  })
})

it('a run that reads a file loads no module of Node for sockets, terminals or archives', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dumpstream-start-'))
  try {
    const [spy, log] = [join(folder, 'spy.cjs'), join(folder, 'app.log')]
    writeFileSync(
      spy,
      `process.once('exit', () => require('node:fs').writeSync(2, process.moduleLoadList.join('\\n')))`,
    )
    writeFileSync(log, DUMP)
    const args = ['--require', spy, CLI, '--format', 'jsonl', log]
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: { PATH: process.env.PATH } })
    expect(stdout).toContain('"type":"dump"')
    const loaded = stderr.split('\n').map((line) => line.replace('NativeModule ', ''))
    expect(loaded).toContain('fs')
    expect(loaded.filter((name) => /^(?:net|tty|https?|zlib|perf_hooks|readline)$/.test(name))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

describe.skipIf(isReadable)('the code that is kept', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dumpstream-start-'))
    // Packages are found from there, as they are from dist.
    cpSync(dirname(CLI), join(folder, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.cache') })
  })

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  function run(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): string {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(folder, 'dist/cli.cjs'), '--format', 'jsonl', ...args],
      { input: DUMP, encoding: 'utf8', env: { PATH: process.env.PATH, ...env } },
    )
    expect(stderr).toBe('')
    expect(status).toBe(0)
    return stdout
  }

  const kept = (): string[] =>
    readdirSync(join(folder, 'dist/command'))
      .filter((name) => name.includes('.cache'))
      .map((name) => name.replace(/\.v.*?\.cache/, ''))

  it('is written by the first run and read by the next', () => {
    const first = run()
    expect(kept()).toEqual(['main.cjs', 'run.cjs'])
    expect(run()).toBe(first)
    expect(kept()).toEqual(['main.cjs', 'run.cjs'])
  })

  it('is not written by a run that had little to do: the next would have to compile the rest', () => {
    run(['--version'])
    expect(kept()).not.toContain('run.cjs')
  })

  it('is passed over when it is damaged, or of another version', () => {
    const first = run()
    const path = join(folder, 'dist/command', `run.cjs.${process.version}-${process.arch}.cache`)
    const whole = readFileSync(path)
    for (const damaged of [Buffer.alloc(0), Buffer.from('x'), whole.subarray(0, 1000), Buffer.alloc(whole.length, 7)]) {
      writeFileSync(path, damaged)
      expect(run()).toBe(first)
    }
  })

  it('is kept anew when it was refused', () => {
    run()
    const path = join(folder, 'dist/command', `run.cjs.${process.version}-${process.arch}.cache`)
    const whole = readFileSync(path)
    writeFileSync(path, Buffer.alloc(whole.length, 7))
    run()
    expect(readFileSync(path).subarray(0, 16)).toEqual(whole.subarray(0, 16))
  })

  // A flag of V8 that is set in the process is among what V8 compares.
  it('is not refused when it was kept by a run that read much', () => {
    const path = join(folder, 'dist/command', `run.cjs.${process.version}-${process.arch}.cache`)
    const stacks = Array.from(
      { length: 20_000 },
      (_, i) => `goroutine ${i + 1} [select]:\nmain.F${i}()\n\t/f.go:${i}\n\n`,
    )
    const log = join(folder, 'app.log')
    writeFileSync(log, `${stacks.join('')}${'a line of the log\n'.repeat(200_000)}`)
    run([log])
    const kept = readFileSync(path)
    run()
    expect(readFileSync(path).equals(kept)).toBe(true)
  })

  it('is not what runs when the code has changed without a change of its length', () => {
    run()
    const path = join(folder, 'dist/command/run.cjs')
    const before = readFileSync(path, 'utf8')
    writeFileSync(path, before.replaceAll(/(["'`])signature\1/g, '$1signaturE$1'))
    expect(run()).toContain('"signaturE"')
  })

  it('is not written with NODE_DISABLE_COMPILE_CACHE=1', () => {
    run([], { NODE_DISABLE_COMPILE_CACHE: '1' })
    expect(kept()).toEqual([])
  })
})

it('dist/cli.js, where the command was before, is the command', () => {
  const { stdout } = spawnSync(process.execPath, [join(dirname(CLI), 'cli.js'), '--version'], { encoding: 'utf8' })
  expect(stdout).toMatch(/^dumpstream \d/)
})
