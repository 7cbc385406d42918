/** The service of examples/leaky-service: compiled, run and signalled; what it says of itself, and what dumpstream finds. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach } from 'vitest'
import type { DumpRecord, DumpstreamRecord, SignatureRecord } from '../../src/core/records.ts'
import { until } from '../sinks/otel/receiver.ts'
import { buildGo, type Toolchain, temporaryFolder } from './go.ts'

export const root: string = fileURLToPath(new URL('../..', import.meta.url))
const source = join(root, 'examples/leaky-service')
const binaries = new Map<string, string>()
let services: ChildProcess[] = []

afterEach(() => {
  for (const service of services) service.kill('SIGKILL')
  services = []
})

/** The service as this toolchain compiles it; with `language`, as a module of that Go version. */
export function binary(toolchain: Toolchain, language?: string): string {
  const key = `${toolchain} ${language}`
  const built = binaries.get(key) ?? buildGo(source, toolchain, language)
  binaries.set(key, built)
  return built
}

export interface Run {
  readonly pid: number
  readonly log: string
  readonly report: string
  /** SIGUSR2; resolves when the dump and the truth about it are written. */
  signal(): Promise<void>
  /** SIGQUIT; resolves when the process has ended. */
  quit(): Promise<void>
}

/** Starts the service with its stdout and stderr in one file, and stops it after the test. */
export function start(program: string, args: readonly string[]): Run {
  const folder = temporaryFolder()
  const log = join(folder, 'app.log')
  const report = join(folder, 'report.txt')
  const fd = openSync(log, 'a')
  const child = spawn(program, ['-interval', '20ms', '-report', report, ...args], { stdio: ['ignore', fd, fd] })
  closeSync(fd)
  services.push(child)
  let dumps = 0
  return {
    pid: child.pid ?? 0,
    log,
    report,
    async signal() {
      dumps++
      child.kill('SIGUSR2')
      await until(() => truths(report).length >= dumps)
    },
    async quit() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGQUIT')
      await ended
    },
  }
}

export interface Truth {
  readonly goroutines: number
  /** Chain of functions that are not runtime's → goroutines, from pprof's text. */
  readonly stacks: Map<string, number>
}

/** Reads the report by the plainest means there are, so that it says something that the engine does not. */
export function truths(path: string): Truth[] {
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

/** The records that the built command writes of these files. */
export function dumpstream(...args: string[]): DumpstreamRecord[] {
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

export interface FoundDump {
  readonly dump: DumpRecord
  readonly signatures: readonly SignatureRecord[]
}

export function dumpsOf(records: readonly DumpstreamRecord[]): FoundDump[] {
  return records
    .filter((record): record is DumpRecord => record.type === 'dump')
    .map((dump) => ({
      dump,
      signatures: records.filter(
        (each): each is SignatureRecord => each.type === 'signature' && each.dump === dump.dump,
      ),
    }))
}

/** Chain of functions that are not runtime's → goroutines, as `Truth` has them. */
export function stacksOf(signatures: readonly SignatureRecord[]): Map<string, number> {
  const stacks = new Map<string, number>()
  for (const record of signatures) {
    if (record.count === 0) continue
    const chain = (record.stack ?? [])
      .map((frame) => frame.split(' ')[0] ?? '')
      .filter((name) => !name.startsWith('runtime.'))
      .join(' < ')
    stacks.set(chain, (stacks.get(chain) ?? 0) + record.count)
  }
  return stacks
}

/**
 * What the dump and the truth agree on: the goroutine that dumps is busy with another function each time, and a worker that sleeps may wake up
 * between the two, and then waits for the pause to end. So workers are counted by their entry function alone.
 */
export function withoutDumper(stacks: ReadonlyMap<string, number>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [chain, count] of [...stacks].sort()) {
    if (/main\.(?:dump|tell)\b/.test(chain)) continue
    const name = /(?:^| < )(main\.(?:serve|every))$/.exec(chain)?.[1] ?? chain
    counts[name] = (counts[name] ?? 0) + count
  }
  return counts
}
