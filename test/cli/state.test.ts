/** `--state-file`: what a restart keeps, also one by SIGKILL at any moment. */
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { childrenForEachTest } from '../children.ts'
import { folderForEachTest } from '../folder.ts'
import { WAIT_MS } from '../patience.ts'
import { type CliResult, cli, finish, recordsIn, start } from './spawn.ts'

const folder = folderForEachTest()
const children = childrenForEachTest()
/** The nightly run kills a thousand times. */
const KILLS = Number(process.env.DUMPSTREAM_KILLS ?? 12)

/** The n-th dump of a service that leaks three goroutines a step, and starts anew after forty. */
function dump(n: number): string {
  const goroutines = Array.from(
    { length: 4 + (n % 40) * 3 },
    (_, i) =>
      `goroutine ${10 + i * 100} [chan send, ${n} minutes]:\nmain.leak(0x${n})\n\t/app/main.go:7 +0x1\ncreated by main.main\n\t/app/main.go:3 +0x2\n`,
  )
  const time = new Date(Date.UTC(2026, 10, 24, 10) + n * 60_000).toISOString()
  return `${time} dump ${n}\ngoroutine 1 [select]:\nmain.main()\n\t/app/main.go:3 +0x1\n\n${goroutines.join('\n')}\n${time} after dump ${n}\n`
}

/** The number of the next dump, as of the last save. */
function savedNext(): number {
  if (!existsSync(folder.at('state'))) return 1
  const [, file = ''] = readFileSync(folder.at('state'), 'utf8').split('\n')
  return JSON.parse(file).snapshot.numbers[0]?.[1] ?? 1
}

const argv = ['--follow', '--idle', '60ms', '--state-file', 'state', 'app.log']

/** Dump records of what a run has written; of a line that the kill cut nothing is known. */
function dumpsIn(stdout: string): Record<string, unknown>[] {
  const whole = stdout.slice(0, stdout.lastIndexOf('\n') + 1)
  return recordsIn(whole).filter(({ type }) => type === 'dump')
}

/** Follows the log until that many dumps are out, and ends: a dump that is open then is left to the next run. */
async function runUntil(dumps: number): Promise<CliResult> {
  const child = children.add(start(argv, { cwd: folder.path }))
  const result = finish(child)
  let stdout = ''
  child.stdout?.on('data', (chunk) => {
    stdout += chunk
  })
  while (dumpsIn(stdout).length < dumps && child.exitCode === null) await delay(20)
  child.kill('SIGTERM')
  return await result
}

/** The same of a run that has nothing to complain of: what it wrote. */
async function writtenUntil(dumps: number): Promise<string> {
  const { code, stderr, stdout } = await runUntil(dumps)
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}

