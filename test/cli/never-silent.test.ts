/** An input without a dump, and one that is broken, are said: on a terminal, and where a gate depends on the run. */
import { describe, expect, it } from 'vitest'
import { folderForAllTests } from '../folder.ts'
import { dumpText, logText } from './dumps.ts'
import { cli, recordsIn, terminal } from './spawn.ts'

const folder = folderForAllTests()
const NONE = logText(1234)

describe('an input without a dump', () => {
  it('is said where a gate depends on it, and is exit code 3', async () => {
    const { code, stderr } = await cli(['--fail-on', 'leaking', folder.write('app.log', NONE)])
    expect(code).toBe(3)
    expect(stderr).toBe(`dumpstream: no goroutine dump in ${folder.at('app.log')} (59 KiB, 1 234 lines)\n`)
  })

  it('is said on a terminal', async () => {
    const { code, stdout } = await terminal(`dumpstream ${folder.write('app.log', NONE)} 2>&1`, 100)
    expect(code).toBe(0)
    expect(stdout).toContain('no goroutine dump in ')
  })

  it('is not said in a pipeline, where the summary says it', async () => {
    const { code, stdout, stderr } = await cli([], { input: NONE })
    expect([code, stderr]).toEqual([0, ''])
    expect(recordsIn(stdout)).toEqual([])
    expect(JSON.parse(stdout)).toMatchObject({ type: 'summary', source: 'stdin', lines: 1234, dumps: 0, goroutines: 0 })
  })

  it('says the flag that helps where lines look like headers', async () => {
    const input = `${NONE}{"payload":{"note":"see goroutine 7 [running]: in the docs"}}\n`
    const { code, stderr } = await cli(['--fail-on', 'leaking'], { input })
    expect(code).toBe(3)
    expect(stderr).toContain('1 line looks like a goroutine header but was not read; try --text-key payload.note')
  })

  it.each([
    ['an ELF binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0])],
    ['a PNG image', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])],
    ['binary data', Buffer.from('a\0b\0')],
  ])('says that it is %s', async (what, bytes) => {
    const { stderr } = await cli([folder.write('thing', bytes)])
    expect(stderr).toBe(`dumpstream: ${folder.at('thing')}: ${what}, not a log\n`)
  })

  it('adds nothing to a log that is passed through', async () => {
    const { stdout } = await cli(['--logs', 'pass'], { input: NONE })
    expect(stdout).toBe(NONE)
  })
})

describe('a broken input', () => {
  const lines = dumpText().split('\n')

  it.each([
    [
      'JSON that is cut',
      `${JSON.stringify(
        lines.map((textPayload) => ({ textPayload, timestamp: '2026-11-24T07:00:00Z' })),
        null,
        2,
      ).slice(0, 9000)}`,
      'the JSON ends in the middle',
    ],
    [
      'a quote that never closes',
      `time,message\n${lines.map((line) => `t,${line.includes('"') || line.includes(',') ? '' : line}\n`).join('')}t,"open\n`,
      'the CSV ends in the middle of a field',
    ],
  ])('%s: what was readable is counted, one line on stderr, exit code 3', async (_, input, fault) => {
    const { code, stdout, stderr } = await cli([], { input })
    expect(code).toBe(3)
    expect(stderr).toBe(`dumpstream: stdin: ${fault}; the data before that was read\n`)
    expect(recordsIn(stdout)[0]).toMatchObject({ type: 'dump' })
    expect(Number(recordsIn(stdout)[0]?.goroutines)).toBeGreaterThan(10)
  })
})
