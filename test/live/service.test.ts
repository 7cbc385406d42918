/** The service of examples/leaky-service, compiled, leaking and signalled for real; what is found is held to what the runtime counts. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import type { DumpRecord, DumpstreamRecord, SignatureRecord } from '../../src/records.ts'
import { buildGo, TOOLCHAINS, type Toolchain, temporaryFolder } from './go.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const source = join(root, 'examples/leaky-service')
const binaries = new Map<string, string>()
let service: ChildProcess | undefined

afterEach(() => service?.kill('SIGKILL'))

function binary(toolchain: Toolchain, language?: string): string {
  const key = `${toolchain} ${language}`
  const built = binaries.get(key) ?? buildGo(source, toolchain, language)
  binaries.set(key, built)
  return built
}

interface Run {
  readonly pid: number
  readonly log: string
  readonly report: string
  signal(): Promise<void>
}

function start(program: string, args: readonly string[]): Run {
  const folder = temporaryFolder()
  const log = join(folder, 'app.log')
  const report = join(folder, 'report.txt')
  const fd = openSync(log, 'a')
  const child = spawn(program, ['-interval', '20ms', '-report', report, ...args], { stdio: ['ignore', fd, fd] })
  closeSync(fd)
  service = child
  let dumps = 0
  return {
    pid: child.pid ?? 0,
    log,
    report,
    async signal() {
      dumps++
      child.kill('SIGUSR2')
      for (let i = 0; i < 500; i++) {
        await sleep(20)
        if (truths(report).length >= dumps) return
      }
      throw new Error('the service did not dump')
    },
  }
}

interface Truth {
  readonly goroutines: number
  /** Chain of functions that are not runtime's → goroutines, from pprof's text. */
  readonly stacks: Map<string, number>
}

