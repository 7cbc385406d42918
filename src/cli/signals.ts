/**
 * Signals while reading.
 *
 * | signal          | stdin is a pipe                                       | otherwise                                  |
 * |-----------------|-------------------------------------------------------|--------------------------------------------|
 * | SIGINT          | ignored: Ctrl-C reaches the whole foreground group,   | what is open is completed; exit code 130,  |
 * |                 | and the service that is piped in still has to         | or 0 when following; a second one kills    |
 * |                 | write its dump                                        |                                            |
 * | SIGQUIT         | ignored, for the same reason: Ctrl-\ makes a Go       | the system's default                       |
 * |                 | program dump                                          |                                            |
 * | SIGTERM         | what is open is completed; exit code 0                | the same                                   |
 * | SIGHUP          | like SIGTERM, if stdout is not a terminal             | the same                                   |
 *
 * SIGHUP means that the terminal is gone: output to a file or a pipe is still wanted, output to that terminal cannot be written.
 *
 * A second SIGTERM (SIGINT) ends the process at once. So does the first one while the reader of the output is stalled, because nothing could be
 * completed then, and no other signal is handled. A signal that comes before the stall is detected (output.ts, STALLED_MS) waits until the reader
 * continues.
 */
import { isTerminal } from '../input/is-terminal.ts'
import type { OutputOptions } from '../sinks/output.ts'

export type Stop = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

export interface SignalPlan {
  readonly stdinIsPiped: boolean
  /** SIGINT came while stdin is a pipe. */
  ignored?(): void
  /** Stops reading and completes what is open; called at most once. */
  stop(signal: Stop): void
}

type Handler = readonly [NodeJS.Signals, () => void]

/** Handlers of signals that stop: removed while an output is stalled. */
const stopping = new Set<Handler>()

/** For an output that can stall. */
export const STALL: Pick<OutputOptions, 'onStall' | 'onResume'> = {
  onStall: () => {
    for (const [signal, handler] of stopping) process.off(signal, handler)
  },
  onResume: () => {
    for (const [signal, handler] of stopping) process.on(signal, handler)
  },
}

/** Returns a function that removes the handlers. */
export function handleSignals(plan: SignalPlan): () => void {
  const handlers: Handler[] = []
  const on = (signal: NodeJS.Signals, handler: () => void): void => {
    handlers.push([signal, handler])
    process.on(signal, handler)
  }
  const remove = (those: readonly Handler[]): void => {
    for (const handler of those) {
      process.off(...handler)
      stopping.delete(handler)
    }
  }
  const stopOn = (signal: Stop): void => {
    on(signal, () => {
      const those = handlers.splice(0)
      // When a terminal is gone, both the kernel and the shell send it. It is handled before the other handlers go: in between, it would kill.
      if (signal === 'SIGHUP') on(signal, () => {})
      // Without handlers, a second signal ends the program at once if finishing takes too long.
      remove(those)
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
  return () => remove(handlers)
}
