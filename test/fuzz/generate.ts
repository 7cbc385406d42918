/**
 * Inputs that are nearly logs with dumps: lines of real dumps, single stacks, preambles and log lines, put into carriers, and carriers into
 * carriers, woven together, and damaged by bytes, by lines and by splices.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { INPUT_KINDS } from '../../src/carriers/detect.ts'
import type { Limits } from '../../src/core/limits.ts'
import type { EngineOptions } from '../../src/engine/engine.ts'
import { WRAPS } from '../carriers/weave.ts'
import { WRITTEN } from '../forms/written.ts'
import { LOG_LINES } from '../property/weave.ts'
import type { Random } from './random.ts'

const SMALL = 6_000
const LARGEST_INPUT = 4_000
/** Most inputs are no longer: a fault that needs more is rare, and an input costs as much time as it is long. */
const USUAL_INPUT = 1_000
/** Lines of a text that are taken at once: mostly few, since most faults are where one thing ends and another begins. */
const FEW_LINES = 8
const MANY_LINES = 40

/** Lines of real texts, Latin-1: the small goldens, and the beginnings of the others. */
const TEXTS: readonly (readonly string[])[] = ['dumps', 'carriers'].flatMap((folder) => {
  const path = fileURLToPath(new URL(`../golden/${folder}/`, import.meta.url))
  return readdirSync(path)
    .filter((name) => /\.(?:txt|log)$/.test(name))
    .map((name) =>
      readFileSync(path + name, 'latin1')
        .slice(0, SMALL)
        .split('\n'),
    )
})

/** Single lines on which something turns. */
const SEEDS: readonly string[] = [
  'goroutine 7 [running]:',
  'goroutine 7 [chan receive, 3 minutes]:',
  'goroutine 1 gp=0xc000002380 m=0 mp=0x5c2f00 [running]:',
  'goroutine 7 [select] {k: v, "odd": "a]: \\"q\\""}:',
  'goroutine 99999999999999999999 [running]:',
  'goroutine 7 [sleep, 99999999999999999999 minutes]:',
  'main.f(0x1, 0x2)',
  '\t/app/main.go:3 +0x1d',
  'created by main.main in goroutine 1',
  'main.main()',
  '...additional frames elided...',
  '...12 frames elided...',
  'goroutine profile: total 3',
  'goroutineleak profile: total 1',
  '3 @ 0x47 0x48',
  '9007199254740993 @ 0x47 0x48',
  '#\t0x47\tmain.f+0x1d\t/app/main.go:3',
  '# labels: {"k":"v"}',
  'panic: boom',
  'panic: boom [recovered]',
  'SIGQUIT: quit',
  'fatal error: all goroutines are asleep - deadlock!',
  'runtime stack:',
  'runtime.throw(0xf227ff, 0x16)',
  '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]',
  'rax    0x0',
  '-----',
  'exit status 2',
  '==================',
  'WARNING: DATA RACE',
  'Read at 0x00c000014098 by goroutine 7:',
  'Previous write at 0x00c000014098 by main goroutine:',
  'Goroutine 7 (running) created at:',
  '  main.f()',
  '      /app/main.go:3 +0x1d',
  '',
  '',
  ' ',
  '\t',
  '==> a.log <==',
  '==> b.log <==',
  'E1124 08:17:51.515399   26313 main.go:18] "failed" stack=<',
  ' >',
  '2020/02/09 17:43:52 recovered: no such user u1: goroutine 32 [running]:',
  'panic=boom stack=goroutine 32 [running]:',
  '2026/11/24 08:01:14 http: panic serving 127.0.0.1:35152: boom',
  '{"t":1e39,"msg":"goroutine 1 [running]:\\nmain.main()\\n\\t/src/main.go:3 +0x1\\n"}',
  '{"level":"error","stacktrace":"goroutine 1 [running]:\\nmain.main()\\n\\t/src/main.go:3 +0x1"}',
  '[PANIC RECOVER] boom goroutine 32 [running]:',
  'see goroutine 7 [running]: in the docs',
  'see goroutine 7 [running]:',
  '=== END goroutine stack dump ===',
]

const WRAP_LIST = Object.values(WRAPS)

/** What stands before a header on its line, before a line, or before what a carrier puts there. */
const LABELS: readonly string[] = [
  '2020/02/09 17:43:52 ',
  '2020/02/09 17:43:52 recovered: no such user u1: ',
  'recovered: boom ',
  'panic=boom stack=',
  'Stack trace: ',
  'E1124 08:17:51.515399   26313 main.go:18] ',
  'Nov 24 05:00:00 host app[43]: ',
  'Nov 24 05:00:01 host application-with-a-long-name[4711]: ',
  '2026-11-24T05:00:00.123456789Z stderr F ',
  'time=2026-11-24T05:00:00Z level=error msg=',
  '\u001b[36mweb-1  |\u001b[0m ',
  '\u001b[31m',
  '// ',
  '                              ',
]
const FORM_LINES = 20

