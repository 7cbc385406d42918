/** Log pipelines that run dumpstream: started from the examples' own configurations, killed, and what they wrote. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach } from 'vitest'
import { until } from '../sinks/otel/receiver.ts'

/** An example's text with its paths and ports changed. Each must be in it, so that the example and the test go together. */
export function adapted(example: string, changes: Readonly<Record<string, string>>): string {
  let text = example
  for (const [from, to] of Object.entries(changes)) {
    if (!text.includes(from)) throw new Error(`the example does not say ${from}`)
    text = text.replaceAll(from, to)
  }
  return text
}

const running = new Set<Pipeline>()
afterEach(async () => {
  for (const pipeline of running) await pipeline.stop('SIGKILL')
})

export class Pipeline {
  readonly #child: ChildProcess
  readonly #gone: Promise<unknown>
  output = ''

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(command, args, {
      env: { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', TZ: 'UTC', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (part: Buffer) => {
        this.output += part
      })
    }
    this.#gone = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.output += error.message
        resolve(error)
      })
      this.#child.once('exit', resolve)
    })
    running.add(this)
  }

  /** The one dumpstream that it runs; waits for it. */
  async filter(): Promise<number> {
    const filters = (): number[] =>
      descendants(this.#child.pid ?? -1).filter((pid) => /dist\/cli\.c?js/.test(textOfFile(`/proc/${pid}/cmdline`)))
    await until(() => filters().length > 0)
    const [pid = -1, ...more] = filters()
    if (more.length > 0) throw new Error(`${more.length + 1} dumpstreams are running`)
    return pid
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Resolves to the milliseconds that it took. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    const begin = performance.now()
    // A supervisor that is killed leaves what it started behind.
    const orphans = signal === 'SIGKILL' ? descendants(this.#child.pid ?? -1) : []
    this.#child.kill(signal)
    for (const pid of orphans) kill(pid)
    await this.#gone
    running.delete(this)
    return performance.now() - begin
  }
}

/** Through shells and supervisors, too. */
function descendants(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), Number(/\) \S (\d+)/.exec(textOfFile(`/proc/${name}/stat`))?.[1])] as const)
  const found = [pid]
  for (const parent of found) {
    for (const [child, its] of parents) if (its === parent) found.push(child)
  }
  return found.slice(1)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

function textOfFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Not there yet, or gone.
    return ''
  }
}

/** Whole lines of a file that may not exist yet. */
export function linesOf(path: string): string[] {
  return textOfFile(path).split('\n').slice(0, -1)
}
