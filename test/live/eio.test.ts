/** A disk that fails in the middle of a file: eio.c, loaded ahead of libc. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, it } from 'vitest'
import { dumpText } from '../cli/dumps.ts'
import { recordsIn, shell } from '../cli/spawn.ts'
import { folderForEachTest } from '../folder.ts'

const folder = folderForEachTest()
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
