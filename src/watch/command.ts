/** `--exec`: a shell command that prints the dump to stdout. Its stderr is ours; `2>&1` in the command includes it. */
import { spawn } from 'node:child_process'
import { DumpstreamError } from '../core/errors.ts'
import { readChunks } from '../input/read.ts'
import type { Ask } from './asked.ts'

/** `timeout`: milliseconds after which the command and its children are killed. */
export function commandAsk(command: string, timeout: number): Ask {
  return async (take, signal) => {
    // A separate process group, so that the whole pipeline can be killed.
    const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
    let timedOut = false
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // All of them have ended.
      }
    }
    const timer = setTimeout(() => {
      timedOut = true
      kill()
    }, timeout)
    signal.addEventListener('abort', kill, { once: true })
    try {
      const closed = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
        child.once('error', reject)
        child.once('close', (code, by) => resolve([code, by]))
      })
      await readChunks(command, child.stdout, take)
      const [code, by] = await closed
      if (signal.aborted || (code === 0 && !timedOut)) return
      const how = timedOut
        ? `was killed after ${timeout / 1000}s; --timeout allows more`
        : `ended with ${by ?? `exit code ${code}`}`
      throw new DumpstreamError('DS_INPUT', `the command ${how}: ${command}`)
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', kill)
      kill()
    }
  }
}