/** Reads the report by the plainest means there are, so that it says something that the engine does not. */
function truths(path: string): Truth[] {
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  const blocks = text.split(/^dump \d+: runtime\.NumGoroutine /m).slice(1)
  return blocks
    .filter((block) => {
      const total = Number(/^goroutine profile: total (\d+)/m.exec(block)?.[1] ?? -1)
      const counted = [...block.matchAll(/^(\d+) @/gm)].reduce((sum, m) => sum + Number(m[1]), 0)
      return total === counted
    })
    .map((block) => {
      const stacks = new Map<string, number>()
      for (const record of block.split(/\n\n/)) {
        const count = Number(/^(\d+) @/m.exec(record)?.[1] ?? 0)
        const functions = [...record.matchAll(/^#\t0x[0-9a-f]+\t(\S+)\+0x/gm)]
          .map((m) => m[1] ?? '')
          .filter((name) => !name.startsWith('runtime.'))
        const key = functions.join(' < ')
        if (count > 0) stacks.set(key, (stacks.get(key) ?? 0) + count)
      }
      return { goroutines: Number.parseInt(block, 10), stacks }
    })
}

function dumpstream(...args: string[]): DumpstreamRecord[] {
  const out = execFileSync(
    process.execPath,
    [join(root, 'dist/cli.js'), '--format', 'jsonl', '--stacks', 'always', ...args],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  )
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

function dumpsOf(records: readonly DumpstreamRecord[]): { dump: DumpRecord; signatures: SignatureRecord[] }[] {
  return records
    .filter((record): record is DumpRecord => record.type === 'dump')
    .map((dump) => ({
      dump,
      signatures: records.filter(
        (each): each is SignatureRecord => each.type === 'signature' && each.dump === dump.dump,
      ),
    }))
}

function chainOf(record: SignatureRecord): string {
  return (record.stack ?? [])
    .map((frame) => frame.split(' ')[0] ?? '')
    .filter((name) => !name.startsWith('runtime.'))
    .join(' < ')
}

/** The goroutine that dumps is busy with another function each time. */
function withoutDumper(stacks: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...stacks].filter(([chain]) => !/main\.(?:dump|tell)\b/.test(chain)).sort())
}

const variants: { toolchain: Toolchain; language: string | undefined; form: string }[] = TOOLCHAINS.flatMap(
  (toolchain) => [
    { toolchain, language: undefined, form: 'stack' },
    { toolchain, language: undefined, form: 'debug2' },
    { toolchain, language: undefined, form: 'debug1' },
  ],
)
variants.push({ toolchain: 'go1.27.3', language: '1.27', form: 'stack' })

describe('the leaking service, read from its stdout while it logs', () => {
  it.each(variants)(
    '$toolchain, go.mod $language, -dump $form: every count is what the runtime counts',
    async ({ toolchain, language, form }) => {
      const run = start(binary(toolchain, language), ['-dump', form])
      await sleep(300)
      for (let i = 0; i < 3; i++) {
        await run.signal()
        await sleep(400)
      }
      const found = dumpsOf(dumpstream(`/proc/${run.pid}/fd/1`))
      const expected = truths(run.report)
      expect(found.map(({ dump }) => dump.goroutines)).toEqual(expected.map((truth) => truth.goroutines))
      expect(found.map(({ dump }) => [dump.kind, dump.damaged, dump.truncated])).toEqual(
        [0, 1, 2].map(() => ['all', 0, false]),
      )
      found.forEach(({ signatures }, i) => {
        const stacks = new Map<string, number>()
        for (const each of signatures)
          if (each.count > 0) stacks.set(chainOf(each), (stacks.get(chainOf(each)) ?? 0) + each.count)
        expect(withoutDumper(stacks)).toEqual(withoutDumper(expected[i]?.stacks ?? new Map()))
      })
      const labelled = found[2]?.signatures.find((each) => each.function.endsWith('producer.(*Producer).send'))
      if (language === '1.27' || form === 'debug1')
        expect(labelled?.labels).toEqual({ topic: { hashtags: labelled?.count } })
      if (form === 'debug1') return
      const leaking = found[2]?.signatures
        .filter((each) => each.verdict === 'leaking')
        .map((each) => each.function)
        .sort()
      expect(leaking).toEqual([
        'content_svr/cron/hashtag_suggestion.(*Cron).step2.func1',
        'content_svr/cron/hashtag_suggestion.(*Cron).step3.func1',
        'content_svr/producer.(*Producer).send',
      ])
      for (const each of found[2]?.signatures ?? []) {
        if (each.verdict !== 'leaking') continue
        expect([each.survivors, each.new]).toEqual([each.count - (each.delta ?? 0), each.delta])
      }
    },
  )

  it.each(TOOLCHAINS)('%s: the fixed build is clean', async (toolchain) => {
    const run = start(binary(toolchain), ['-fixed'])
    await sleep(300)
    for (let i = 0; i < 3; i++) {
      await run.signal()
      await sleep(400)
    }
    const found = dumpsOf(dumpstream(run.log))
    expect(found.map(({ dump }) => dump.goroutines)).toEqual(truths(run.report).map((truth) => truth.goroutines))
    expect(
      found.flatMap(({ signatures }) =>
        signatures.filter((each) => each.verdict === 'leaking' || each.verdict === 'growing'),
      ),
    ).toEqual([])
  })

  it.each(TOOLCHAINS)(
    '%s: SIGQUIT is a dump of its own kind, with every goroutine that has a header',
    async (toolchain) => {
      const run = start(binary(toolchain), [])
      await sleep(300)
      const ended = new Promise((resolve) => service?.once('exit', resolve))
      service?.kill('SIGQUIT')
      await ended
      const [found] = dumpsOf(dumpstream(run.log))
      const headers = readFileSync(run.log, 'latin1').match(/^goroutine \d+ .*\[/gm)?.length
      expect(found?.dump).toMatchObject({
        kind: 'signal',
        goroutines: headers,
        damaged: 0,
        truncated: false,
        reason: 'SIGQUIT: quit',
      })
    },
  )

  it('says the number that grep was used for, as goroutines', async () => {
    const run = start(binary('local'), [])
    await sleep(300)
    await run.signal()
    const truth = truths(run.report)[0]
    const wanted = [...(truth?.stacks ?? [])]
      .filter(([chain]) => chain.includes('cron/hashtag_suggestion'))
      .reduce((sum, [, count]) => sum + count, 0)
    const text = execFileSync(
      process.execPath,
      [join(root, 'dist/cli.js'), '--format', 'text', '--match', 'cron/hashtag_suggestion', run.log],
      { encoding: 'utf8' },
    )
    expect(text).toMatch(new RegExp(`\\b${wanted} goroutines?\\b`))
  })
})
