/** What `go tool pprof` says of the profiles that `--format pprof` writes. Needs Go. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cli } from '../cli/spawn.ts'
import { goldenDumps, trueGoroutines } from '../golden/dumps.ts'
import { temporaryFolder } from './go.ts'
import { root } from './service.ts'

function pprof(...args: string[]): string {
  const { error, status, stdout, stderr } = spawnSync('go', ['tool', 'pprof', ...args], { encoding: 'utf8' })
  if (error !== undefined) throw new Error(`the live tests need Go on the PATH (https://go.dev/dl): ${error.message}`)
  if (status !== 0) throw new Error(`go tool pprof ${args.join(' ')}: ${stderr}`)
  return stdout
}

async function profile(input: Uint8Array | string, ...args: string[]): Promise<string> {
  const file = join(temporaryFolder(), 'goroutines.pb.gz')
  const { code, stderr } = await cli(['--format', 'pprof', '--out', file, ...args], { input, cwd: root })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return file
}

describe('go tool pprof', () => {
  it('finds the counts of the last dump, and what leaks by its label', async () => {
    const file = await profile('', 'examples/demo.log')
    expect(pprof('-top', file)).toMatch(/\b461 total[\s\S]*\b292 .* content_svr\/producer\.\(\*Producer\)\.send\n/)
    expect(pprof('-top', '-tagfocus', 'verdict=leaking', file)).toMatch(/accounting for 454, .* of 461 total/)
    expect(pprof('-tags', file)).toContain('292 (63.34%): chan send')
  })

  it('compares two dumps of one service', async () => {
    const log = readFileSync(join(root, 'examples/demo.log'))
    const { stdout } = await cli(['--format', 'jsonl', '--stacks', 'never'], { input: log })
    const second = stdout.split('\n').find((line) => line.includes('"type":"dump","dump":2,'))
    const base = await profile(log.subarray(0, JSON.parse(second ?? '').bytes[0]))
    const now = await profile(log)
    const [line] = pprof('-top', '-diff_base', base, now).match(/.* content_svr\/producer\.\(\*Producer\)\.send/) ?? []
    // 4 in the first dump, 292 in the third.
    expect(line?.trim().split(/\s+/)[0]).toBe('288')
  })

  it.each(['zoo-1.27-pprof1.txt', 'zoo-1.27-pprof2.txt', 'zoo-1.15-pprof2.txt', 'tb-1.27-quit-all.txt'])(
    'counts what %s has',
    async (name) => {
      const golden = goldenDumps().find((each) => each.name === name)
      if (golden === undefined) throw new Error(`no golden dump ${name}`)
      const file = await profile(golden.bytes)
      expect(pprof('-top', file)).toContain(` of ${trueGoroutines(golden)} total`)
    },
  )
})
