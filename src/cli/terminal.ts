/** What stands at the other ends of stdin, stdout and stderr, asked once. */
import { writeSync } from 'node:fs'
import { isatty } from 'node:tty'

export interface Terminal {
  readonly stdinIsTerminal: boolean
  readonly stdoutIsTerminal: boolean
  readonly stderrIsTerminal: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** Columns of the terminal that stdout or stderr is; undefined when there is none. Asked anew each time, for it may be resized. */
  columns(stream: 'stdout' | 'stderr'): number | undefined
  /** Writes one line for a person, `dumpstream: ` before it. */
  complain(line: string): void
}

export function openTerminal(): Terminal {
  const env = process.env
  const stdoutIsTerminal = isatty(1)
  const stderrIsTerminal = isatty(2)
  return {
    stdinIsTerminal: isatty(0),
    stdoutIsTerminal,
    stderrIsTerminal,
    env,
    columns: (stream) => {
      if (stream === 'stdout' ? !stdoutIsTerminal : !stderrIsTerminal) return undefined
      const told = Number(env.COLUMNS)
      return Number.isInteger(told) && told > 0 ? told : process[stream].columns
    },
    complain: (line) => {
      try {
        writeSync(2, `dumpstream: ${line}\n`)
      } catch {
        // Nobody listens; the exit code still says it.
      }
    },
  }
}

/**
 * Whether to colour a stream. `--color` decides; else `NO_COLOR` (no-color.org: any value that is not empty), then
 * `FORCE_COLOR` (`0` and `false` mean no), then whether it is a terminal that is not `dumb`.
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
