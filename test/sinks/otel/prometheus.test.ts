/** The endpoint that Prometheus scrapes, through the built command. */

import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { METRICS } from '../../../src/sinks/otel/names.ts'
import { cli, finish, start } from '../../cli/spawn.ts'
import { folderForEachTest } from '../../folder.ts'
import { freePort, Receiver, until } from './receiver.ts'
import { threeDumps } from './service.ts'

const folder = folderForEachTest()
async function scrape(port: number): Promise<string> {
  try {
    return await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  } catch {
    return ''
  }
}

/** `name{label="value"}` lines of one metric. */
const series = (text: string, metric: string): string[] =>
  text.split('\n').filter((line) => new RegExp(`^${metric}[{ ]`).test(line))

describe('--prometheus', () => {
  it('serves the last dump, without what vanished, while the log is followed', async () => {
    const [first = '', second = '', third = ''] = threeDumps()
    const path = folder.at('app.log')
    writeFileSync(path, first)
    const port = await freePort()
    const child = start(['--follow', '--idle', '100ms', '--format', 'none', '--prometheus', `${port}`, path])
    const over = finish(child)
    const seen: string[] = []
    let text = ''
    const shows = (wanted: number) => async (): Promise<boolean> => {
      text = await scrape(port)
      return series(text, 'dumpstream_dump_goroutines').some((line) => line.endsWith(` ${wanted}`))
    }
    const wait = async (wanted: number): Promise<void> => {
      const deadline = performance.now() + 20_000
      while (!(await shows(wanted)())) {
        if (performance.now() > deadline) throw new Error(`no dump of ${wanted} goroutines: ${text}`)
        await delay(50)
      }
      seen.push(text)
    }
    await wait(15)
    appendFileSync(path, second)
    await wait(33)
    appendFileSync(path, third)
    await wait(53)
    expect(series(seen[0] ?? '', 'dumpstream_goroutines')).toHaveLength(3)
    expect(series(seen[2] ?? '', 'dumpstream_goroutines')).toEqual([
      expect.stringMatching(
        /^dumpstream_goroutines\{dumpstream_source="[^"]*app\.log",dumpstream_signature="[0-9a-f]{16}",code_function_name="svc\/cron\.\(\*Cron\)\.step2\.func1",code_file_path="\/app\/cron\/cron\.go",code_line_number="14",go_goroutine_state="chan send",dumpstream_verdict="leaking"\} 45$/,
      ),
      expect.stringMatching(/code_function_name="svc\/pool\.\(\*Pool\)\.work".* 8$/),
    ])
    expect(series(seen[2] ?? '', 'dumpstream_goroutines_leaking')).toEqual([expect.stringMatching(/\} 45$/)])
    expect(series(seen[2] ?? '', 'dumpstream_dumps_total')).toEqual([
      expect.stringMatching(/dumpstream_kind="all"\} 3$/),
    ])
    for (const { prometheus, instrument, description, per } of Object.values(METRICS)) {
      // A file has no partitions.
      if (per === 'partition') continue
      expect(text).toContain(`# TYPE ${prometheus} ${instrument}\n`)
      expect(text).toContain(`# HELP ${prometheus} ${description}\n`)
    }
    child.kill('SIGTERM')
    expect(await over).toMatchObject({ code: 0, stderr: '' })
  })

  it('listens on loopback only, unless told', async () => {
    const port = await freePort()
    const path = folder.at('app.log')
    writeFileSync(path, '')
    const child = start(['--follow', '--prometheus', `${port}`, path])
    const over = finish(child)
    await until(() => child.pid !== undefined)
    let text = ''
    while (text === '') text = await scrape(port)
    await expect(fetch(`http://127.0.0.2:${port}/metrics`)).rejects.toThrow()
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
    child.kill('SIGTERM')
    expect((await over).code).toBe(0)
  })

  it('ends with the input', async () => {
    const { code, stderr } = await cli(['--prometheus', `${await freePort()}`], { input: threeDumps().join('') })
    expect([code, stderr]).toEqual([0, ''])
  })

  it('says when the port is in use, before anything is read or written', async () => {
    const other = await Receiver.open()
    const { port } = other
    const out = folder.at('out.jsonl')
    const { code, stderr, stdout } = await cli(['--prometheus', `${port}`, '--out', out], { input: 'x\n' })
    await other.close()
    expect(existsSync(out)).toBe(false)
    expect([code, stderr, stdout]).toEqual([
      4,
      `dumpstream: --prometheus: 127.0.0.1:${port} is in use; name another port\n`,
      '',
    ])
  })

  it('says when the address is not of this machine', async () => {
    const { code, stderr } = await cli(['--prometheus', '192.0.2.1:9464'], { input: 'x\n' })
    expect([code, stderr]).toEqual([4, 'dumpstream: --prometheus: 192.0.2.1 is not an address of this machine\n'])
  })
})

describe('--metrics console', () => {
  it('prints what would be sent on stderr, and leaves stdout to the records', async () => {
    const { code, stdout, stderr } = await cli(['--metrics', 'console'], {
      input: threeDumps().join(''),
      env: { OTEL_RESOURCE_ATTRIBUTES: 'service.name=content,deployment.environment.name=test' },
    })
    expect(code).toBe(0)
    expect(stdout.split('\n').filter((line) => line.startsWith('{"v":1')).length).toBe(15)
    expect(stdout).not.toContain('dumpstream.goroutines')
    expect(stderr).toMatch(/^resource \{.*service\.name="content".*deployment\.environment\.name="test"/)
    expect(stderr).toMatch(
      /\n {2}2026-11-24T07:00:00\.000Z dumpstream\.goroutines\{.*code\.function\.name="svc\/cron\.\(\*Cron\)\.step2\.func1".*\} 45\n/,
    )
    expect(stderr.match(/dumpstream\.dump\.goroutines/g)).toHaveLength(1)
  })
})
