/**
 * Signals while reading.
 *
 * | signal          | stdin is a pipe                                       | otherwise                                  |
 * |-----------------|-------------------------------------------------------|--------------------------------------------|
 * | SIGINT          | ignored: Ctrl-C reaches the whole foreground group,   | what is open is finished; exit code 130,   |
 * |                 | and the service that is being piped in still has to   | or 0 when following; a second one kills    |
 * |                 | write its dump                                        |                                            |
 * | SIGQUIT         | ignored, for the same reason: Ctrl-\ is how a Go      | as the system has it                       |
 * |                 | program is told to dump                               |                                            |
 * | SIGTERM         | what is open is finished; exit code 0                 | the same                                   |
 * | SIGHUP          | as SIGTERM, if stdout is no terminal                  | the same                                   |
 *
 * SIGHUP says that the terminal is gone: what goes into a file or a pipe is still wanted, what goes to that terminal can't be written.
 *
 * A second SIGTERM (SIGINT) ends the process at once, and so does the first while the reader of the output has stopped: nothing could be
 * finished then, and nothing else is heard. One that comes before that is known (output.ts, STALLED_MS) waits until the reader goes on.
 */
import { isTerminal } from '../input/is-terminal.ts'
import type { OutputOptions } from '../sinks/output.ts'

export type Stop = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

export interface SignalPlan {
  readonly stdinIsPiped: boolean
  /** SIGINT has come while stdin is a pipe. */
  ignored?(): void
  /** Stop reading and finish; called at most once. */
  stop(signal: Stop): void
}

type Handler = readonly [NodeJS.Signals, () => void]

/** Those that stop: left to the system while an output is stalled. */
const stopping = new Set<Handler>()

/** For an output that may be stalled. */
export const STALL: Pick<OutputOptions, 'onStall' | 'onResume'> = {
  onStall: () => {
    for (const [signal, handler] of stopping) process.off(signal, handler)
  },
  onResume: () => {
    for (const [signal, handler] of stopping) process.on(signal, handler)
  },
}

/** Returns what takes the handlers away again. */
export function handleSignals(plan: SignalPlan): () => void {
  const handlers: Handler[] = []
  const on = (signal: NodeJS.Signals, handler: () => void): void => {
    handlers.push([signal, handler])
    process.on(signal, handler)
  }
  const off = (): void => {
    for (const handler of handlers) {
      process.off(...handler)
      stopping.delete(handler)
    }
  }
  const stopOn = (signal: Stop): void => {
    on(signal, () => {
      // Without handlers, a second signal ends the program at once, should finishing take too long.
      off()
      // The kernel and the shell both say it of a terminal that is gone.
      if (signal === 'SIGHUP') on(signal, () => {})
      plan.stop(signal)
    })
    for (const handler of handlers) if (handler[0] === signal) stopping.add(handler)
  }
  stopOn('SIGTERM')
  if (!isTerminal(1)) stopOn('SIGHUP')
  if (plan.stdinIsPiped) {
    on('SIGINT', () => plan.ignored?.())
    on('SIGQUIT', () => {})
  } else {
    stopOn('SIGINT')
  }
  return off
}
