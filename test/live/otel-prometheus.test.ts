/** A real Prometheus scrapes the endpoint, answers queries, and evaluates the rules of examples/prometheus; so does promtool. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { finish, start } from '../cli/spawn.ts'
import { WAIT_MS } from '../patience.ts'
import { freePort } from '../sinks/otel/receiver.ts'
import { BRIEF, LEAK, POOL, Service } from '../sinks/otel/service.ts'
import { temporaryFolder } from './go.ts'

const examples = fileURLToPath(new URL('../../examples/prometheus', import.meta.url))

interface Answer {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

let prometheus: ChildProcess | undefined
let dumpstream: ChildProcess | undefined
let base = ''
let log = ''
const service = new Service()

async function get<Data>(path: string): Promise<Data> {
  const response = await fetch(`${base}${path}`)
  const body: { status: string; data: Data; error?: string } = JSON.parse(await response.text())
  if (body.status !== 'success') throw new Error(`${path}: ${body.error}`)
  return body.data
}

async function query(expression: string): Promise<Answer[]> {
  const { result } = await get<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
    `/api/v1/query?query=${encodeURIComponent(expression)}`,
  )
  return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
}

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + WAIT_MS
  let last: unknown
  for (;;) {
    try {
      const found = await ask()
      if (found !== undefined) return found
    } catch (error) {
      last = error
    }
    if (performance.now() > deadline) throw new Error(`waited for ${what}`, { cause: last })
    await delay(200)
  }
}

/** The configuration of the example, on other ports and in a hurry. */
function hurried(folder: string, port: number): string {
  cpSync(examples, folder, { recursive: true })
  const config = join(folder, 'prometheus.yml')
  const text = readFileSync(config, 'utf8')
  const changed = text.replaceAll('15s', '1s').replace('127.0.0.1:9464', `127.0.0.1:${port}`)
  expect([text.includes('127.0.0.1:9464'), text.split('15s').length]).toEqual([true, 3])
  writeFileSync(config, changed)
  const rules = join(folder, 'alerts.yml')
  writeFileSync(rules, readFileSync(rules, 'utf8').replaceAll('offset 2h', 'offset 4s').replaceAll('5m', '20s'))
  return config
}

