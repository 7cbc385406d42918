/** What the machine around the command does: stops, clocks, time zones, locales. */
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { childrenForEachTest } from '../children.ts'
import { folderForEachTest } from '../folder.ts'
import { dumpText } from './dumps.ts'
import { cli, finish, recordsIn, shell, start } from './spawn.ts'

const folder = folderForEachTest()
const children = childrenForEachTest()

describe('a followed file', () => {
  it('is read on after SIGSTOP, each byte once, also over a rotation meanwhile', async () => {
    const log = folder.write('app.log', 'one\n')
    const child = children.add(start(['--follow', '--logs', 'pass', 'app.log'], { cwd: folder.path }))
    const result = finish(child)
    let stdout = ''
    child.stdout?.on('data', (chunk) => {
      stdout += chunk
    })
    while (!stdout.includes('one')) await delay(10)
    child.kill('SIGSTOP')
    appendFileSync(log, 'two\n')
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'three\n')
    await delay(3_000)
    appendFileSync(log, 'four\n')
    child.kill('SIGCONT')
    while (!stdout.includes('four')) await delay(10)
    child.kill('SIGTERM')
    expect((await result).stdout).toBe('one\ntwo\nthree\nfour\n')
  })

  it.each([-86_400_000, 86_400_000])('takes a clock that jumps by %d ms for no silence and no end', async (jump) => {
    // Every other second the clock is somewhere else.
    const clock = folder.write(
      'clock.mjs',
      `const now = Date.now; Date.now = () => now() + (Math.floor(performance.now() / 500) % 2) * ${jump}`,
    )
    const text = dumpText()
    const cut = text.indexOf('\n\n', text.length >> 1) + 2
    const log = folder.write('app.log', text.slice(0, cut))
    const child = children.add(
      start(['--follow', '--idle', '4s', 'app.log'], { cwd: folder.path, env: { NODE_OPTIONS: `--import ${clock}` } }),
    )
    const result = finish(child)
    let stdout = ''
    child.stdout?.on('data', (chunk) => {
      stdout += chunk
    })
    await delay(1_500)
    appendFileSync(log, text.slice(cut))
    while (!stdout.includes('"type":"dump"')) await delay(20)
    child.kill('SIGTERM')
    const dumps = recordsIn((await result).stdout).filter(({ type }) => type === 'dump')
    expect(dumps.map(({ goroutines, truncated }) => [goroutines, truncated])).toEqual([[55, false]])
  })
})

describe('the records', () => {
  it('are the same in every time zone and locale, and without HOME and PATH', async () => {
    folder.write('app.log', `2026-11-24T10:00:00Z dump\n${dumpText()}\nE1124 10:20:30.000001 1 main.go:1] später\n`)
    const run = async (env: Record<string, string>): Promise<string> =>
      (await cli(['app.log'], { cwd: folder.path, env })).stdout
    const expected = await run({})
    expect(expected).toContain('"goroutines":55')
    for (const env of [
      { TZ: 'Asia/Kathmandu' },
      { TZ: 'America/St_Johns' },
      { TZ: 'no/such zone' },
      { LANG: 'C', LC_ALL: 'POSIX' },
      { LANG: 'de_DE.ISO-8859-1', LC_ALL: 'tr_TR.ISO-8859-9' },
      { HOME: '', PATH: '' },
    ])
      expect(await run(env), JSON.stringify(env)).toBe(expected)
  })
})

it('no HOME is no fault', async () => {
  folder.write('app.log', dumpText())
  const { code, stdout, stderr } = await shell('unset HOME; dumpstream app.log', { cwd: folder.path })
  expect([code, stderr]).toEqual([0, ''])
  expect(recordsIn(stdout)[0]).toMatchObject({ type: 'dump', goroutines: 55 })
})
