// Runs commands and measures their time and memory.
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const here = (path) => fileURLToPath(new URL(path, import.meta.url))
export const CLI = here('../dist/cli.cjs')
const PEAK = new URL('programs/peak.mjs', import.meta.url).href

/** A folder for inputs, removed at exit. */
export const temporary = mkdtempSync(join(tmpdir(), 'dumpstream-bench-'))
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

/** Writes the output of a generator to a file in the temporary folder. */
export function makeFile(name, pieces) {
  const path = join(temporary, name)
  const fd = openSync(path, 'w')
  for (const piece of pieces) writeSync(fd, piece)
  closeSync(fd)
  return path
}

export const remove = (path) => rmSync(path, { force: true })

/**
 * Seconds from start to exit of one run. Its stdout goes to a file, because GNU grep stops at the first match if it is /dev/null.
 * Throws if the command failed.
 */
export function wall(argv, { env, allow = [0] } = {}) {
  const out = openSync(join(temporary, 'stdout'), 'w')
  const start = process.hrtime.bigint()
  const run = spawnSync(argv[0], argv.slice(1), { stdio: ['ignore', out, 'pipe'], env: { ...process.env, ...env } })
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  closeSync(out)
  if (run.error !== undefined) throw run.error
  if (!allow.includes(run.status)) {
    throw new Error(`${argv.join(' ')}: exit ${run.status} ${run.signal ?? ''}\n${run.stderr}`)
  }
  return seconds
}

/** `cat FILE | argv`, as an argv. */
export const piped = (file, argv) => ['sh', '-c', 'cat "$0" | "$@"', file, ...argv]

/**
 * Seconds that `argv(file)` needs for `file` in addition to what it needs for an empty file. Each is the minimum of some runs, because other work on
 * the machine can only add time.
 */
export function beyondStart(argv, file, runs, options) {
  const empty = makeFile('empty', [])
  const starts = []
  const samples = []
  for (let i = 0; i < runs; i++) {
    starts.push(wall(argv(empty), options))
    samples.push(wall(argv(file), options))
  }
  return { seconds: Math.max(Math.min(...samples) - Math.min(...starts), 1e-4), start: Math.min(...starts), samples }
}

/** Runs a Node program, and returns its peak resident memory in bytes and its time in seconds. `before`: a command that is piped into it. */
export function peak(program, { before } = {}) {
  const file = join(temporary, 'peak')
  const node = [process.execPath, '--import', PEAK, ...program]
  const argv =
    before === undefined ? node : ['sh', '-c', `${before.map(quote).join(' ')} | ${node.map(quote).join(' ')}`]
  const seconds = wall(argv, { env: { PEAK_FILE: file } })
  return { bytes: Number(readFileSync(file, 'latin1')), seconds }
}

const quote = (word) => `'${String(word).replaceAll("'", "'\\''")}'`

/** Runs a program that prints one JSON object. */
export function json(argv, { late } = {}) {
  const run = spawnSync(argv[0], argv.slice(1), { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (run.error !== undefined) throw run.error
  if (late !== undefined && run.status === late) return undefined
  if (run.status !== 0) throw new Error(`${argv.join(' ')}: exit ${run.status}\n${run.stderr}`)
  return JSON.parse(run.stdout)
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

export const MB = 1e6
export const ms = (seconds) => `${(seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0)} ms`
export const rate = (bytes, seconds) => `${(bytes / seconds / MB).toFixed(0)} MB/s`
export const megabytes = (bytes) => `${(bytes / MB).toFixed(0)} MB`

/** The first number of /proc/loadavg, or undefined. */
export function load() {
  try {
    return Number(readFileSync('/proc/loadavg', 'latin1').split(' ')[0])
  } catch {
    return undefined
  }
}