describe('--state-file', () => {
  it('goes on where the last run was: nothing twice, numbers and verdicts go on', async () => {
    const log = folder.write('app.log', dump(0) + dump(1))
    const first = dumpsIn(await writtenUntil(2))
    expect(first.map(({ dump }) => dump)).toEqual([1, 2])
    appendFileSync(log, dump(2) + dump(3))
    const second = await writtenUntil(2)
    expect(dumpsIn(second).map(({ dump, goroutines }) => [dump, goroutines])).toEqual([
      [3, 11],
      [4, 14],
    ])
    expect(recordsIn(second).some(({ verdict }) => verdict === 'leaking')).toBe(true)
    expect(readdirSync(folder.path).sort()).toEqual(['app.log', 'state'])
  })

  it('reads what was written to a file that was rotated meanwhile, and then the new one', async () => {
    const log = folder.write('app.log', dump(0))
    await writtenUntil(1)
    appendFileSync(log, dump(1))
    renameSync(log, `${log}.1`)
    writeFileSync(log, dump(2))
    expect(dumpsIn(await writtenUntil(2)).map(({ dump, goroutines }) => [dump, goroutines])).toEqual([
      [2, 8],
      [3, 11],
    ])
  })

  it('says where in its file a dump is, also after a restart and after a rotation', async () => {
    const log = folder.write('app.log', dump(0))
    const text = (name: string, record: Record<string, unknown> | undefined): string => {
      const [start = 0, end = 0] = Array.isArray(record?.bytes) ? record.bytes : []
      return readFileSync(folder.at(name)).subarray(start, end).toString()
    }
    await writtenUntil(1)
    appendFileSync(log, dump(1))
    const [second] = dumpsIn(await writtenUntil(1))
    const whole = /^goroutine 1 \[select\]:\n[\s\S]*main\.go:3 \+0x2\n$/
    expect(text('app.log', second)).toMatch(whole)
    appendFileSync(log, dump(2))
    renameSync(log, `${log}.1`)
    writeFileSync(log, dump(3))
    const [third, fourth] = dumpsIn(await writtenUntil(2))
    expect([text('app.log.1', third).match(/0x2\b/g), text('app.log', fourth).match(/0x3\b/g)]).not.toContain(null)
    for (const each of [text('app.log.1', third), text('app.log', fourth)]) expect(each).toMatch(whole)
  })

  it('reads a file from its start that was truncated meanwhile', async () => {
    const log = folder.write('app.log', dump(0) + dump(1))
    await writtenUntil(2)
    truncateSync(log)
    appendFileSync(log, dump(2))
    const { stdout, stderr } = await runUntil(1)
    expect(stderr).toContain('app.log: was truncated; reading from the start')
    expect(dumpsIn(stdout).map(({ goroutines }) => goroutines)).toEqual([11])
  })

  it('reads what was rotated twice meanwhile', async () => {
    const log = folder.write('app.log', dump(0))
    await writtenUntil(1)
    appendFileSync(log, dump(1))
    renameSync(log, `${log}.1`)
    writeFileSync(log, dump(2))
    await delay(20)
    renameSync(`${log}.1`, `${log}.2`)
    renameSync(log, `${log}.1`)
    writeFileSync(log, dump(3))
    writeFileSync(`${log}.1.gz`, 'not a log')
    expect(dumpsIn(await writtenUntil(3)).map(({ dump, goroutines }) => [dump, goroutines])).toEqual([
      [2, 8],
      [3, 11],
      [4, 14],
    ])
  })

  it('says when what was read is gone', async () => {
    const log = folder.write('app.log', dump(0))
    await writtenUntil(1)
    rmSync(log)
    writeFileSync(folder.at('held'), '')
    writeFileSync(log, dump(1))
    const { stdout, stderr } = await runUntil(1)
    expect(stderr).toMatch(
      /app\.log: (?:the file read before is gone; reading from the start|was truncated; reading from the start)\n/,
    )
    expect(dumpsIn(stdout).map(({ dump, goroutines }) => [dump, goroutines])).toEqual([[2, 8]])
  })

  it('leaves a dump that is open to the next run', async () => {
    const text = dump(0)
    const cut = text.length >> 1
    const log = folder.write('app.log', text.slice(0, cut))
    const child = children.add(
      start(['--follow', '--idle', '1h', '--state-file', 'state', 'app.log'], { cwd: folder.path }),
    )
    const result = finish(child)
    while (statSync(folder.at('state'), { throwIfNoEntry: false }) === undefined) await delay(20)
    child.kill('SIGTERM')
    expect(dumpsIn((await result).stdout)).toEqual([])
    appendFileSync(log, text.slice(cut))
    expect(dumpsIn(await writtenUntil(1)).map(({ dump, goroutines, damaged }) => [dump, goroutines, damaged])).toEqual([
      [1, 5, 0],
    ])
  })

  it.each([
    [
      'of another version',
      '{"dumpstream":"state","v":9}\n',
      'has version 9, but this dumpstream reads version 1; remove it',
    ],
    ['damaged', '{"dumpstream":"state","v":1,"sha256":"00"}\n{}\n', 'is damaged; remove it to start over'],
    ['something else', 'an ordinary log\n', 'is not a state file; name another one'],
  ])('is refused when it is %s', async (_, content, why) => {
    folder.write('state', content)
    folder.write('app.log', dump(0))
    const { code, stderr, stdout } = await cli(argv, { cwd: folder.path })
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toContain(why)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(readFileSync(folder.at('state'), 'utf8')).toBe(content)
  })

  it('is refused with other options than it was made with', async () => {
    folder.write('app.log', dump(0))
    await writtenUntil(1)
    const { code, stderr } = await cli([...argv, '--similarity', 'exact'], { cwd: folder.path })
    expect([code, stderr]).toEqual([
      3,
      'dumpstream: state: snapshot was made with a similarity other than exact; start without it; remove it to start over\n',
    ])
  })

  it('needs --follow, and a file of its own', async () => {
    folder.write('app.log', dump(0))
    expect((await cli(['--state-file', 'state', 'app.log'], { cwd: folder.path })).code).toBe(2)
    expect((await cli(['--follow', '--state-file', 'app.log', 'app.log'], { cwd: folder.path })).code).toBe(2)
    expect(readFileSync(folder.at('app.log'), 'utf8')).toBe(dump(0))
  })

  it(`loses nothing over ${KILLS} kills, and repeats only what came after the last save, with the same numbers`, async () => {
    const log = folder.write('app.log', '')
    // A writer that is held up in a dump does not cut it.
    const patient = argv.map((word) => (word === '60ms' ? '5s' : word))
    let written = 0
    const write = (text: string): void => appendFileSync(log, text)
    const seen = new Map<unknown, string>()
    let repeated = 0
    let said = ''
    const take = (stdout: string, next: number): void => {
      for (const record of dumpsIn(stdout)) {
        const { bytes: _bytes, ...what } = record
        // However often it was killed before it could save.
        expect(record.dump).toBeGreaterThanOrEqual(next)
        const text = JSON.stringify(what)
        if (seen.has(record.dump)) {
          repeated++
          expect(text).toBe(seen.get(record.dump))
        }
        seen.set(record.dump, text)
      }
    }
    for (let kill = 0; kill < KILLS; kill++) {
      const next = savedNext()
      const child = children.add(start(patient, { cwd: folder.path }))
      const result = finish(child)
      const until = performance.now() + 100 + Math.random() * 1_600
      while (performance.now() < until) {
        const text = dump(written++)
        // A dump is written in pieces, and a rotation may come between any two dumps.
        const cut = Math.floor(Math.random() * text.length)
        write(text.slice(0, cut))
        await delay(Math.random() * 40)
        write(text.slice(cut))
        // What is rotated before it was ever seen is nobody's.
        if (Math.random() < 0.1 && existsSync(folder.at('state'))) {
          renameSync(log, `${log}.${written}`)
          writeFileSync(log, '')
        }
        await delay(Math.random() * 120)
      }
      child.kill('SIGKILL')
      const { stdout, stderr } = await result
      said += stderr
      take(stdout, next)
    }
    write('the end\n')
    const next = savedNext()
    const last = children.add(start(patient, { cwd: folder.path }))
    const result = finish(last)
    let stdout = ''
    last.stdout?.on('data', (chunk) => {
      stdout += chunk
    })
    const isSeen = (): boolean => seen.has(written) || dumpsIn(stdout).some(({ dump }) => dump === written)
    for (let waited = 0; waited < WAIT_MS && !isSeen(); waited += 50) await delay(50)
    last.kill('SIGTERM')
    take((await result).stdout, next)
    expect([...seen.keys()].map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: written }, (_, i) => i + 1))
    const goroutines = [...seen]
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, text]) => JSON.parse(text).goroutines)
    expect(goroutines).toEqual(Array.from({ length: written }, (_, n) => 5 + (n % 40) * 3))
    expect(said).toBe('')
    if (KILLS > 100) console.log(`${written} dumps, ${KILLS} kills, ${repeated} repeated`)
  }, 3_600_000)
})