const GLUE: readonly string[] = [': ', ' ', '', '\t', ']', '"', '\\', '\\n', '{', '\u001b[0m', '\0', '\xff']

/** The bytes of an input, and what it is read with. */
export interface Input {
  readonly bytes: Buffer
  readonly options: EngineOptions
}

export function generate(random: Random): Input {
  let lines = piece(random)
  while (!random.once(2)) lines = random.once(3) ? weave(random, lines, piece(random)) : [...lines, ...piece(random)]
  if (random.once(8)) lines = wrap(random, lines)
  if (random.once(8)) lines.unshift('==> a.log <==')
  if (random.once(16)) lines = tailed(random, lines)
  if (random.once(12)) lines.reverse()
  let bytes = random.once(10)
    ? random.pick(WRITTEN).write(inForm(random, lines.slice(0, FORM_LINES)))
    : random.once(40)
      ? framed(random, written(random, lines))
      : written(random, lines)
  while (random.once(2)) bytes = damage(random, bytes)
  return { bytes, options: someOptions(random) }
}

/** Stores keep the colours of what they are sent. */
function inForm(random: Random, lines: readonly string[]): readonly string[] {
  if (!random.once(3)) return lines
  const colour = random.pick(['\u001b[36m', '\u001b[1;31m', '\u001b[90m5:11AM\u001b[0m '])
  return lines.map((line) => `${colour}${line}\u001b[0m`)
}

function written(random: Random, lines: readonly string[]): Buffer {
  let text = lines.join('\n')
  if (!random.once(4)) text += '\n'
  if (random.once(6)) text = text.replaceAll('\n', '\r\n')
  return Buffer.from(text.slice(0, random.once(8) ? LARGEST_INPUT : USUAL_INPUT), 'latin1')
}

/** The two streams of a container, as Docker's API sends them: in frames that end anywhere. */
function framed(random: Random, bytes: Buffer): Buffer {
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const size = random.once(3) ? 1 + random.below(8) : random.below(200)
    const payload = bytes.subarray(at, at + size)
    const head = Buffer.from([1 + random.below(2), 0, 0, 0, 0, 0, 0, 0])
    head.writeUInt32BE(payload.length, 4)
    frames.push(head, payload)
    at += size
  }
  return Buffer.concat(frames)
}

function piece(random: Random): string[] {
  let lines: string[]
  switch (random.below(5)) {
    case 0:
      lines = run(random, random.pick(TEXTS), random.once(8) ? MANY_LINES : FEW_LINES)
      break
    case 1:
      lines = [
        'goroutine 7 [running]:',
        'main.f(0x1)',
        '\t/app/main.go:3 +0x1d',
        'created by main.main',
        '\t/app/main.go:9 +0x2',
      ].slice(0, 2 + random.below(4))
      break
    case 2:
      lines = Array.from({ length: 1 + random.below(6) }, () => random.pick(LOG_LINES))
      break
    default:
      lines = Array.from({ length: 1 + random.below(8) }, () => random.pick(SEEDS))
  }
  if (random.once(4)) lines = editLines(random, lines)
  if (random.once(6)) lines = labelled(random, lines)
  if (random.once(3)) lines = wrap(random, lines)
  if (random.once(16)) lines = labelled(random, lines)
  return lines
}

/** A label before each line, before the headers, or before some. */
function labelled(random: Random, lines: readonly string[]): string[] {
  const label = random.pick(LABELS)
  const one = random.below(lines.length)
  switch (random.below(3)) {
    case 0:
      return lines.map((line) => label + line)
    case 1:
      return lines.map((line) => (line.includes('goroutine') ? label + line : line))
    default:
      return lines.map((line, i) => (i === one || random.once(4) ? label + line : line))
  }
}

/** As `tail -f` writes the lines of two files: a title before those that come at once. */
function tailed(random: Random, lines: readonly string[]): string[] {
  const out: string[] = []
  for (let at = 0; at < lines.length; ) {
    const count = 1 + random.below(6)
    if (at > 0) out.push('')
    out.push(random.once(3) ? '==> b.log <==' : '==> a.log <==', ...lines.slice(at, at + count))
    at += count
  }
  return out
}

