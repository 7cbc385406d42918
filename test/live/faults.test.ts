/** Faults that need root, or minutes: a disk that is full, a root file system that is read-only, 10 000 files with 64 descriptors. */
import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { childrenForEachTest } from '../children.ts'
import { dumpText } from '../cli/dumps.ts'
import { CLI, cli, environment, finish, recordsIn, shell } from '../cli/spawn.ts'
import { folderForEachTest } from '../folder.ts'

const folder = folderForEachTest()
const children = childrenForEachTest()
const FULL = 'no space left on the device'

/** A signature each, with a stack of some hundred bytes. */
function large(signatures: number): string {
  return dumpText(
    Array.from({ length: signatures }, (_, i) => ({
      count: 1,
      state: 'select',
      function: `example.com/app/package.function${'x'.repeat(100)}${i}`,
      place: `/app/file.go:${i + 1}`,
    })),
  )
}

describe('a file system of 64 kB', () => {
  let small = ''

  beforeEach(() => {
    small = folder.at('small')
    mkdirSync(small)
    // Without root this fails, and says so.
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'dumpstream', small])
  })

  afterEach(() => {
    execFileSync('umount', [small])
  })

  it('stdout: whole lines up to the end, one line of complaint, exit code 4', async () => {
    folder.write('app.log', large(2_000))
    const { code, stderr } = await shell('dumpstream app.log > small/out.jsonl', { cwd: folder.path })
    expect([code, stderr]).toEqual([4, `dumpstream: can't write to stdout: ${FULL}\n`])
    const text = readFileSync(`${small}/out.jsonl`, 'utf8')
    expect(text.endsWith('\n')).toBe(true)
    expect(recordsIn(text).length).toBeGreaterThan(10)
  })

  it('stdout that is appended to by two: what the other has written stays', async () => {
    folder.write('app.log', large(2_000))
    writeFileSync(`${small}/out.jsonl`, '{"before":1}\n')
    const { code } = await shell('dumpstream app.log >> small/out.jsonl', { cwd: folder.path })
    expect(code).toBe(4)
    const records = recordsIn(readFileSync(`${small}/out.jsonl`, 'utf8'))
    expect(records[0]).toEqual({ before: 1 })
  })

  it('--out and --logs pass: the same', async () => {
    folder.write('app.log', `${'an ordinary line\n'.repeat(20_000)}${large(2_000)}`)
    const out = await cli(['--out', 'small/out.jsonl', 'app.log'], { cwd: folder.path })
    expect([out.code, out.stderr]).toEqual([4, `dumpstream: can't write to small/out.jsonl: ${FULL}\n`])
    recordsIn(readFileSync(`${small}/out.jsonl`, 'utf8'))
    const pass = await shell('rm small/*; dumpstream --logs pass app.log > small/out.log', { cwd: folder.path })
    expect(pass.code).toBe(4)
    expect(readFileSync(`${small}/out.log`, 'utf8')).toMatch(/^(?:an ordinary line\n)+$/)
  })

  it.each(['html', 'pprof', 'folded'])(
    '--format %s: the old file stays whole, and nothing is left beside it',
    async (format) => {
      folder.write('app.log', large(4_000))
      writeFileSync(`${small}/report`, 'old')
      const { code, stderr } = await cli(['--format', format, '--out', 'small/report', 'app.log'], { cwd: folder.path })
      expect([code, stderr]).toEqual([4, `dumpstream: can't write to small/report: ${FULL}\n`])
      expect(readFileSync(`${small}/report`, 'utf8')).toBe('old')
      expect(readdirSync(small)).toEqual(['report'])
    },
  )

  it('--save: the old file stays whole', async () => {
    folder.write('few.log', large(2))
    folder.write('many.log', large(2_000))
    await cli(['--format', 'none', '--save', 'small/known', 'few.log'], { cwd: folder.path })
    const before = readFileSync(`${small}/known`, 'utf8')
    const { code, stderr } = await cli(['--format', 'none', '--save', 'small/known', 'many.log'], { cwd: folder.path })
    expect([code, stderr]).toEqual([4, `dumpstream: can't write to small/known: ${FULL}\n`])
    expect(readFileSync(`${small}/known`, 'utf8')).toBe(before)
    expect(readdirSync(small)).toEqual(['known'])
  })

  it('--state-file: said once, following goes on, and the exit code is 4', async () => {
    folder.write('app.log', large(2_000))
    const child = children.add(
      spawn(process.execPath, [CLI, '--follow', '--idle', '50ms', '--state-file', 'small/state', 'app.log'], {
        cwd: folder.path,
        env: environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    )
    const result = finish(child)
    let stdout = ''
    child.stdout?.on('data', (chunk) => {
      stdout += chunk
    })
    while (!stdout.includes('"type":"dump"')) await delay(20)
    await delay(1_500)
    appendFileSync(folder.at('app.log'), large(3))
    while (!stdout.includes('"dump":2')) await delay(20)
    await delay(1_500)
    child.kill('SIGTERM')
    const { code, stderr } = await result
    expect([code, stderr]).toEqual([4, `dumpstream: can't write to small/state: ${FULL}\n`])
  })

  it('exec-filter and mmexternal: exit code 4', async () => {
    const event = `${JSON.stringify({ message: 'x'.repeat(1000) })}\n`
    folder.write('in', event.repeat(500))
    const filter = await shell('dumpstream exec-filter < in > small/out', { cwd: folder.path })
    expect([filter.code, filter.stderr]).toEqual([4, `dumpstream: can't write to stdout: ${FULL}\n`])
    expect(readFileSync(`${small}/out`, 'utf8').replaceAll(event, '')).toBe('')
    folder.write('many', 'x\n'.repeat(60_000))
    const external = await shell('rm small/*; dumpstream mmexternal < many > small/out', { cwd: folder.path })
    expect([external.code, external.stderr]).toEqual([4, `dumpstream: can't write to stdout: ${FULL}\n`])
  })
})

