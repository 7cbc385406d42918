import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { SignatureRecord } from '../../src/core/records.ts'
import { folderForEachTest } from '../folder.ts'
import { validateRecord } from '../schema/validate.ts'
import { dumpText, type Group } from './dumps.ts'
import { type CliResult, cli } from './spawn.ts'

const folder = folderForEachTest()

const receive = (count: number, name = 'app.worker'): Group => ({
  count,
  state: 'chan receive',
  function: name,
  place: '/app/worker.go:7',
})

function log(name: string, ...dumps: Group[][]): string {
  folder.write(name, dumps.map((groups) => `${dumpText(groups)}\nlog\n`).join(''))
  return name
}

async function run(...args: string[]): Promise<CliResult> {
  return await cli(args, { cwd: folder.path })
}

function signatures({ stdout }: CliResult): [string, number][] {
  return stdout
    .split('\n')
    .filter((line) => line.includes('"type":"signature"'))
    .map((line): SignatureRecord => JSON.parse(line))
    .map((record) => [record.function, record.count])
}

describe('--save and --baseline', () => {
  it('what exceeds the baseline is printed and judged, counts of dumps stay true', async () => {
    const known = log('known.log', [receive(5), receive(3, 'app.other')], [receive(9), receive(1, 'app.other')])
    expect((await run('--save', 'known.jsonl', '--format', 'none', known)).code).toBe(0)

    const same = await run('--baseline', 'known.jsonl', '--fail-on', 'count>2', log('same.log', [receive(9)]))
    expect([same.code, signatures(same)]).toEqual([0, []])
    expect(same.stdout).toContain('"goroutines":9')

    const more = await run(
      '--baseline',
      'known.jsonl',
      '--fail-on',
      'count>2',
      log('more.log', [receive(9), receive(4, 'app.other'), receive(1, 'app.unheard')]),
    )
    expect(signatures(more)).toEqual([
      ['app.other', 4],
      ['app.unheard', 1],
    ])
    expect(more.stdout).toContain('"goroutines":14')
    expect(more.stderr).toContain('--fail-on count>2 holds for dump 1 of more.log: 4 in app.other')
    expect(more.code).toBe(1)

    const table = await run('--baseline', 'known.jsonl', '--format', 'text', 'more.log')
    expect(table.stdout).toContain('above the baseline: 5 goroutines in 2 signatures')
  })

  it('the file is records with stacks, each at its highest, and nothing else is left beside it', async () => {
    log('app.log', [receive(5)], [receive(9)], [receive(2)])
    await run('--save', 'known.jsonl', '--format', 'text', 'app.log')
    const lines = readFileSync(folder.at('known.jsonl'), 'utf8').trim().split('\n')
    expect(lines.map((line) => validateRecord(JSON.parse(line)))).toEqual([[]])
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ count: 9, dump: 2, stack: ['app.worker /app/worker.go:7'] })
    expect(JSON.parse(lines[0] ?? '')).not.toHaveProperty('verdict')
    expect(readdirSync(folder.path).sort()).toEqual(['app.log', 'known.jsonl'])
  })

  it('a run without a dump leaves the old file, and says so', async () => {
    const old = '{"v":1,"type":"signature"}\n'
    folder.write('known.jsonl', old)
    folder.write('empty.log', 'nothing\n')
    const result = await run('--save', 'known.jsonl', 'empty.log')
    expect([result.code, result.stderr]).toEqual([
      4,
      "dumpstream: can't save to known.jsonl: no dump was found; the file is unchanged\n",
    ])
    expect(readFileSync(folder.at('known.jsonl'), 'utf8')).toBe(old)
  })

  it('--save does not put what is known in the place of the log that is read', async () => {
    log('app.log', [receive(5)])
    const before = readFileSync(folder.at('app.log'), 'utf8')
    const result = await run('--save', 'app.log', '--format', 'none', 'app.log')
    expect([result.code, result.stderr]).toEqual([
      2,
      'dumpstream: app.log is also what --save would write; save to another file\n',
    ])
    expect(readFileSync(folder.at('app.log'), 'utf8')).toBe(before)
  })

  it('a folder that is not there: exit code 4', async () => {
    log('app.log', [receive(5)])
    const result = await run('--save', 'no/known.jsonl', '--format', 'none', 'app.log')
    expect([result.code, result.stderr]).toEqual([4, "dumpstream: can't write to no/known.jsonl: no such folder\n"])
  })

  it('a baseline that is missing, or knows nothing, is an input error', async () => {
    log('app.log', [receive(5)])
    folder.write('empty.jsonl', '{"v":1,"type":"goroutine","dump":1}\n')
    expect(await run('--baseline', 'no.jsonl', 'app.log')).toMatchObject({
      code: 3,
      stderr: 'dumpstream: no.jsonl: no such file\n',
    })
    expect(await run('--baseline', 'empty.jsonl', 'app.log')).toMatchObject({
      code: 3,
      stderr: 'dumpstream: empty.jsonl has no signatures; --save FILE writes one that has\n',
    })
  })

  it('diff: what did not change is saved, too; a log is a baseline as well', async () => {
    log('one.log', [receive(5), receive(3, 'app.other')])
    log('two.log', [receive(9), receive(3, 'app.other')])
    await run('diff', 'one.log', 'two.log', '--save', 'known.jsonl')
    expect(readFileSync(folder.at('known.jsonl'), 'utf8').trim().split('\n').length).toBe(2)
    expect(signatures(await run('diff', 'one.log', 'two.log', '--baseline', 'known.jsonl'))).toEqual([])
    expect(signatures(await run('diff', 'one.log', 'two.log', '--baseline', 'one.log'))).toEqual([['app.worker', 9]])
  })
})

describe('diff of several sources', () => {
  const shipped = (pod: string, text: string): string =>
    text
      .split('\n')
      .map((line) => `${JSON.stringify({ log: `${line}\n`, kubernetes: { pod_name: pod } })}\n`)
      .join('')

  it('each source with itself; what has no counterpart is told', async () => {
    const before = shipped('a', dumpText([receive(2)])) + shipped('b', dumpText([receive(4)]))
    const after =
      shipped('a', dumpText([receive(12)])) +
      shipped('b', dumpText([receive(4)])) +
      shipped('c', dumpText([receive(1)]))
    folder.write('before.log', before)
    folder.write('after.log', after)
    const result = await run('diff', 'before.log', 'after.log')
    expect(signatures(result)).toEqual([['app.worker', 12]])
    expect(result.stdout.match(/"type":"dump"/g)?.length).toBe(2)
    expect(result.stderr).toBe('dumpstream: only in one of the files, and not compared: c\n')
    folder.write('both.log', before + after)
    expect(signatures(await run('diff', 'both.log'))).toEqual([['app.worker', 12]])
    await run('both.log', '--out', 'both.jsonl')
    expect(signatures(await run('diff', 'both.jsonl'))).toEqual([['app.worker', 12]])
    folder.write('c.log', shipped('c', dumpText([receive(1)])) + shipped('d', dumpText([receive(1)])))
    expect(await run('diff', 'before.log', 'c.log')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('no source is in both files, so nothing can be compared: '),
    })
  })
})
