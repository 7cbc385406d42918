/** The story, live: the leaking service watched by signal and over its pprof endpoint, and the fixed one found clean. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { CLI, cli, finish } from '../cli/spawn.ts'
import { buildGo, TOOLCHAINS, temporaryFolder } from './go.ts'
import { binary, dumpsOf, root, stacksOf, start, truths, withoutDumper } from './service.ts'

const LEAKS = [
  'content_svr/cron/hashtag_suggestion.(*Cron).step2.func1',
  'content_svr/cron/hashtag_suggestion.(*Cron).step3.func1',
  'content_svr/producer.(*Producer).send',
]

function recordsOf(stdout: string): DumpstreamRecord[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

describe('dumpstream watch', () => {
  it.each(TOOLCHAINS)('%s: two signals, the leaks found with the counts that the runtime tells', async (toolchain) => {
    const run = start(binary(toolchain), [])
    await sleep(300)
    // Two dumps show a leak where the second has five times as many: the first may come late.
    const args = ['watch', '--pid', `${run.pid}`, '--signal', 'USR2', '--every', '8s', '--count', '2']
    const { code, stdout, stderr } = await cli([...args, '--stacks', 'always', '--fail-on', 'leaking'])
    expect(code).toBe(1)
    const found = dumpsOf(recordsOf(stdout))
    const expected = truths(run.report)
    expect(found.map(({ dump }) => dump.goroutines)).toEqual(expected.map((truth) => truth.goroutines))
    found.forEach(({ signatures }, i) => {
      expect(withoutDumper(stacksOf(signatures))).toEqual(withoutDumper(expected[i]?.stacks ?? new Map()))
    })
    const leaking = found[1]?.signatures.filter((each) => each.verdict === 'leaking') ?? []
    expect(leaking.map((each) => each.function).sort()).toEqual(LEAKS)
    expect(stderr).toContain(': 3 signatures leak\n')
    for (const each of leaking)
      expect(stderr).toContain(`leaking ${each.function} (${each.id}): ${each.count} goroutines`)
  })

  it('the fixed build: nothing leaks', async () => {
    const run = start(binary('local'), ['-fixed'])
    await sleep(300)
    const args = ['watch', '--pid', `${run.pid}`, '--signal', 'USR2', '--every', '500ms', '--count', '3']
    const { code, stdout } = await cli([...args, '--format', 'text', '--fail-on', 'leaking,growing'])
    expect(stdout.trim().split('\n').at(-1)).toMatch(/^3 dumps of .*: nothing leaks$/)
    expect(code).toBe(0)
  })

  it('debug=2, debug=1 and debug=0 of a real net/http/pprof', async () => {
    const address = `127.0.0.1:${20_000 + Math.floor(Math.random() * 20_000)}`
    const run = start(binary('local'), ['-pprof', address])
    await sleep(500)
    const watch = async (query: string, ...more: string[]) =>
      await cli([
        ...['watch', '--url', `http://${address}/debug/pprof/goroutine${query}`, '--every', '2s', '--count', '2'],
        ...more,
      ])
    const stacks = await watch('?debug=2')
    const [, second] = dumpsOf(recordsOf(stacks.stdout))
    // Nothing stands still for this dump: what runs just then is in it, too.
    const survived = second?.signatures.filter((each) => (each.survivors ?? 0) > 0).map((each) => each.function)
    expect(survived).toEqual(expect.arrayContaining(LEAKS))
    const counts = await watch('?debug=1')
    expect(dumpsOf(recordsOf(counts.stdout)).map(({ dump }) => dump.format)).toEqual(['profile', 'profile'])
    const protobuf = await watch('')
    expect([protobuf.code, protobuf.stderr]).toEqual([
      3,
      expect.stringContaining('answered with a protobuf profile; add ?debug=2 to the URL'),
    ])
    expect(readFileSync(run.log, 'utf8')).toContain('request handled')
  })

  it('SIGQUIT, when it is known what it does: the last dump, and the end', async () => {
    const run = start(binary('local'), [])
    await sleep(300)
    const args = ['watch', '--pid', `${run.pid}`, '--signal', 'QUIT', '--every', '500ms']
    expect(await cli(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('--i-know') })
    const { stdout, stderr } = await cli([...args, '--i-know'])
    expect(dumpsOf(recordsOf(stdout)).map(({ dump }) => dump.kind)).toEqual(['signal'])
    expect(stderr).toContain('has ended')
  })
})

describe('dumpstream diff', () => {
  it('compares builds: other Go, other paths, -trimpath', async () => {
    const plain = start(binary('local'), [])
    await sleep(300)
    await plain.signal()
    const trimmed = buildGo(join(root, 'examples/leaky-service'), 'go1.27.3', undefined, ['-trimpath'])
    const after = start(trimmed, [])
    await sleep(1_200)
    await after.signal()
    const { stdout } = await cli(['diff', plain.log, after.log])
    const [compared] = dumpsOf(recordsOf(stdout))
    for (const name of LEAKS) {
      const record = compared?.signatures.find((each) => each.function === name)
      expect([name, record?.verdict]).toEqual([name, 'growing'])
    }
    // Nothing of the service's own counts as gone and new because it was built otherwise.
    const moved = compared?.signatures.filter((each) => each.verdict === 'gone' || each.verdict === 'new') ?? []
    expect(moved.filter((each) => /hashtag_suggestion|producer\.\(/.test(each.function) && each.count > 1)).toEqual([])
  })
})

describe('a pipe', () => {
  it('of the service is refused with its reader, and nothing is signalled', async () => {
    const child = spawn(
      'sh',
      ['-c', `"$0" -interval 20ms 2>"$1" | cat >/dev/null`, binary('local'), join(temporaryFolder(), 'err')],
      {
        stdio: 'ignore',
        detached: true,
      },
    )
    try {
      await sleep(500)
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')
      const pid = children.find((each) => readFileSync(`/proc/${each}/comm`, 'utf8').startsWith('program'))
      const args = ['watch', '--pid', `${pid}`, '--signal', 'USR2', '--count', '1']
      const result = await finish(spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }))
      expect(result.stderr).toMatch(/is a pipe: reading it takes lines away from its reader, process \d+ \(cat\)/)
      expect(result.code).toBe(3)
    } finally {
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    }
  })
})
