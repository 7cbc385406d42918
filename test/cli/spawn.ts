/** Runs the built command as a user would: a process of its own, with a fixed environment. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const CLI: string = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url))

const { DUMPSTREAM_BINARY } = process.env

/** The command and its first arguments: the built command, or the single file that DUMPSTREAM_BINARY names. */
export const COMMAND: readonly [string, ...string[]] =
  DUMPSTREAM_BINARY === undefined ? [process.execPath, CLI] : [DUMPSTREAM_BINARY]
const SHELL_COMMAND = COMMAND.map((word) => `'${word}'`).join(' ')

export interface CliResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly bytes: Buffer
}

export interface CliSetup {
  /** Written to stdin, which is then closed. Without it stdin is empty. */
  readonly input?: Uint8Array | string
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** The records of a run with `--format jsonl`, but for the summaries of its inputs. */
export function recordsIn(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line): Record<string, unknown> => JSON.parse(line))
    .filter(({ type }) => type !== 'summary')
}

export function environment(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', DUMPSTREAM_COVERAGE } = process.env
  // What the command runs counts as covered: scripts/coverage.mjs.
  const coverage =
    DUMPSTREAM_COVERAGE === undefined ? {} : { NODE_V8_COVERAGE: DUMPSTREAM_COVERAGE, NODE_DISABLE_COMPILE_CACHE: '1' }
  return { PATH, HOME: '/nonexistent', LANG: 'C.UTF-8', TZ: 'UTC', TERM: 'dumb', ...coverage, ...more }
}

export function start(argv: readonly string[], setup: CliSetup = {}): ChildProcess {
  const [program, ...first] = COMMAND
  return spawn(program, [...first, ...argv], {
    env: environment(setup.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(setup.cwd === undefined ? {} : { cwd: setup.cwd }),
  })
}

export function finish(child: ChildProcess): Promise<CliResult> {
  const stdout: Buffer[] = []
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const bytes = Buffer.concat(stdout)
      resolve({ code, signal, stdout: bytes.toString(), stderr, bytes })
    })
  })
}

export async function cli(argv: readonly string[], setup: CliSetup = {}): Promise<CliResult> {
  const child = start(argv, setup)
  // A command that does not read its stdin closes it early.
  child.stdin?.on('error', () => {})
  child.stdin?.end(setup.input ?? '')
  return await finish(child)
}

/** A shell line in which `dumpstream` is the built command. */
export async function shell(line: string, setup: CliSetup = {}): Promise<CliResult> {
  const child = spawn('bash', ['-c', `dumpstream() { ${SHELL_COMMAND} "$@"; }\n${line}`], {
    env: environment(setup.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(setup.cwd === undefined ? {} : { cwd: setup.cwd }),
  })
  child.stdin.on('error', () => {})
  child.stdin.end(setup.input ?? '')
  return await finish(child)
}

/** The same, behind a terminal of so many columns. stdout and stderr are one then, with CRLF line ends taken out. */
export async function terminal(line: string, columns: number, setup: CliSetup = {}): Promise<CliResult> {
  const script = `stty cols ${columns} rows 50; dumpstream() { ${SHELL_COMMAND} "$@"; }; ${line}`
  const child = spawn('script', ['--quiet', '--return', '--command', `bash -c ${shellQuote(script)}`, '/dev/null'], {
    env: environment({ TERM: 'xterm-256color', ...setup.env }),
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(setup.cwd === undefined ? {} : { cwd: setup.cwd }),
  })
  child.stdin.on('error', () => {})
  if (setup.input !== undefined) child.stdin.write(setup.input)
  const result = await finish(child)
  child.stdin.end()
  return { ...result, stdout: result.stdout.replaceAll('\r\n', '\n') }
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
