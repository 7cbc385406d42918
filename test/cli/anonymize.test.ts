import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { folderForAllTests } from '../folder.ts'
import { cli, recordsIn } from './spawn.ts'

const demo = fileURLToPath(new URL('../../examples/demo.log', import.meta.url))
const folder = folderForAllTests()

describe('dumpstream anonymize', () => {
  it('writes a log that reads as the original, without its names', async () => {
    const { code, stdout, stderr } = await cli(['anonymize', demo])
    expect(code).toBe(0)
    expect(stdout).not.toMatch(/hashtag|content_svr|producer/)
    expect(stderr).toMatch(/^dumpstream: \d+ words were replaced; check the result before you share it/)
    const shape = (text: string): unknown[] =>
      recordsIn(text).map(({ type, count, goroutines, states, line }) => ({ type, count, goroutines, states, line }))
    const path = folder.write('anonymous.log', stdout)
    expect(shape((await cli(['--format', 'jsonl', path])).stdout)).toEqual(
      shape((await cli(['--format', 'jsonl', demo])).stdout),
    )
  })

  it('reads stdin', async () => {
    const { stdout } = await cli(['anonymize'], { input: readFileSync(demo) })
    expect(stdout).toContain('goroutine 1 [running]:')
  })

  it('says what it cannot read, in one line', async () => {
    expect(await cli(['anonymize', '/no-such-file'])).toMatchObject({
      code: 3,
      stdout: '',
      stderr: 'dumpstream: /no-such-file: no such file\n',
    })
  })
})
