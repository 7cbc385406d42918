/** What stdin, stdout and stderr are connected to, examined once. */
import { writeSync } from 'node:fs'
import { isTerminal } from '../input/is-terminal.ts'
import { printable } from '../sinks/printable.ts'

/** For a terminal that does not know its size, for example under `script`. */
const COLUMNS_UNKNOWN = 80

export interface Terminal {
  /** Descriptors. */
  readonly stdin: number
  readonly stdout: number
  readonly stderr: number
  readonly stdinIsTerminal: boolean
  readonly stdoutIsTerminal: boolean
  readonly stderrIsTerminal: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** Columns of the terminal that stdout or stderr is; undefined if it is not a terminal. Determined anew each time, because it can be resized. */
  columns(stream: 'stdout' | 'stderr'): number | undefined
  /** Lines of the terminal that stdout is; undefined if it is not a terminal, or does not know. */
  rows(): number | undefined
  /** Writes one line for a person, prefixed with `dumpstream: `. */
  complain(line: string): void
}

export function openTerminal(stdin = 0, stdout = 1, stderr = 2, env: Terminal['env'] = process.env): Terminal {
  const stdoutIsTerminal = isTerminal(stdout)
  const stderrIsTerminal = isTerminal(stderr)
  return {
    stdin,
    stdout,
    stderr,
    get stdinIsTerminal() {
      return isTerminal(stdin)
    },
    stdoutIsTerminal,
    stderrIsTerminal,
    env,
    columns: (stream) => {
      if (stream === 'stdout' ? !stdoutIsTerminal : !stderrIsTerminal) return undefined
      const told = Number(env.COLUMNS)
      return Number.isInteger(told) && told > 0 ? told : process[stream].columns || COLUMNS_UNKNOWN
    },
    rows: () => {
      if (!stdoutIsTerminal) return undefined
      const told = Number(env.LINES)
      return Number.isInteger(told) && told > 0 ? told : process.stdout.rows || undefined
    },
    complain: (line) => {
      try {
        writeSync(stderr, `dumpstream: ${printable(line)}\n`)
      } catch {
        // Nobody reads it; the exit code still tells.
      }
    },
  }
}

/**
 * Whether to use colours. `--color` decides; otherwise `NO_COLOR` (no-color.org: any value that is not empty), then `FORCE_COLOR` (`0` and `false`
 * mean no), then whether it is a terminal that is not `dumb`.
 */
export function wantsColor(
  choice: 'auto' | 'always' | 'never',
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (choice !== 'auto') return choice === 'always'
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  return isTerminal && env.TERM !== 'dumb'
}