beforeAll(async () => {
  const folder = temporaryFolder()
  const [port, web] = [await freePort(), await freePort()]
  log = join(folder, 'app.log')
  writeFileSync(log, '')
  dumpstream = start(['--follow', '--idle', '100ms', '--format', 'none', '--prometheus', `${port}`, log])
  prometheus = spawn(
    'prometheus',
    [
      `--config.file=${hurried(folder, port)}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${web}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  prometheus.stderr?.on('data', (part: Buffer) => {
    said += part
  })
  prometheus.once('error', (error) => {
    said += `the live tests need Prometheus on the PATH (apt-get install prometheus): ${error.message}`
  })
  base = `http://127.0.0.1:${web}`
  await until('Prometheus to scrape dumpstream', async () => {
    if (prometheus?.pid === undefined || prometheus.exitCode !== null) throw new Error(said)
    return (await query('up == 1')).length === 1 ? true : undefined
  })
})

afterAll(async () => {
  prometheus?.kill('SIGTERM')
  if (dumpstream !== undefined) {
    const over = finish(dumpstream)
    dumpstream.kill('SIGTERM')
    await over
  }
})

/** Writes a dump, and waits until Prometheus has it. */
async function dump(time: string): Promise<void> {
  appendFileSync(log, service.dump(`2026-11-24T${time}:00.000Z`))
  await until(`a dump of ${service.total}`, async () => {
    const [total] = await query('dumpstream_dump_goroutines')
    return total?.value === service.total ? true : undefined
  })
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly state: string
}

async function alerts(name: string): Promise<Alert[]> {
  const { alerts: all } = await get<{ alerts: Alert[] }>('/api/v1/alerts')
  return all.filter(({ labels, state }) => labels.alertname === name && state === 'firing')
}

const byName = (answers: readonly Answer[]): Record<string, number> =>
  Object.fromEntries(answers.map(({ labels, value }) => [labels.code_function_name ?? '', value]))

describe('Prometheus', () => {
  it('has loaded the rules of the example, and all are well', async () => {
    const rules = await until('the first evaluation', async () => {
      const { groups } = await get<{ groups: { rules: { name: string; health: string }[] }[] }>('/api/v1/rules')
      const found = groups.flatMap((group) => group.rules)
      return found.every(({ health }) => health === 'ok') ? found : undefined
    })
    expect(rules.map(({ name }) => name)).toEqual(['GoroutineLeak', 'GoroutineGrowth', 'GoroutineDump', 'GoPanic'])
  })

  it('answers for the counts of the last dump, and tells of the first one', async () => {
    service.set(LEAK, 10).set(POOL, 30).set(BRIEF, 2)
    await dump('05:00')
    expect(byName(await query('dumpstream_goroutines'))).toEqual({ [LEAK.name]: 10, [POOL.name]: 30, [BRIEF.name]: 2 })
    expect((await query('sum(dumpstream_goroutines) == sum(dumpstream_dump_goroutines)'))[0]?.value).toBe(42)
    const [told] = await until('GoroutineDump', async () => {
      const found = await alerts('GoroutineDump')
      return found.length > 0 ? found : undefined
    })
    expect(told?.annotations.summary).toBe(`a goroutine dump (all) in ${log}`)
    expect(await alerts('GoroutineLeak')).toEqual([])
  })

  it('answers for growth over a change of verdict, forgets what vanished, and tells of the leak', async () => {
    service.set(LEAK, 40).set(POOL, 28)
    await dump('06:00')
    const before = Date.now() / 1000
    service.set(LEAK, 160).set(POOL, 30).set(BRIEF, 0)
    await dump('07:00')
    expect(byName(await query('dumpstream_goroutines'))).toEqual({ [LEAK.name]: 160, [POOL.name]: 30 })
    expect(byName(await query('dumpstream_goroutines{dumpstream_verdict="leaking"}'))).toEqual({ [LEAK.name]: 160 })
    const counts = 'sum by (code_function_name) (dumpstream_goroutines'
    expect(byName(await query(`${counts}) - ${counts} @ ${before})`))).toEqual({ [LEAK.name]: 120, [POOL.name]: 2 })
    const [leak] = await until('GoroutineLeak', async () => {
      const found = await alerts('GoroutineLeak')
      return found.some(({ annotations }) => annotations.summary?.startsWith('160 ')) ? found : undefined
    })
    expect(leak?.annotations.summary).toBe(`160 goroutines leak in ${LEAK.name}`)
    expect(leak?.labels).toMatchObject({ severity: 'warning', dumpstream_source: log, code_function_name: LEAK.name })
    expect(leak?.labels).not.toHaveProperty('dumpstream_verdict')
    const [grown] = await until('GoroutineGrowth', async () => {
      const found = await alerts('GoroutineGrowth')
      return found.length > 0 ? found : undefined
    })
    expect(grown?.labels.code_function_name).toBe(LEAK.name)
  })

  it('tells of a panic, which leaves the gauges alone', async () => {
    expect(await alerts('GoPanic')).toEqual([])
    appendFileSync(log, 'panic: out of luck\n\ngoroutine 7 [running]:\nmain.main()\n\t/app/main.go:3 +0x1\n')
    const [told] = await until('GoPanic', async () => {
      const found = await alerts('GoPanic')
      return found.length > 0 ? found : undefined
    })
    expect(told?.annotations.summary).toBe(`a Go panic in ${log}`)
    expect((await query('dumpstream_dump_goroutines'))[0]?.value).toBe(190)
  })

  it('has data for every panel and variable of the dashboard', async () => {
    interface Panel {
      readonly id: number
      readonly title: string
      readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
      readonly targets: readonly { readonly expr: string }[]
    }
    interface Dashboard {
      readonly panels: readonly Panel[]
      readonly annotations: { readonly list: readonly { readonly expr: string }[] }
      readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] }
    }
    const { panels, annotations, templating }: Dashboard = JSON.parse(
      readFileSync(join(examples, 'dashboard.json'), 'utf8'),
    )
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const { title, targets, gridPos } of panels) {
      expect([title, gridPos.x + gridPos.w <= 24]).toEqual([title, true])
      for (const { expr } of targets) {
        const filled = expr.replaceAll('$source', '.*').replaceAll('$__range', '3s')
        expect([title, filled.includes('$'), (await query(filled)).length > 0]).toEqual([title, false, true])
      }
    }
    for (const { expr } of annotations.list) {
      expect((await query(expr.replaceAll('$source', '.*').replaceAll('[1m]', '[30s]'))).length).toBeGreaterThan(0)
    }
    const source = templating.list.find(({ name }) => name === 'source')?.definition ?? ''
    const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(source) ?? []
    expect(await get(`/api/v1/label/${label}/values?match[]=${metric}`)).toEqual([log])
  })
})

describe('promtool', () => {
  it('takes the configuration, and its tests of the rules pass', () => {
    execFileSync('promtool', ['check', 'config', join(examples, 'prometheus.yml')], { stdio: 'pipe' })
    const said = execFileSync('promtool', ['test', 'rules', join(examples, 'alerts.test.yml')], { encoding: 'utf8' })
    expect(said).toContain('SUCCESS')
  })

  it('tells a rule that is wrong: the tests can fail', () => {
    const folder = temporaryFolder()
    cpSync(examples, folder, { recursive: true })
    const rules = join(folder, 'alerts.yml')
    writeFileSync(rules, readFileSync(rules, 'utf8').replace('> 100', '> 1000'))
    expect(() =>
      execFileSync('promtool', ['test', 'rules', join(folder, 'alerts.test.yml')], { stdio: 'pipe' }),
    ).toThrow()
  })

  it('serves metrics that promtool has nothing to say against', async () => {
    const targets = await get<{ activeTargets: { scrapeUrl: string }[] }>('/api/v1/targets')
    const text = await (await fetch(targets.activeTargets[0]?.scrapeUrl ?? '')).text()
    expect(text).toContain('dumpstream_dump_goroutines')
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
    expect([stdout, stderr, status]).toEqual(['', '', 0])
  })
})
