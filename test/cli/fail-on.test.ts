import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { COMMAND } from './spawn.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

function run(...args: string[]): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) => {
    execFile(COMMAND[0], [...COMMAND.slice(1), '--format', 'none', ...args], { cwd: root }, (error, _stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr }),
    )
  })
}

describe('--fail-on', () => {
  it.each([
    [['leaking'], 1, 'holds for dump 3 of examples/demo.log: 292 in content_svr/producer.(*Producer).send'],
    [['growing'], 1, '--fail-on growing holds'],
    [['count>292'], 0, ''],
    [['count>291'], 1, 'count>291 holds'],
    [['delta>143'], 1, 'delta>143 holds'],
    [['goroutines>460'], 1, 'goroutines>460 holds'],
    [['goroutines>461'], 0, ''],
    [['stuck,damaged'], 0, ''],
    [['stuck,leaking'], 1, 'leaking holds'],
    [['stuck', 'panic', 'truncated'], 0, ''],
  ])('%j on the demo log: exit code %d', async (conditions, code, says) => {
    const result = await run(...conditions.flatMap((each) => ['--fail-on', each]), 'examples/demo.log')
    expect(result.code).toBe(code)
    expect(result.stderr).toContain(says)
    if (code === 0) expect(result.stderr).toBe('')
  })

  it('says what it takes when it is given something else', async () => {
    const result = await run('--fail-on', 'leaks', 'examples/demo.log')
    expect(result.code).toBe(2)
    expect(result.stderr).toContain('--fail-on takes leaking, growing')
    expect(result.stderr.trim().split('\n').length).toBe(1)
  })
})
