/**
 * `dumpstream [options] [FILE…]`: the default command.
 *
 * What only some runs need is imported when they do: each module costs 0.7 ms of the start on Node 20.
 */
import { closeSync, fstatSync, openSync, type Stats, statSync } from 'node:fs'
import { DumpstreamError } from '../errors.ts'
import { identityOf } from '../input/open.ts'
import { FailOn } from '../sinks/condition.ts'
import { asksForTelemetry } from '../sinks/otel/flags.ts'
import { Output } from '../sinks/output.ts'
import type { RecordSink, SinkResult } from '../sinks/sink.ts'
import { systemErrorText } from '../system-error.ts'
import { type ParsedArgs, usageError } from './args.ts'
import { EXIT } from './exit.ts'
import { type RunOptions, readOptions } from './options.ts'
import { openPrinter } from './printer.ts'
import type { Progress } from './progress.ts'
import { Session } from './session.ts'
import { handleSignals } from './signals.ts'
import type { Terminal } from './terminal.ts'

/** Resolves to the exit code. */
export async function run(args: ParsedArgs, terminal: Terminal): Promise<number> {
  const options = readOptions(args, terminal)
  const stdin = options.files.includes('-') ? statsOf(terminal.stdin) : undefined
  if (options.follow && stdin?.isFile() === true) {
    throw usageError('--follow needs the name of a file: dumpstream --follow FILE')
  }
  refuseOwnOutput(options, terminal)
  if (stdin !== undefined && terminal.stdinIsTerminal && terminal.stderrIsTerminal) {
    terminal.complain('reading from the terminal: paste a dump, then Ctrl-D; --help shows how to read logs')
  }

  const progress = await openProgress(terminal, () => session.stats)
  const stdout = new Output(terminal.stdout, {
    name: 'stdout',
    ...(progress && { beforeWrite: () => progress.wipe() }),
  })
  const complain = (line: string): void => {
    progress?.wipe()
    terminal.complain(line)
  }
  // The endpoint may be asked before there is anything to read.
  let inputBytes = (): number => 0
  const telemetry = await openTelemetry(options, terminal, complain, () => inputBytes())
  const outFd = options.out === undefined ? undefined : openOut(options.out)
  const records = outFd === undefined ? stdout : new Output(outFd, { name: options.out ?? '' })
  const printer = await openPrinter(options, records, terminal)
  const sinks: RecordSink[] = [printer, telemetry].filter((sink) => sink !== undefined)
  if (options.failOn.length > 0) sinks.push(new FailOn(options.failOn, (line) => terminal.complain(line)))

  const session: Session = new Session({
    options,
    stdin: terminal.stdin,
    sinks,
    printer,
    logs: options.passLogs ? stdout : undefined,
    outputs: records === stdout ? [stdout] : [stdout, records],
    progress,
    complain,
  })
  inputBytes = () => session.stats.bytes
  let interrupted = false
  const stopSignals = handleSignals({
    stdinIsPiped: stdin !== undefined && !stdin.isFile() && !terminal.stdinIsTerminal,
    stop: (signal) => {
      interrupted = signal === 'SIGINT' && !options.follow
      session.stop()
    },
  })
  try {
    await session.read()
    const results = await Promise.all(sinks.map((sink) => sink.end()))
    const outputs = outFd === undefined ? [stdout] : [stdout, records]
    for (const output of outputs) output.flush()
    const failures = outputs.flatMap((output) => output.failure ?? [])
    for (const failure of failures) terminal.complain(failure.message)
    return interrupted ? EXIT.interrupted : exitCode(session.inputFailed, failures.length > 0, results)
  } finally {
    stopSignals()
    if (outFd !== undefined) closeSync(outFd)
  }
}

/** OpenTelemetry is loaded only when it is asked for: it takes as long as all the rest of a start. */
async function openTelemetry(
  { telemetry: flags }: RunOptions,
  terminal: Terminal,
  complain: (line: string) => void,
  inputBytes: () => number,
): Promise<RecordSink | undefined> {
  const { env } = terminal
  if (!asksForTelemetry(flags, env)) return undefined
  const { openTelemetry } = await import('../sinks/otel/open.ts')
  const stderr = new Output(terminal.stderr, { name: 'stderr' })
  const print = (text: string): void => {
    stderr.write(text)
    stderr.flush()
  }
  return await openTelemetry({ flags, env, complain, print, inputBytes })
}

/** An input that was not read spoils every other answer; a failed delivery spoils what was delivered. */
function exitCode(inputFailed: boolean, outputFailed: boolean, results: readonly SinkResult[]): number {
  if (inputFailed) return EXIT.input
  if (outputFailed || results.some((result) => result.exportFailed)) return EXIT.delivery
  return results.some((result) => result.conditionHolds === true) ? EXIT.condition : EXIT.fine
}

async function openProgress(terminal: Terminal, figures: () => Session['stats']): Promise<Progress | undefined> {
  if (!terminal.stderrIsTerminal || terminal.env.TERM === 'dumb') return undefined
  const { Progress } = await import('./progress.ts')
  return new Progress(terminal.stderr, () => terminal.columns('stderr') ?? 80, figures)
}

function openOut(path: string): number {
  try {
    return openSync(path, 'w')
  } catch (error) {
    throw new DumpstreamError('DS_OUTPUT', `can't write to ${path}: ${systemErrorText(error)}`, { cause: error })
  }
}

/** Writing into the file that is read would empty it, or never end. */
function refuseOwnOutput(options: RunOptions, terminal: Terminal): void {
  const inputs = new Map<string, string>()
  for (const file of options.files) {
    const stats = statsOf(file === '-' ? terminal.stdin : file)
    if (stats?.isFile() === true) inputs.set(identityOf(stats), file === '-' ? 'stdin' : file)
  }
  const out = statsOf(options.out ?? terminal.stdout)
  const same = out?.isFile() === true ? inputs.get(identityOf(out)) : undefined
  if (same !== undefined) throw usageError(`${same} is also the output; write the records to another file`)
}

function statsOf(file: string | number): Stats | undefined {
  try {
    return typeof file === 'number' ? fstatSync(file) : statSync(file)
  } catch {
    // Whoever opens it says why it can't be.
    return undefined
  }
}
