/**
 * `dumpstream fluent-bit --check [RECORDS]`: checks that everything is there that dumpstream.lua needs. RECORDS are lines of JSON, as Fluent Bit's
 * stdout output writes them: checks that they have the text where it is looked for.
 */
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DumpstreamError } from '../core/errors.ts'
import { systemErrorText } from '../core/system-error.ts'
import { VERSION } from '../core/version.ts'
import { isFields, parseJson } from '../mounts/events.ts'
import { JOURNAL_PROTOCOL } from '../mounts/journal.ts'
import { type ParsedArgs, usageError } from './args.ts'
import { EXIT } from './exit.ts'
import { openStdout } from './stdout.ts'
import type { Terminal } from './terminal.ts'
import { FlagValues } from './values.ts'

type Env = Terminal['env']
interface Finding {
  readonly isFine: boolean
  readonly text: string
}

const fine = (text: string): Finding => ({ isFine: true, text })
const wrong = (text: string): Finding => ({ isFine: false, text })

/** The same as in dumpstream.lua. */
const TEXT_KEYS = ['log', 'message', 'msg', 'MESSAGE']
/** The first version whose Lua filter supports metadata (plugins/filter_lua/lua.c). */
const METADATA_SINCE = 5
const START_MS = 5_000
const SAMPLE_BYTES = 8 << 20

/** Resolves to the exit code: 1 if something is wrong. */
export async function run(args: ParsedArgs, terminal: Terminal): Promise<number> {
  if (!new FlagValues(args).has('check')) throw usageError('fluent-bit takes --check: dumpstream fluent-bit --check')
  const [records, ...more] = args.operands
  if (more.length > 0) throw usageError('fluent-bit --check takes one file of records')
  const { env } = terminal
  const findings = [
    fine(`dumpstream ${VERSION}, protocol ${JOURNAL_PROTOCOL}, Node ${process.versions.node}`),
    await bridge(env),
    directory(env),
    fluentBit(env),
    ...(records === undefined ? [] : [text(records, env)]),
  ]
  const stdout = openStdout(terminal.stdout)
  for (const { isFine, text: line } of findings) stdout.write(`${isFine ? 'ok   ' : 'WRONG'}  ${line}\n`)
  stdout.flush()
  if (stdout.failure !== undefined) throw stdout.failure
  return findings.every(({ isFine }) => isFine) ? EXIT.fine : EXIT.condition
}

/** Starts the same command as dumpstream.lua. */
async function bridge(env: Env): Promise<Finding> {
  const command = env.DUMPSTREAM ?? 'dumpstream bridge'
  const [program = ''] = command.split(' ')
  const found = spawnSync('sh', ['-c', 'command -v "$0"', program], { encoding: 'utf8', env }).stdout.trim()
  if (found === '') {
    return wrong(
      `${program} is not on the PATH (${env.PATH ?? ''}): install it there, or set DUMPSTREAM="/path/to/dumpstream bridge"`,
    )
  }
  const folder = mkdtempSync(join(tmpdir(), 'dumpstream-check-'))
  try {
    const child = spawn('sh', ['-c', `exec ${command} --journal '${folder}/1-1'`], {
      env,
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (part: Buffer) => {
      said += part
    })
    const state = join(folder, '1-1.state')
    const until = Date.now() + START_MS
    while (!existsSync(state) && child.exitCode === null && Date.now() < until) await sleep(20)
    const head = existsSync(state) ? readFileSync(state, 'utf8').split('\n', 1)[0] : undefined
    child.stdin.destroy()
    child.kill()
    if (head === undefined) {
      return wrong(
        `\`${command}\` did not start: ${said.trim().split('\n').at(-1) ?? ''} (is ${found} an older version?)`,
      )
    }
    if (!head.startsWith(`dumpstream ${JOURNAL_PROTOCOL} `)) {
      return wrong(
        `\`${command}\` speaks a different protocol (${head}): use dumpstream and dumpstream.lua of the same version`,
      )
    }
    return fine(`\`${command}\` starts (${found})`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Like dumpstream.lua, takes the first writable directory. */
function directory(env: Env): Finding {
  const named = env.DUMPSTREAM_DIR
  if (named !== undefined && named !== '') {
    const reason = unwritable(named)
    return reason === undefined ? fine(`findings wait in ${named}`) : wrong(`DUMPSTREAM_DIR=${named}: ${reason}`)
  }
  const own = userInfo().uid
  const usable = ['/var/lib/dumpstream', join(tmpdir(), `dumpstream-${own}`)].find(
    (path) => unwritable(path) === undefined && statSync(path).uid === own,
  )
  if (usable === undefined) return wrong('no writable directory: set DUMPSTREAM_DIR')
  return fine(`findings wait in ${usable}; DUMPSTREAM_DIR selects another place; it must outlive a container`)
}

function unwritable(path: string): string | undefined {
  try {
    // Not mkdirSync, which with `recursive` never returns for a place below /proc (Node 20).
    if (!existsSync(path)) spawnSync('mkdir', ['-p', '-m', '700', path])
    accessSync(path, constants.W_OK)
    return undefined
  } catch (error) {
    return systemErrorText(error)
  }
}

function fluentBit(env: Env): Finding {
  const command = env.FLUENT_BIT ?? 'fluent-bit'
  const { stdout } = spawnSync(command, ['--version'], { encoding: 'utf8', env })
  const version = /v(\d+)\.[\d.]+/.exec(stdout ?? '')
  if (version === null) return fine(`${command} not found: its version was not checked (5.0 or newer is needed)`)
  const [name, major] = version
  if (Number(major) >= METADATA_SINCE) return fine(`Fluent Bit ${name}`)
  return wrong(`Fluent Bit ${name} is older than 5.0: dump lines that stay in the log are not marked`)
}

function text(path: string, env: Env): Finding {
  const named = env.DUMPSTREAM_KEY
  const keys = named === undefined || named === '' ? TEXT_KEYS : [named]
  const records = readRecords(path)
  if (records.length === 0) return wrong(`${path} has no line that is a JSON object`)
  const key = keys.find((each) => records.some((record) => typeof at(record, each) === 'string'))
  if (key !== undefined) return fine(`the text is in ${key}`)
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))].slice(0, 20)
  return wrong(
    `no record has a text in ${keys.join(', ')}; they have ${names.join(', ')}: DUMPSTREAM_KEY names the field`,
  )
}

function readRecords(path: string): Readonly<Record<string, unknown>>[] {
  try {
    const lines = readFileSync(path === '-' ? 0 : path)
      .toString('utf8', 0, SAMPLE_BYTES)
      .split('\n')
    return lines.map((line) => (line.startsWith('{') ? parseJson(line) : undefined)).filter(isFields)
  } catch (error) {
    throw new DumpstreamError('DS_INPUT', `can't read ${path}: ${systemErrorText(error)}`, { cause: error })
  }
}

function at(record: unknown, path: string): unknown {
  let value = record
  for (const name of path.split('.')) value = isFields(value) ? value[name] : undefined
  return value
}
