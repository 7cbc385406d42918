/**
 * The commands that stand in a pipeline, with requests that are nearly right: each ends with its input, with exit code 0, and says little.
 * mmexternal answers each line, bridge each request; exec-filter loses no line that is not dump.
 */
import { spawn } from 'node:child_process'
import type { Checked } from './archives.ts'
import type { Fault } from './check.ts'
import { damage, generate } from './generate.ts'
import type { Random } from './random.ts'

const COMMANDS = ['bridge', 'exec-filter', 'mmexternal'] as const
const INPUTS = 60
const STDERR_LINES = 3
const HANGS_MS = 60_000
/** What is neither dump nor the beginning of one. */
const PLAIN = 'an ordinary line'

export async function checkProtocol(random: Random, cli: string): Promise<Checked> {
  const command = random.pick(COMMANDS)
  const lines: Buffer[] = []
  for (let i = 0; i < INPUTS; i++) {
    const { bytes } = generate(random)
    const stream = `s${random.below(random.once(3) ? 1000 : 3)}`
    for (const text of bytes.toString('latin1').split('\n')) {
      if (random.once(30)) lines.push(request(command, `own${i}`, `${PLAIN} ${i}`))
      const line = request(command, stream, text)
      lines.push(random.once(20) ? withoutEnds(damage(random, line)) : line)
    }
  }
  const bytes = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]))
  const { code, stdout, stderr } = await run(cli, command, bytes)
  return { bytes, fault: judge(command, lines, code, stdout, stderr) }
}

function request(command: (typeof COMMANDS)[number], stream: string, text: string): Buffer {
  const time = 1_795_500_000_000
  if (command === 'bridge') return Buffer.from(JSON.stringify({ s: stream, l: text, t: time }))
  if (command === 'exec-filter') return Buffer.from(JSON.stringify({ message: text, tag: stream, time: time / 1000 }))
  return Buffer.from(JSON.stringify({ msg: text, programname: stream }))
}

function withoutEnds(line: Buffer): Buffer {
  return Buffer.from(line.filter((byte) => byte !== 0x0a))
}

function judge(command: string, lines: readonly Buffer[], code: number | null, stdout: string, stderr: string): Fault {
  if (code !== 0) return `${command}: exit code ${code}: ${stderr.slice(0, 500)}`
  if (stderr.split('\n').length - 1 > STDERR_LINES) return `${command}: says much: ${stderr.slice(0, 500)}`
  const answers = stdout.split('\n').length - 1
  if (command === 'exec-filter') {
    const missing = lines.map(String).find((line) => line.includes(`"${PLAIN} `) && !stdout.includes(line))
    return missing === undefined ? undefined : `exec-filter: lost ${missing}`
  }
  return answers === lines.length ? undefined : `${command}: ${answers} answers to ${lines.length} lines`
}

async function run(
  cli: string,
  command: string,
  input: Buffer,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [cli, command], { timeout: HANGS_MS, killSignal: 'SIGKILL' })
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }
}
