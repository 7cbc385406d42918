/** Processes that a test starts, and that must not outlive it. Call it at the top of the file. */
import { type ChildProcess, spawn } from 'node:child_process'
import { afterEach } from 'vitest'

export interface Children {
  add(child: ChildProcess): ChildProcess
  /** A process that does nothing for a minute. */
  sleeper(): ChildProcess
}

export function childrenForEachTest(): Children {
  let children: ChildProcess[] = []
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL')
    children = []
  })
  const add = (child: ChildProcess): ChildProcess => {
    children.push(child)
    return child
  }
  return { add, sleeper: () => add(spawn('sleep', ['60'], { stdio: 'ignore' })) }
}
