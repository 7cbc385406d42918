/** What a person sees first: the built command behind a real terminal, at four widths. `vitest -u` writes the screens anew. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { displayWidth } from '../../src/sinks/width.ts'
import { folderForEachTest } from '../folder.ts'
import { goldenDumps } from '../golden/dumps.ts'
import { dumpText } from './dumps.ts'
import { cli, terminal } from './spawn.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = folderForEachTest()

/** Three dumps of five pods, in the form of `kubectl logs --prefix --timestamps`; four of the pods leak. */
function fleetLog(): string {
  const pods = ['x2x9k', 'a8s7d', 'q1w2e', 'z9x8c', 'p0o9i'].map((name) => `web-7d9f8c6b5-${name}`)
  let log = ''
  for (let round = 1; round <= 3; round++) {
    for (const [i, pod] of pods.entries()) {
      const worker = { count: 4, state: 'select', function: 'shop/worker.(*Pool).run', place: '/app/worker/pool.go:10' }
      const leak = {
        state: 'chan send',
        function: 'shop/producer.(*Producer).send',
        place: '/app/producer/producer.go:40',
      }
      // Those that were there keep their ids; new ones have higher ones.
      const steps = Array.from({ length: i === 4 ? 0 : round }, (_, step) =>
        dumpText([{ ...leak, count: 20 + i }], 1_000 * (step + 1)),
      )
      const text = [dumpText([worker], 10), ...steps].join('\n')
      const lines = `INFO dump\n${text}\nINFO end`.split('\n')
      log += lines
        .map((line, n) => `[pod/${pod}/app] 2026-11-24T1${round}:0${i}:00.${String(n).padStart(9, '0')}Z ${line}\n`)
        .join('')
    }
  }
  return log
}

describe.each([60, 80, 120, 200])('a screen of %i columns', (columns) => {
  it('of a log that leaks', async () => {
    const { stdout } = await terminal('dumpstream --color never examples/demo.log', columns, { cwd: root })
    for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
    await expect(stdout).toMatchFileSnapshot(`screens/leak-${columns}.txt`)
  })

  it('of a fleet', async () => {
    writeFileSync(folder.at('fleet.log'), fleetLog())
    const { stdout } = await terminal('dumpstream --color never fleet.log', columns, { cwd: folder.path })
    for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
    await expect(stdout).toMatchFileSnapshot(`screens/fleet-${columns}.txt`)
  })

  it('of a test that has timed out', async () => {
    const timeout = goldenDumps().find(({ name }) => name === 'test-1.27-timeout.txt')
    writeFileSync(folder.at('test.log'), timeout?.bytes ?? '')
    const { stdout } = await terminal('dumpstream --color never test.log', columns, { cwd: folder.path })
    for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
    await expect(stdout).toMatchFileSnapshot(`screens/timeout-${columns}.txt`)
  })
})

describe('a place in the source', () => {
  const env = { FORCE_HYPERLINK: '1' }

  it('is a link where the terminal has links and the file is there', async () => {
    mkdirSync(folder.at('src'))
    const source = folder.at('src/main.go')
    writeFileSync(source, 'package main\n')
    const log = dumpText([{ count: 3, state: 'select', function: 'main.wait', place: `${source}:7` }])
    writeFileSync(folder.at('app.log'), log)
    const { stdout } = await terminal('dumpstream app.log', 100, { cwd: folder.path, env })
    expect(stdout).toContain(`\u001b]8;;file://${source}\u001b\\`)
    const plain = await terminal('dumpstream --color never app.log', 100, { cwd: folder.path, env })
    expect(plain.stdout).not.toContain('\u001b]8')
    const piped = await cli(['--format', 'text', 'app.log'], { cwd: folder.path, env })
    expect(piped.stdout).not.toContain('\u001b')
  })

  it('is a link to --source-url', async () => {
    writeFileSync(folder.at('app.log'), dumpText())
    const url = "'https://example.com/blob/main/{path}#L{line}'"
    const { stdout } = await terminal(`dumpstream app.log --source-url ${url}`, 100, { cwd: folder.path, env })
    expect(stdout).toMatch(/\]8;;https:\/\/example\.com\/blob\/main\/\S*cron\.go#L14/)
    expect(existsSync('/app/cron/hashtag_suggestion/cron.go')).toBe(false)
  })
})

describe('text that is not for a terminal', () => {
  it('has at most 120 columns', async () => {
    const { stdout } = await cli(['--format', 'text', 'examples/demo.log'], { cwd: root })
    for (const line of stdout.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(120)
  })
})