describe('a device', () => {
  it('is written in place by root, too: /dev/null stays one', async () => {
    folder.write('app.log', large(3))
    for (const args of [
      ['--save', '/dev/null'],
      ['--out', '/dev/null'],
      ['--format', 'html', '--out', '/dev/null'],
    ])
      expect((await cli([...args, folder.at('app.log')])).code, args.join(' ')).toBe(0)
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
    expect(process.getuid?.()).toBe(0)
  })

  it('keeps owner and mode of a file that is replaced', async () => {
    folder.write('app.log', large(3))
    const { code } = await shell(
      'dumpstream --format none --save known app.log && chown 1234:4321 known && chmod 604 known && dumpstream --format none --save known app.log && stat -c "%u:%g %a" known',
      { cwd: folder.path },
    )
    expect(code).toBe(0)
    const { uid, gid, mode } = statSync(folder.at('known'))
    expect([uid, gid, mode & 0o777]).toEqual([1234, 4321, 0o604])
  })

  it('writes a file in place that is mounted by itself, as in a container', async () => {
    folder.write('app.log', large(3))
    folder.write('known', '')
    folder.write('mounted', '')
    const { code } = await shell(
      'mount --bind mounted known && dumpstream --format none --save known app.log; code=$?; umount known; exit $code',
      { cwd: folder.path },
    )
    expect(code).toBe(0)
    expect(recordsIn(readFileSync(folder.at('mounted'), 'utf8'))).toHaveLength(3)
  })
})

describe('a machine', () => {
  it('whose file system is read-only, without HOME: reads and follows as ever', async () => {
    folder.write('app.log', large(3))
    const script = `mount --bind "$PWD" "$PWD" && cd "$PWD" && mount -o remount,ro,bind "$PWD" && env -i "$0" "$1" app.log; env -i "$0" "$1" --out out.jsonl app.log; echo "$?"`
    const child = spawn('unshare', ['-m', 'bash', '-c', script, process.execPath, CLI], {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { stdout, stderr } = await finish(child)
    const lines = stdout.trimEnd().split('\n')
    expect(lines.pop()).toBe('4')
    expect(recordsIn(`${lines.join('\n')}\n`).filter(({ type }) => type === 'signature')).toHaveLength(3)
    expect(stderr).toBe("dumpstream: can't write to out.jsonl: the file system is read-only\n")
  })

  it('with 64 descriptors: follows 10 000 files, reads each byte once, and goes on after a restart', async () => {
    const count = 10_000
    mkdirSync(folder.at('logs'))
    const write = (i: number): void =>
      appendFileSync(
        folder.at('logs', `${i}.log`),
        dumpText([{ count: 2 + (i % 7), state: 'select', function: `app.f${i}`, place: '/a.go:1' }]),
      )
    for (let i = 0; i < count; i++) write(i)
    const goroutines = async (dumps: number): Promise<number> => {
      const child = children.add(
        spawn(
          'bash',
          [
            '-c',
            `ulimit -n 64; exec "$0" "$1" --follow --idle 300ms --state-file state 'logs/*.log'`,
            process.execPath,
            CLI,
          ],
          { cwd: folder.path, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] },
        ),
      )
      const result = finish(child)
      let seen = 0
      child.stdout?.on('data', (chunk: Buffer) => {
        for (let at = chunk.indexOf('"type":"dump"'); at !== -1; at = chunk.indexOf('"type":"dump"', at + 1)) seen++
      })
      while (seen < dumps && child.exitCode === null) await delay(50)
      await delay(3_000)
      child.kill('SIGTERM')
      const { code, stderr, stdout } = await result
      expect([code, stderr]).toEqual([0, ''])
      const found = recordsIn(stdout).filter(({ type }) => type === 'dump')
      expect(found).toHaveLength(dumps)
      return found.reduce((sum, dump) => sum + Number(dump.goroutines), 0)
    }
    const total = Array.from({ length: count }, (_, i) => 2 + (i % 7)).reduce((a, b) => a + b)
    expect(await goroutines(count)).toBe(total)
    for (let i = 0; i < count; i += 100) write(i)
    const more = Array.from({ length: count / 100 }, (_, i) => 2 + ((i * 100) % 7)).reduce((a, b) => a + b)
    expect(await goroutines(count / 100)).toBe(more)
  })

  it('whose reader stops for a minute with a gigabyte behind it: memory stays as it is, and every byte comes', async () => {
    const script = `head -c 1000000000 <(yes 'an ordinary line of a log') | "$0" "$1" --logs pass | (sleep 60; md5sum)`
    const child = children.add(
      spawn('bash', ['-c', script, process.execPath, CLI], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] }),
    )
    const result = finish(child)
    let peak = 0
    const watching = setInterval(() => {
      for (const pid of execFileSync('sh', ['-c', `pgrep -P ${child.pid} -f cli.c?js || true`])
        .toString()
        .split('\n')) {
        if (pid === '') continue
        const rss = /^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
        peak = Math.max(peak, Number(rss ?? 0))
      }
    }, 5_000)
    const { stdout } = await result
    clearInterval(watching)
    const expected = execFileSync('bash', ['-c', `head -c 1000000000 <(yes 'an ordinary line of a log') | md5sum`])
    expect(stdout).toBe(expected.toString())
    expect(peak).toBeGreaterThan(10_000)
    expect(peak).toBeLessThan(150_000)
  })
})
