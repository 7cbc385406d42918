/** A disk that fails in the middle of a file: eio.c, loaded ahead of libc. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, it } from 'vitest'
import { childrenForEachTest } from '../children.ts'
import { dumpText } from '../cli/dumps.ts'
import { type CliResult, finish, recordsIn, shell, start } from '../cli/spawn.ts'
import { folderForEachTest } from '../folder.ts'

const folder = folderForEachTest()
const children = childrenForEachTest()
const SOURCE = fileURLToPath(new URL('eio.c', import.meta.url))
/** What goes through before it fails. */
const AFTER = '20000'
/** What is written, and the files of it that may be there afterwards. */
const WRITES: readonly (readonly [line: string, name: string, left: readonly string[]])[] = [
  ['--format jsonl app.log > disk/out', 'stdout', ['out']],
  ['--logs pass app.log > disk/out', 'stdout', ['out']],
  ['--out disk/out app.log', 'disk/out', ['out']],
  ['--format html --out disk/out app.log', 'disk/out', []],
  ['--format pprof --out disk/out many.log', 'disk/out', []],
  ['--format none --save disk/out app.log', 'disk/out', []],
  ['anonymize app.log > disk/out', 'stdout', ['out']],
  ['exec-filter < many.log > disk/out', 'stdout', ['out']],
  ['mmexternal < many.log > disk/out', 'stdout', ['out']],
]

beforeEach(() => {
  execFileSync('cc', ['-shared', '-fPIC', '-o', folder.at('eio.so'), SOURCE, '-ldl'])
  mkdirSync(folder.at('disk'))
  const stacks = Array.from({ length: 5_000 }, (_, i) => ({
    count: 1,
    state: 'select',
    function: `example.com/app/package.function${(i * 2_654_435_761).toString(36)}`,
    place: `/app/file${(i * 40_503) % 65_536}.go:${i + 1}`,
  }))
  folder.write('app.log', `an ordinary line\n${dumpText(stacks.slice(0, 2_000))}`)
  folder.write('many.log', `${'an ordinary line\n'.repeat(5_000)}${dumpText(stacks)}`)
})

it.each(WRITES)('%s: one line, exit code 4, and no half of a file', async (line, name, left) => {
  const { code, stderr } = await shell(`dumpstream ${line}`, {
    cwd: folder.path,
    env: { LD_PRELOAD: folder.at('eio.so'), EIO_PATH: `${folder.path}/disk`, EIO_AFTER: AFTER },
  })
  expect([code, stderr]).toEqual([4, `dumpstream: can't write to ${name}: the disk or terminal failed (EIO)\n`])
  expect(readdirSync(folder.at('disk'))).toEqual(left)
})

it('what was written before is whole lines, up to where the disk failed', async () => {
  await shell('dumpstream --out disk/out app.log', {
    cwd: folder.path,
    env: { LD_PRELOAD: folder.at('eio.so'), EIO_PATH: `${folder.path}/disk`, EIO_AFTER: AFTER },
  })
  const text = readFileSync(folder.at('disk/out'), 'utf8')
  expect(recordsIn(text.slice(0, text.lastIndexOf('\n') + 1)).length).toBeGreaterThan(10)
})

it('a file that is replaced stays as it was', async () => {
  writeFileSync(folder.at('disk/out'), 'old')
  await shell('dumpstream --format html --out disk/out app.log', {
    cwd: folder.path,
    env: { LD_PRELOAD: folder.at('eio.so'), EIO_PATH: `${folder.path}/disk`, EIO_AFTER: AFTER },
  })
  expect(readFileSync(folder.at('disk/out'), 'utf8')).toBe('old')
})

it('--state-file: one line, reading goes on, the old file stays, and the exit code is 4', async () => {
  const argv = ['--follow', '--idle', '50ms', '--state-file', 'disk/state', 'app.log']
  const follow = async (env: Readonly<Record<string, string>>, dump: number): Promise<CliResult> => {
    const child = children.add(start(argv, { cwd: folder.path, env }))
    const result = finish(child)
    let stdout = ''
    child.stdout?.on('data', (chunk) => {
      stdout += chunk
    })
    while (!stdout.includes(`"type":"dump","dump":${dump},`)) await delay(20)
    child.kill('SIGTERM')
    return result
  }
  expect((await follow({}, 1)).code).toBe(0)
  const before = readFileSync(folder.at('disk/state'))
  appendFileSync(folder.at('app.log'), readFileSync(folder.at('many.log')))
  const failing = { LD_PRELOAD: folder.at('eio.so'), EIO_PATH: `${folder.path}/disk`, EIO_AFTER: AFTER }
  const { code, stderr } = await follow(failing, 2)
  expect([code, stderr]).toEqual([4, "dumpstream: can't write to disk/state: the disk or terminal failed (EIO)\n"])
  expect(readdirSync(folder.at('disk'))).toEqual(['state'])
  expect(readFileSync(folder.at('disk/state')).equals(before)).toBe(true)
})
