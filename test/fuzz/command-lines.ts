/**
 * Command lines that nobody would type: each command with some of its flags, with values that are right, nearly right, or hostile. Each ends, by
 * itself or by SIGTERM, with an exit code that is documented; a mistake is one line, and nothing shows the inside of the program.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COMMANDS, flagsOf } from '../../src/cli/commands.ts'
import { EXIT } from '../../src/cli/exit.ts'
import type { Flag } from '../../src/cli/flag.ts'
import { FLAGS } from '../../src/cli/flags.ts'
import type { Checked } from './archives.ts'
import type { Fault } from './check.ts'
import { generate } from './generate.ts'
import type { Random } from './random.ts'

/** After this, a command that goes on is asked to end; after that, it hangs. */
const RUNS_MS = 4_000
const HANGS_MS = 30_000
/** These do something to others: they signal processes and run programs. */
const HARMFUL = new Set(['pid', 'exec', 'signal', 'container', 'name'])
const CODES: readonly number[] = Object.values(EXIT)

export const HOSTILE_VALUES: readonly string[] = [
  '',
  ' ',
  '-',
  '--',
  '-1',
  '0',
  '-0',
  '1e999',
  'NaN',
  'Infinity',
  '9007199254740993',
  '0x10',
  '1.5',
  '1ms',
  '99999999999999d',
  '-5s',
  '1e308s',
  '5G',
  '99999999999999T',
  'x',
  'a=b',
  '=',
  'a=',
  '=1',
  ':',
  'a:b:c',
  ',',
  ',,a,',
  '__proto__',
  'constructor',
  'toString',
  '(',
  '(a+)+$',
  '[',
  '\\',
  '(?<=a)b',
  '{"a":1}',
  '/',
  '.',
  '/dev/full',
  '/dev/null',
  'no/such/folder/x',
  'http://',
  'http://[::1',
  'http://127.0.0.1:1/',
  'https://user:pass@127.0.0.1:1/x?y#z',
  'file:///etc/hostname',
  'unix:/no/such/socket',
  '127.0.0.1:99999',
  '127.0.0.1:0',
  '[::]:x',
  ':0',
  'app.log#2',
  'app.log#99',
  'app.log#-1',
  '*.log',
  '[',
  '**',
  '\u001b[31mred',
  'a\nb',
  '\u202egol.ppa',
  '\ufeffx',
  '\ud83d',
  'x'.repeat(10_000),
]

export async function checkCommandLine(random: Random, cli: string): Promise<Checked> {
  const command = random.once(2) ? undefined : random.pick(COMMANDS)
  const flags = (command === undefined ? FLAGS : flagsOf(command)).filter(({ name }) => !HARMFUL.has(name))
  const argv = command === undefined ? [] : [command.name]
  for (let i = random.below(4); i >= 0; i--) argv.push(...spelled(random, random.pick(flags)))
  for (let i = random.below(3); i > 0; i--) argv.push(random.once(3) ? random.pick(HOSTILE_VALUES) : 'app.log')
  const { bytes } = generate(random)
  const folder = mkdtempSync(join(tmpdir(), 'dumpstream-fuzz-'))
  try {
    writeFileSync(join(folder, 'app.log'), bytes)
    return { bytes, fault: await run(cli, argv, folder, bytes) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function spelled(random: Random, { name, short, value, choices, example }: Flag): string[] {
  if (value === undefined) return [random.once(6) ? `--${name}=${random.pick(HOSTILE_VALUES)}` : `--${name}`]
  const right = choices !== undefined && random.once(2) ? random.pick(choices) : example
  const given = right !== undefined && random.once(2) ? right : random.pick(HOSTILE_VALUES)
  if (random.once(3)) return [`--${name}`, given]
  return short !== undefined && random.once(2) ? [`-${short}`, given] : [`--${name}=${given}`]
}

async function run(cli: string, argv: readonly string[], cwd: string, input: Buffer): Promise<Fault> {
  const child = spawn(process.execPath, [cli, ...argv], {
    cwd,
    timeout: HANGS_MS,
    killSignal: 'SIGKILL',
    env: { PATH: process.env.PATH, HOME: cwd, TZ: 'UTC', LANG: 'C.UTF-8' },
  })
  let stderr = ''
  child.stdout.resume()
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const timer = setTimeout(() => child.kill('SIGTERM'), RUNS_MS)
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('close', (...ended) => resolve(ended)),
  )
  clearTimeout(timer)
  const what = judge(code, signal, stderr)
  return what === undefined ? undefined : `${what}: ${JSON.stringify(argv).slice(0, 500)}: ${stderr.slice(0, 500)}`
}

function judge(code: number | null, signal: string | null, stderr: string): Fault {
  if (signal === 'SIGKILL') return 'hangs'
  // Before it listens for signals, SIGTERM ends it.
  if (signal !== null) return signal === 'SIGTERM' ? undefined : `ends by ${signal}`
  if (code === null || !CODES.includes(code)) return `exit code ${code}`
  if (/^ {4}at |node:internal/m.test(stderr)) return 'shows the inside'
  if (code === EXIT.usage && !/^dumpstream: [^\n]+\n$/.test(stderr)) return 'a mistake is not one line'
  return undefined
}