function run(random: Random, lines: readonly string[], most: number): string[] {
  const from = random.once(2) ? 0 : random.below(lines.length)
  return lines.slice(from, from + 1 + random.below(most))
}

function wrap(random: Random, lines: readonly string[]): string[] {
  const one = random.pick(WRAP_LIST)
  if (random.once(6)) return [JSON.stringify({ level: 'error', stack: lines.join('\n') })]
  if (random.once(8))
    return ['E1124 08:17:51.515399   26313 main.go:18] "failed" stack=<', ...lines.map((line) => `\t${line}`), ' >']
  // Two carriers by turns: two writers, or one behind the other's rotation.
  if (random.once(8)) {
    const other = random.pick(WRAP_LIST)
    const turn = 1 + random.below(4)
    return lines.flatMap((line, i) => (Math.floor(i / turn) % 2 === 0 ? one : other)(line, i).split('\n'))
  }
  // A prefix on the first line alone: what follows was logged with it in one call.
  if (random.once(6)) return lines.flatMap((line, i) => (i === 0 ? one(line, i).split('\n') : line))
  return lines.flatMap((line, i) => one(line, i).split('\n'))
}

function weave(random: Random, one: readonly string[], other: readonly string[]): string[] {
  const out: string[] = []
  let [i, j] = [0, 0]
  while (i < one.length || j < other.length) {
    if (j >= other.length || (i < one.length && !random.once(2))) out.push(one[i++] ?? '')
    else out.push(other[j++] ?? '')
  }
  return out
}

function editLines(random: Random, lines: readonly string[]): string[] {
  const out = [...lines]
  const at = random.below(out.length)
  switch (random.below(5)) {
    case 0:
      out.splice(at, 1)
      break
    case 1:
      out.splice(at, 0, out[random.below(out.length)] ?? '')
      break
    case 2:
      out.splice(at, 0, random.pick(SEEDS))
      break
    case 3: {
      // Two lines become one.
      const glued = `${out[at] ?? ''}${random.pick(GLUE)}${out[at + 1] ?? ''}`
      out.splice(at, 2, glued)
      break
    }
    default: {
      // A line is cut, and the rest comes later.
      const line = out[at] ?? ''
      const cut = random.below(line.length + 1)
      out.splice(at, 1, line.slice(0, cut), ...(random.once(2) ? [random.pick(LOG_LINES)] : []), line.slice(cut))
    }
  }
  return out
}

export function damage(random: Random, bytes: Buffer): Buffer {
  if (bytes.length === 0) return bytes
  const at = random.below(bytes.length)
  const length = 1 + random.below(random.once(3) ? 200 : 4)
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + length)]
  switch (random.below(6)) {
    case 0:
      return Buffer.concat([before, after])
    case 1:
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)])
    case 2:
      return Buffer.concat([before, Buffer.from(random.pick(GLUE), 'latin1'), bytes.subarray(at)])
    case 3:
      return Buffer.concat([before, Buffer.from(random.pick(['\r', '\n', '\r\n', '\n\n'])), bytes.subarray(at)])
    case 4:
      return Buffer.concat([before, bytes.subarray(random.below(bytes.length)).subarray(0, length), bytes.subarray(at)])
    default: {
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8))
      return flipped
    }
  }
}

const SMALL_LIMITS: Readonly<Partial<Record<keyof Limits, number>>> = {
  lineBytes: 400,
  foreignLines: 6,
  foreignBytes: 500,
  preambleBytes: 400,
  candidateLines: 5,
  candidateHeaders: 4,
  fragments: 4,
  signatures: 3,
  frames: 6,
  goroutineIds: 5,
  sources: 3,
}

const SIMILARITIES = ['origin', 'functions', 'lines', 'exact'] as const

function someOptions(random: Random): EngineOptions {
  return {
    order: random.once(2) ? 'auto' : 'oldest_first',
    ...(random.once(3) ? { limits: smallLimits(random) } : {}),
    ...(random.once(6) ? { input: random.pick(INPUT_KINDS) } : {}),
    ...(random.once(6) ? { similarity: random.pick(SIMILARITIES) } : {}),
    ...(random.once(6) ? { goroutines: true } : {}),
    ...(random.once(8) ? { qualified: true, source: 'app.log' } : {}),
  }
}

function smallLimits(random: Random): Partial<Limits> {
  const limits: Partial<Record<keyof Limits, number>> = {}
  for (const [name, most] of Object.entries(SMALL_LIMITS)) {
    if (!random.once(4)) continue
    limits[name as keyof Limits] = 1 + random.below(most)
  }
  if (random.once(20)) limits.memoryBytes = 4096 + random.below(32 << 10)
  return limits
}
