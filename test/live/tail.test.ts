/** `tail -F a.log b.log | dumpstream`, with GNU's tail and BusyBox's: two programs append to the files while both dump. */
import { spawn } from 'node:child_process'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { DumpRecord, DumpstreamRecord } from '../../src/core/records.ts'
import { finish, start } from '../cli/spawn.ts'
import { goldenDump } from '../golden/dumps.ts'
import { feed } from '../property/weave.ts'
import { temporaryFolder } from './go.ts'

const TAILS = [
  ['GNU', ['tail', '-s', '0.05', '-n', '+1', '-F']],
  ['BusyBox', ['busybox', 'tail', '-s', '1', '-n', '+1', '-F']],
] as const

const DUMPS = { 'a.log': goldenDump('zoo-1.27-stack.txt'), 'b.log': goldenDump('zoo-1.21-stack.txt') }

it.each(TAILS)('%s: two sources, each dump whole, each log line as it was', async (_name, [command, ...args]) => {
  const folder = temporaryFolder()
  const path = (file: string): string => join(folder, file)
  for (const file of Object.keys(DUMPS)) writeFileSync(path(file), `log of ${file}, before\n`)
  const tail = spawn(command, [...args, path('a.log'), path('b.log')], { stdio: ['ignore', 'pipe', 'ignore'] })
  const child = start(['--format', 'jsonl', '--logs', 'pass', '--idle', '10s'])
  const done = finish(child)
  if (child.stdin === null) throw new Error('no stdin')
  tail.stdout.pipe(child.stdin)
  await sleep(500)
  // Five writes each, which end anywhere.
  for (let i = 0; i < 5; i++) {
    for (const [file, dump] of Object.entries(DUMPS))
      appendFileSync(path(file), dump.subarray((dump.length * i) / 5, (dump.length * (i + 1)) / 5))
    await sleep(command === 'tail' ? 200 : 1200)
  }
  for (const file of Object.keys(DUMPS)) appendFileSync(path(file), `log of ${file}, after\n`)
  await sleep(1500)
  tail.kill()
  const { stdout, code } = await done
  expect(code).toBe(0)
  const lines = stdout.split('\n')
  const records = lines.flatMap((line): DumpstreamRecord[] => (line.startsWith('{') ? [JSON.parse(line)] : []))
  const dumps = records.filter((record): record is DumpRecord => record.type === 'dump')
  for (const [file, dump] of Object.entries(DUMPS)) {
    const [alone] = feed([dump]).records.filter((record): record is DumpRecord => record.type === 'dump')
    expect(dumps.filter(({ source }) => source === path(file))).toMatchObject([
      { goroutines: alone?.goroutines, signatures: alone?.signatures, damaged: 0, truncated: false },
    ])
    expect(lines).toContain(`log of ${file}, before`)
    expect(lines).toContain(`log of ${file}, after`)
  }
  const rest = lines.filter((line) => line !== '' && !/^(?:\{|==> .* <==$|log of )/.test(line))
  expect(rest).toEqual([])
})
