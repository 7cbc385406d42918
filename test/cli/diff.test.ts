import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SignatureRecord } from '../../src/core/records.ts'
import { folderForAllTests } from '../folder.ts'
import { COMMAND, environment } from './spawn.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const demo = join(root, 'examples/demo.log')
const folder = folderForAllTests()

beforeAll(() => {
  folder.write('demo.log.gz', gzipSync(readFileSync(demo)))
  folder.write('demo.jsonl', run('--format', 'jsonl', demo).stdout)
})

function run(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(COMMAND[0], [...COMMAND.slice(1), ...args], {
    cwd: folder.path,
    encoding: 'utf8',
    env: environment(),
  })
  return { code: status, stdout, stderr }
}

function changes(...args: string[]): unknown[] {
  const { stdout } = run('diff', '--format', 'jsonl', ...args)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): SignatureRecord => JSON.parse(line))
    .filter((record) => record.type === 'signature')
    .map((record) => [record.function.replace(/^.*\//, ''), record.count, record.delta, record.verdict])
}

const grown = (verdict: string): unknown[] => [
  ['producer.(*Producer).send', 292, 288, verdict],
  ['hashtag_suggestion.(*Cron).step2.func1', 81, 80, verdict],
  ['hashtag_suggestion.(*Cron).step3.func1', 81, 80, verdict],
]

describe('dumpstream diff', () => {
  it('one log: its first dump against its last, with what goroutine ids tell', () => {
    expect(changes(demo)).toEqual(grown('leaking'))
  })

  it('the stack of one goroutine before and behind is not what is compared', () => {
    const single = 'goroutine 7 [running]:\nmain.f()\n\t/app/main.go:1 +0x1d\n\nINFO request failed\n'
    const log = folder.write('singles.log', Buffer.from(single + readFileSync(demo, 'latin1') + single, 'latin1'))
    folder.write('singles.jsonl', run('--format', 'jsonl', log).stdout)
    expect(changes(log)).toEqual(grown('leaking'))
    expect(changes(`${log}#2`, log)).toEqual(grown('leaking'))
    expect(changes(`${log}#2`, 'singles.jsonl')).toEqual(grown('growing'))
    expect(run('diff', log, `${log}#6`).stderr).toContain('has no dump 6; its last is 5')
  })

  it('dumps by number, also compressed', () => {
    expect(changes(`${demo}#1`, 'demo.log.gz#3')).toEqual(grown('leaking'))
    expect(changes(`${demo}#2`, `${demo}#2`)).toEqual([])
    expect(changes(`${demo}#3`, `${demo}#1`).at(0)).toEqual(['producer.(*Producer).send', 4, -288, 'shrinking'])
  })

  it('JSON lines written earlier: by counts', () => {
    expect(changes(`${demo}#1`, 'demo.jsonl')).toEqual(grown('growing'))
  })

  it('bad lines among the records are counted and passed over', () => {
    folder.write('bad.jsonl', `${readFileSync(folder.at('demo.jsonl'), 'utf8')}not JSON\n{"v":2}\n`)
    expect(run('diff', `${demo}#1`, 'bad.jsonl').stderr).toBe(
      'dumpstream: bad.jsonl: skipped 2 lines that are not records\n',
    )
  })

  it('exit code 1 when --fail-on holds', () => {
    expect(run('diff', demo, '--fail-on', 'leaking').code).toBe(1)
    expect(run('diff', demo, '--fail-on', 'count>1000').code).toBe(0)
  })

  it.each([
    [[], 2, 'diff takes two FILEs, or one log with two dumps: dumpstream diff BEFORE AFTER'],
    [['a', 'b', 'c'], 2, 'diff takes two FILEs'],
    [['missing.log'], 3, 'missing.log: no such file'],
    [[`${demo}#9`, demo], 3, `${demo} has no dump 9; its last is 3`],
    [['package.json'], 3, 'no such file'],
    [[`${demo}#3`], 2, `diff takes two: dumpstream diff ${demo}#1 ${demo}#3`],
  ])('%j: exit code %d, one line that says why', (args, code, says) => {
    const result = run('diff', ...args)
    expect(result.code).toBe(code)
    expect(result.stderr).toContain(says)
    expect(result.stderr.trim().split('\n').length).toBe(1)
  })

  it('- is stdin', () => {
    const command = `${COMMAND.join(' ')} diff '${demo}#1' - < '${demo}'`
    const { status, stdout } = spawnSync('sh', ['-c', command], { encoding: 'utf8', env: environment() })
    expect(status).toBe(0)
    expect(JSON.parse(stdout.split('\n', 1)[0] ?? '')).toMatchObject({ source: '/dev/stdin', goroutines: 461 })
  })

  it.each(['--out', '--save'])('%s does not overwrite a log that is compared', (flag) => {
    const bytes = readFileSync(demo)
    folder.write('kept.log', bytes)
    const result = run('diff', flag, 'kept.log', `${demo}#1`, 'kept.log#2')
    expect(result.code).toBe(2)
    expect(result.stderr).toMatch(/^dumpstream: kept\.log is also .*another file\n$/)
    expect(readFileSync(folder.at('kept.log'))).toEqual(bytes)
  })

  it('a log with one dump is told so', () => {
    const bytes = readFileSync(demo)
    folder.write('one.log', bytes.subarray(0, 8000))
    expect(run('diff', 'one.log').stderr).toContain('one.log has only one dump')
  })
})
