/** The built command behind a real terminal (a pty made by script(1) of util-linux). */
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { beforeEach, describe, expect, it } from 'vitest'
import { displayWidth } from '../../src/sinks/width.ts'
import { folderForEachTest } from '../folder.ts'
import { dumpText, logText } from './dumps.ts'
import { terminal } from './spawn.ts'

const WIPE = '\r\u001b[K'

const folder = folderForEachTest()
let log: string

beforeEach(() => {
  log = folder.at('app.log')
  writeFileSync(log, logText(5) + dumpText() + logText(5))
})

describe('on a terminal', () => {
  it.each([80, 120, 200])('the table fits %i columns and is coloured', async (columns) => {
    const { stdout, code } = await terminal(`dumpstream app.log`, columns, { cwd: folder.path })
    expect(code).toBe(0)
    expect(stdout).toContain('\u001b[1mapp.log · dump 1\u001b[22m')
    const lines = stripVTControlCharacters(stdout).split('\n').slice(0, -1)
    expect(lines).toHaveLength(6)
    expect(lines[1]).toBe('nothing stands out · 3 other')
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
    expect(lines[2]).toMatch(/^ {2}COUNT {2}STATE .* FUNCTION .* AT/)
    expect(lines[3]).toMatch(/^ {5}41 {2}chan receive {2}5m {4}.*hashtag_.*\.\(\*Cron\)\.step2\.func1 .*cron\.go:14/)
  })

  it('there is no colour when NO_COLOR is set, TERM is dumb, or --color never is given', async () => {
    for (const [line, env] of [
      ['dumpstream app.log', { NO_COLOR: '1' }],
      ['dumpstream app.log', { TERM: 'dumb' }],
      ['dumpstream --color never app.log', {}],
    ] as const) {
      const { stdout } = await terminal(line, 100, { cwd: folder.path, env })
      expect(stdout).toContain('app.log · dump 1 · ')
      expect(stdout).not.toContain('\u001b')
    }
  })

  it('COLUMNS overrides the width of the terminal', async () => {
    const { stdout } = await terminal('COLUMNS=70 dumpstream app.log', 200, { cwd: folder.path })
    for (const line of stripVTControlCharacters(stdout).split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(70)
  })

  it('as many rows are printed as there is room, 20 at most, and the rest is summed up; --top 0 prints them all', async () => {
    const groups = Array.from({ length: 30 }, (_, i) => ({
      count: 31 - i,
      state: 'select',
      function: `svc/p${i}.run`,
      place: `/srv/p${i}.go:1`,
    }))
    writeFileSync(log, dumpText(groups))
    const some = await terminal('dumpstream app.log', 100, { cwd: folder.path })
    expect(stripVTControlCharacters(some.stdout).split('\n')).toHaveLength(3 + 20 + 1 + 1)
    expect(some.stdout).toContain('… and 10 more signatures, 65 goroutines')
    const all = await terminal('dumpstream --top 0 app.log', 100, { cwd: folder.path })
    expect(stripVTControlCharacters(all.stdout).split('\n')).toHaveLength(3 + 30 + 1)
  })

  it('a dump can be pasted, and says so at the start', async () => {
    const { stdout } = await terminal('dumpstream', 100, { input: `${dumpText()}\n\u0004` })
    expect(stdout).toContain('dumpstream: reading from the terminal: paste a dump, then Ctrl-D')
    expect(stripVTControlCharacters(stdout)).toContain('stdin · dump 1 · 55 goroutines · 3 signatures')
  })

  it('a long file shows how far it is read, and the line is gone before anything else is printed', async () => {
    // A GiB that takes no room on the disk, nor a line end.
    truncateSync(log, 1024 ** 3)
    appendFileSync(log, `\n${dumpText()}`)
    const { stdout } = await terminal('dumpstream app.log', 100, { cwd: folder.path })
    const shown = stdout.split(WIPE).find((line) => line.includes(' % of '))
    expect(shown).toMatch(/^app\.log {1,2}\d{1,2} % of 1 GiB, [\d.]+ [KMG]iB\/s, \d dumps?, \d+ goroutines$/)
    // What is left on the screen after every carriage return and wipe.
    const screen = stdout.split('\n').map((line) => line.slice(line.lastIndexOf(WIPE) + 1))
    expect(stripVTControlCharacters(screen.join('\n'))).not.toContain('% of')
    expect(stripVTControlCharacters(screen.join('\n'))).toMatch(/^app\.log · dump 2 · .*55 goroutines/m)
    expect(stripVTControlCharacters(screen[0] ?? '')).toMatch(/^ {2}dump 1 · .*55 goroutines/)
  })
})
