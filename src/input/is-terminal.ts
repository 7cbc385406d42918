import { fstatSync } from 'node:fs'

/** Is `fd` a terminal? node:tty brings node:net with it, 2 ms of the start, and is asked only about what may be one. */
export function isTerminal(fd: number): boolean {
  try {
    if (!fstatSync(fd).isCharacterDevice()) return false
  } catch {
    // Closed.
    return false
  }
  return process.getBuiltinModule('node:tty').isatty(fd)
}
