/**
 * `dumpstream [options] [FILE…]`: the main command.
 *
 * Modules that only some runs need are imported on demand: each costs 0.7 ms of the start on Node 20.
 */
import { type ParsedArgs, usageError } from './args.ts'
import { openDelivery } from './deliver.ts'
import { EXIT } from './exit.ts'
import { loadOptions, type RunOptions } from './options.ts'
import { refuseOwnOutput, statsOf } from './own-output.ts'
import type { Progress } from './progress.ts'
import { Session } from './session.ts'
import { handleSignals } from './signals.ts'
import type { Terminal } from './terminal.ts'

/** Resolves to the exit code. */
export async function run(args: ParsedArgs, terminal: Terminal): Promise<number> {
  const options = await complete(await loadOptions(args, terminal), terminal)
  const stdin = options.files.includes('-') ? statsOf(terminal.stdin) : undefined
  if (options.follow && stdin?.isFile() === true) {
    throw usageError('--follow needs the name of a file: dumpstream --follow FILE')
  }
  if (options.from === 'end' && !options.follow)
    throw usageError('--from end needs --follow: there is nothing after the end')
  if (options.state !== undefined && !options.follow)
    throw usageError('--state-file needs --follow: without it, a file is read to its end')
  refuseOwnOutput(options, terminal)
  if (stdin !== undefined && terminal.stdinIsTerminal && terminal.stderrIsTerminal) {
    terminal.complain('reading from the terminal: paste a dump, then Ctrl-D; --help shows how to read logs')
  }

  const progress = await openProgress(terminal, () => session.stats)
  const complain = (line: string): void => {
    progress?.wipe()
    terminal.complain(line)
  }
  let inputBytes = (): number => 0
  let interrupted = false
  const stopping = new AbortController()
  /** A served page stays up until this is aborted, also if Ctrl-C was meant for the service that is piped in. */
  const leaving = new AbortController()
  stopping.signal.addEventListener('abort', () => leaving.abort())
  const stopSignals = handleSignals({
    stdinIsPiped: stdin !== undefined && !stdin.isFile() && !terminal.stdinIsTerminal,
    ignored: () => leaving.abort(),
    stop: (signal) => {
      interrupted = signal === 'SIGINT' && !options.follow
      stopping.abort()
    },
  })
  // The metrics endpoint listens from here on, and a client that sees it may end the run.
  const delivery = await openDelivery({
    options,
    terminal,
    complain,
    signal: stopping.signal,
    inputBytes: () => inputBytes(),
    leave: leaving.signal,
    readsToEnd: !options.follow && !options.passLogs && !options.engine.goroutines && stdin?.isFile() !== false,
    ...(progress && { beforeWrite: () => progress.wipe() }),
  }).catch((error: unknown) => {
    stopSignals()
    throw error
  })
  const session: Session = new Session({
    options,
    stdin: terminal.stdin,
    sinks: delivery.sinks,
    printer: delivery.printer,
    logs: options.passLogs ? delivery.stdout : undefined,
    outputs: delivery.outputs,
    written: [terminal.stdout, options.out, options.save, options.state].filter((each) => each !== undefined),
    progress,
    complain,
    isWatched: terminal.stderrIsTerminal || options.failOn.length > 0,
  })
  inputBytes = () => session.stats.bytes
  stopping.signal.addEventListener('abort', () => session.stop())
  if (stopping.signal.aborted) session.stop()
  try {
    await session.read()
    // A gate that saw no dump has checked nothing.
    const sawNothing = options.failOn.length > 0 && session.stats.dumps === 0
    const code = await delivery.end(session.inputFailed || sawNothing)
    if (interrupted) return EXIT.interrupted
    return session.stateFailed && code !== EXIT.input ? EXIT.delivery : code
  } finally {
    stopSignals()
    delivery.close()
  }
}

async function complete(options: RunOptions, terminal: Terminal): Promise<RunOptions> {
  if (options.baseline === undefined) return options
  const { withBaseline } = await import('./baseline.ts')
  return await withBaseline(options, (line) => terminal.complain(line))
}

async function openProgress(terminal: Terminal, figures: () => Session['stats']): Promise<Progress | undefined> {
  if (!terminal.stderrIsTerminal || terminal.env.TERM === 'dumb') return undefined
  const { Progress } = await import('./progress.ts')
  return new Progress(terminal.stderr, () => terminal.columns('stderr') ?? 80, figures)
}
