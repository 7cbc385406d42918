import { fstatSync } from 'node:fs'

/** Is `fd` a terminal? node:tty loads node:net, which takes 2 ms of the start, so it is asked only about character devices. */
export function isTerminal(fd: number): boolean {
  try {
    if (!fstatSync(fd).isCharacterDevice()) return false
  } catch {
    // It is closed.
    return false
  }
  return process.getBuiltinModule('node:tty').isatty(fd)
}
