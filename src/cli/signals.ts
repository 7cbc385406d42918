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
 */
export interface SignalPlan {
  readonly stdinIsPiped: boolean
  /** Stop reading and finish; called at most once. */
  stop(signal: 'SIGINT' | 'SIGTERM'): void
}

/** Returns what takes the handlers away again. */
export function handleSignals(plan: SignalPlan): () => void {
  const handlers: [NodeJS.Signals, () => void][] = []
  const on = (signal: NodeJS.Signals, handler: () => void): void => {
    handlers.push([signal, handler])
    process.on(signal, handler)
  }
  const off = (): void => {
    for (const [signal, handler] of handlers) process.off(signal, handler)
  }
  const stop = (signal: 'SIGINT' | 'SIGTERM') => () => {
    // Without handlers, a second signal ends the program at once, should finishing take too long.
    off()
    plan.stop(signal)
  }
  const ignore = (): void => {}
  on('SIGTERM', stop('SIGTERM'))
  if (plan.stdinIsPiped) {
    on('SIGINT', ignore)
    on('SIGQUIT', ignore)
  } else {
    on('SIGINT', stop('SIGINT'))
  }
  return off
}
