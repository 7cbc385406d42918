import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { CLI, cli, environment, recordsIn } from './spawn.ts'

/** Pods that dump one after the other, each goroutine with a stack of its own: about 40 KB of text each. */
const PODS = 40
const input = Array.from({ length: PODS }, (_, pod) =>
  Array.from(
    { length: 200 },
    (_, i) =>
      `goroutine ${i + 1} [select]:\nexample.com/pkg.F${i}p${pod}(0x1)\n\t/src/pkg/f${i}.go:71 +0xf7\nmain.main()\n\t/src/main.go:3 +0x1\n`,
  )
    .join('')
    .replaceAll(/^(?=.)/gm, `[pod/web-${pod}/app] `),
).join('')

const dumpsOf = (stdout: string): Record<string, unknown>[] => recordsIn(stdout).filter(({ type }) => type === 'dump')

describe('--memory', () => {
  it('is what the open dumps of an input may take: past it they end early, and say so', async () => {
    const { code, stdout } = await cli(['--memory', '2M'], { input })
    expect(code).toBe(0)
    const dumps = dumpsOf(stdout)
    expect(dumps.map(({ goroutines }) => goroutines)).toEqual(dumps.map(() => 200))
    const cut = dumps.filter(({ limits }) => Array.isArray(limits) && limits.includes('memoryBytes'))
    expect(cut.length).toBeGreaterThan(PODS / 4)
    expect(cut.every(({ truncated }) => truncated === true)).toBe(true)
  })

  it('is 512 MiB unless it is told', async () => {
    const { stdout } = await cli([], { input })
    expect(dumpsOf(stdout).filter(({ limits }) => limits !== undefined)).toEqual([])
  })

  it.each(['10', '0', 'much', '1Q', '-1M'])('refuses %s', async (size) => {
    const { code, stderr } = await cli([`--memory=${size}`])
    expect(code).toBe(2)
    expect(stderr).toContain(`--memory takes a size such as 256M, at least 1M, not "${size}"`)
  })
})

describe('the young generation of the heap', () => {
  const stacks = Array.from(
    { length: 20_000 },
    (_, i) =>
      `goroutine ${i + 1} [select]:\nmain.F${i}(0x1)\n\t/src/f${i}.go:71 +0xf7\nmain.main()\n\t/src/main.go:3 +0x1\n\n`,
  ).join('')
  const atExit = `import v8 from 'node:v8'; process.on('exit', () => {
    process.stderr.write('young ' + v8.getHeapSpaceStatistics().find((each) => each.space_name === 'new_space').space_size)
  })`

  const young = (...flags: string[]): number => {
    // To count what is covered takes space of its own.
    const { NODE_V8_COVERAGE: _, ...env } = environment()
    const argv = ['--import', `data:text/javascript,${encodeURIComponent(atExit)}`, ...flags, CLI, '--format', 'jsonl']
    const { stderr } = spawnSync(process.execPath, argv, {
      input: stacks,
      env,
      encoding: 'utf8',
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    return Number(/^young (\d+)$/m.exec(stderr)?.[1])
  }

  it('stays small, unless a flag of the user says how it may grow', () => {
    const largest = young('--semi-space-growth-factor=2')
    expect(largest).toBeGreaterThan(24 << 20)
    expect(young()).toBeLessThan(0.75 * largest)
  })
})
