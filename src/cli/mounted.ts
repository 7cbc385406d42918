/** Shared by the commands in a log pipeline: reading lines from stdin, the clock, the end, and where else records go. */

import { elapsed, SteadyClock } from '../core/clock.ts'
import { DumpstreamError } from '../core/errors.ts'
import type { DumpstreamRecord } from '../core/records.ts'
import { systemErrorCode, systemErrorText } from '../core/system-error.ts'
import { openStdin } from '../input/open.ts'
import { Splitter } from '../lines/splitter.ts'
import type { Keep } from '../mounts/keep.ts'
import type { MountOptions } from '../mounts/mount.ts'
import { JsonlSink } from '../sinks/jsonl.ts'
import { PrintedStacks } from '../sinks/narrow.ts'
import { asksForTelemetry } from '../sinks/otel/flags.ts'
import type { Output } from '../sinks/output.ts'
import type { RecordSink } from '../sinks/sink.ts'
import { KEEPS } from './choices.ts'
import { EXIT } from './exit.ts'
import type { RunOptions } from './options.ts'
import { openOutFile } from './out-file.ts'
import { handleSignals } from './signals.ts'
import type { Terminal } from './terminal.ts'
import type { FlagValues } from './values.ts'

/** Longer lines are passed on unread. */
const LINE_BYTES = 8 << 20
/** Fluentd closes the pipe and sends TERM at once: the rest of the pipe is still read, until nothing comes for this long. */
const DRAIN_MS = 200
/** How long to wait at most for a writer that does not notice the signal. */
const DRAIN_MAX_MS = 5_000

export interface Mounted {
  /** Is a dump, or what may be the beginning of one, open? */
  readonly open: boolean
  /** [start, end) holds whole lines. */
  lines(buf: Buffer, start: number, end: number): void
  /** The last line, without a line end. */
  unterminated(line: Buffer): void
  /** A piece of a line that is too long to be read. */
  overlong(piece: Buffer): void
  tick(now: number): void
  end(): void
}

export interface Elsewhere {
  /** The output of `--out`. */
  readonly out: Output | undefined
  /** One line for a person, wherever it goes. */
  readonly complain: (line: string) => void
  record(record: DumpstreamRecord): void
  /** Writes what is complete. */
  settle(): void
  /** Resolves to the exit code, which includes failures of `stdout`. */
  end(stdout?: Output): Promise<number>
}

export interface ElsewhereSetup {
  readonly options: RunOptions
  readonly terminal: Terminal
  readonly complain: (line: string) => void
}

/** Options of the engine, which gets only the text: flags that say where the text is are handled by the filter. */
export function mountEngine(
  { similarity, stacks, goroutines, idle }: RunOptions['engine'],
  complain: (line: string) => void,
): MountOptions {
  return {
    onFault: ({ message }) => complain(message),
    ...(similarity === undefined ? {} : { similarity }),
    ...(stacks === undefined ? {} : { stacks }),
    ...(goroutines === undefined ? {} : { goroutines }),
    ...(idle === undefined ? {} : { idle }),
  }
}

/** `--keep`. */
export function keepOf(values: FlagValues): Keep {
  const named = values.text('keep')
  return KEEPS.find((keep) => keep === named) ?? 'crash'
}

/** Opens `--out` and OTLP. The file is appended to, so that a restarted filter continues it. */
export async function openElsewhere({ options, terminal, complain }: ElsewhereSetup): Promise<Elsewhere> {
  const file = options.out === undefined ? undefined : await openOutFile(options.out, 'append')
  const out = file?.output
  const sinks: RecordSink[] = []
  if (out !== undefined) {
    sinks.push(new JsonlSink(out, { narrowing: options.narrowing, stacks: new PrintedStacks(options.stacks) }))
  }
  if (asksForTelemetry(options.telemetry, terminal.env)) {
    const { openTelemetry } = await import('../sinks/otel/open.ts')
    const { env } = terminal
    sinks.push(await openTelemetry({ flags: options.telemetry, env, complain, print: complain, inputBytes: () => 0 }))
  }
  return {
    out,
    complain,
    record: (record) => {
      for (const sink of sinks) sink.record(record)
    },
    settle: () => {
      for (const sink of sinks) sink.settle?.()
      out?.flush()
    },
    end: async (stdout) => {
      const results = await Promise.all(sinks.map((sink) => sink.end()))
      out?.flush()
      file?.close()
      const failures = [stdout, out].flatMap((output) => output?.failure ?? [])
      // Nothing follows that a complaint could disturb.
      for (const { message } of failures) terminal.complain(message)
      return failures.length > 0 || results.some(({ exportFailed }) => exportFailed) ? EXIT.delivery : EXIT.fine
    },
  }
}

/**
 * Reads stdin to its end, or, after SIGTERM, until it is quiet. `closed`: the answers have no reader any more.
 * @throws DumpstreamError `DS_INPUT` if stdin cannot be read; everything before the error was passed on
 */
export async function readStdin(mounted: Mounted, idle: number, closed: () => boolean): Promise<void> {
  checkStdin()
  const { stdin } = process
  const splitter = new Splitter(
    {
      lines: (buf, start, end) => {
        mounted.lines(buf, start, end)
        return end
      },
      unterminated: (buf) => mounted.unterminated(buf.subarray(0, -1)),
      beginning: (buf) => mounted.overlong(buf.subarray(0, -1)),
      overlong: (buf, start, end) => mounted.overlong(buf.subarray(start, end)),
    },
    LINE_BYTES,
  )
  let drained: NodeJS.Timeout | undefined
  let stopped: NodeJS.Timeout | undefined
  const stopSignals = handleSignals({
    stdinIsPiped: true,
    stop: () => {
      drained = setTimeout(() => stdin.destroy(), DRAIN_MS)
      stopped = setTimeout(() => stdin.destroy(), DRAIN_MAX_MS)
    },
  })
  const clock = new SteadyClock()
  const tick = (): void => mounted.tick(clock.now(Date.now(), elapsed(), mounted.open))
  const timer = setInterval(tick, Math.max(10, idle / 4))
  try {
    const error = await stdinEnd((chunk) => {
      drained?.refresh()
      splitter.push(chunk)
      if (closed()) stdin.destroy()
    })
    splitter.end()
    mounted.end()
    if (error !== undefined) throw unreadable(error)
  } finally {
    clearInterval(timer)
    clearTimeout(drained)
    clearTimeout(stopped)
    stopSignals()
  }
}

/** Resolves at the end of stdin, with the error if there was one. A file ends without `close`, a destroyed socket without `end`. */
export function stdinEnd(onChunk: (chunk: Buffer) => void): Promise<Error | undefined> {
  return new Promise((resolve) => {
    process.stdin.on('data', onChunk)
    process.stdin.once('end', () => resolve(undefined))
    process.stdin.once('close', () => resolve(undefined))
    process.stdin.once('error', resolve)
  })
}

/** Throws if stdin cannot be read: Node would make it an empty stream. */
export function checkStdin(): void {
  openStdin(0)
}

export function unreadable(error: Error): DumpstreamError {
  const text = systemErrorCode(error) === undefined ? error.message : systemErrorText(error)
  return new DumpstreamError('DS_INPUT', `stdin: ${text}`, { cause: error })
}
