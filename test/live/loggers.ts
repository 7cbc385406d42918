/** The program in loggers/: Go's own loggers and klog, zap, logrus and zerolog dump its goroutines in each usual way. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Truth } from '../golden/carried.ts'
import { buildGo, type Toolchain, temporaryFolder } from './go.ts'

const source = fileURLToPath(new URL('loggers', import.meta.url))
const binaries = new Map<Toolchain, string>()

export const LOGGERS = [
  'none',
  'log',
  'log-full',
  'log-msgprefix',
  'slog-text',
  'slog-json',
  'klog',
  'zap-json',
  'zap-console',
  'logrus-text',
  'logrus-colours',
  'logrus-json',
  'zerolog-json',
  'zerolog-console',
  'zerolog-colours',
] as const

/** Line by line; so with fields behind each; the whole dump as message, as a field; in an error. */
const WAYS = ['lines', 'fields', 'message', 'field', 'error'] as const

export const RUNS: readonly (readonly [logger: string, way: string])[] = [
  ...LOGGERS.flatMap((logger) => WAYS.map((way) => [logger, way] as const)),
  // zap's own stack trace is of no goroutine.
  ['zap-json', 'trace'],
  ['zap-console', 'trace'],
]

export interface Logged {
  readonly log: Buffer
  readonly truth: Truth
}

export function runLogger(toolchain: Toolchain, logger: string, way: string): Logged {
  const binary = binaries.get(toolchain) ?? buildGo(source, toolchain, undefined, ['-trimpath'])
  binaries.set(toolchain, binary)
  const file = join(temporaryFolder(), 'truth.json')
  const run = spawnSync(binary, ['-logger', logger, '-way', way, '-truth', file], { timeout: 30_000 })
  if (run.status !== 0) throw new Error(`loggers: ${run.error?.message ?? run.stderr}`)
  const { goroutines, functions } = JSON.parse(readFileSync(file, 'utf8'))
  return {
    log: run.stdout,
    truth: { dumps: goroutines > 0 ? 1 : 0, goroutines, functions, log: passes(way, run.stdout.toString('utf8')) },
  }
}

function passes(way: string, log: string): Truth['log'] {
  if (way === 'lines' || way === 'fields') return 'requests'
  return way === 'trace' || log.includes('goroutine 1 [running]:\\n') ? 'all' : 'rest'
}
