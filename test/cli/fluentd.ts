/**
 * Plays the parent of `@type exec_filter` (Fluentd, lib/fluent/plugin/out_exec_filter.rb and plugin_helper/child_process.rb): whole
 * chunks are written to the child's stdin, its stdout is read as it comes; at the end stdin is closed and TERM follows at once.
 */
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { until } from '../sinks/otel/receiver.ts'
import { finish, start } from './spawn.ts'

export type Event = Readonly<Record<string, unknown>>

/** Seconds that Fluentd waits before it sends KILL. */
const EXIT_TIMEOUT_MS = 10_000

export class Fluentd {
  readonly #child: ChildProcess
  readonly #over: ReturnType<typeof finish>
  readonly #parts: Buffer[] = []

  constructor(args: readonly string[] = []) {
    this.#child = start(['exec-filter', ...args])
    this.#over = finish(this.#child)
    this.#child.stdout?.on('data', (part: Buffer) => this.#parts.push(part))
    // A child that was killed: Fluentd starts another one.
    this.#child.stdin?.on('error', () => {})
  }

  /** Fluentd's first chunk comes a second after the start of the child. */
  async ready(): Promise<void> {
    await until(() => handlesSignals(this.#child.pid))
  }

  /** A chunk of lines, as `format json` writes them. */
  async write(chunk: string | Buffer): Promise<void> {
    await this.ready()
    await new Promise<void>((resolve) => this.#child.stdin?.write(chunk, () => resolve()))
  }

  lines(): string[] {
    return Buffer.concat(this.#parts).toString().split('\n').slice(0, -1)
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Resolves to all lines, when the child has ended. */
  async shutdown(): Promise<{ readonly lines: string[]; readonly code: number | null; readonly stderr: string }> {
    this.#child.stdin?.end()
    await new Promise((resolve) => setImmediate(resolve))
    // A second TERM would end it at once.
    if (!this.#child.killed) this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), EXIT_TIMEOUT_MS)
    const { code, stderr } = await this.#over
    clearTimeout(timer)
    return { lines: this.lines(), code, stderr }
  }
}

/** proc(5): `SigCgt` has a bit for each signal that is handled. Node handles TERM from the start, QUIT (3) when it is told to. */
function handlesSignals(pid: number | undefined): boolean {
  const mask = /^SigCgt:\s+([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
  return (BigInt(`0x${mask}`) & (1n << 2n)) !== 0n
}
