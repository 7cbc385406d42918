/** Where the records of a run go: the sinks that print, judge, save and export them. Shared by the commands that read dumps. */
import { DumpstreamError } from '../core/errors.ts'
import { FailOn } from '../sinks/condition.ts'
import { asksForTelemetry } from '../sinks/otel/flags.ts'
import type { TelemetryOptions } from '../sinks/otel/open.ts'
import { Output } from '../sinks/output.ts'
import type { WebServers } from '../sinks/serve/server.ts'
import type { RecordSink, SinkResult } from '../sinks/sink.ts'
import { isHandedOver } from './choices.ts'
import { EXIT } from './exit.ts'
import { isWhole, type RunOptions } from './options.ts'
import { type OutFile, openOutFile } from './out-file.ts'
import { fleetKey, openPrinter } from './printer.ts'
import { openStdout } from './stdout.ts'
import type { Terminal } from './terminal.ts'

export interface DeliverySetup {
  readonly options: RunOptions
  readonly terminal: Terminal
  readonly complain: (line: string) => void
  /** Bytes read so far, for the metrics. Without it there are no metrics, whatever the environment says. */
  readonly inputBytes?: () => number
  /** For a log in partitions: how far each was read. */
  readonly partitions?: TelemetryOptions['partitions']
  /** Runs before each write to stdout. */
  readonly beforeWrite?: () => void
  /** Ends the wait for the reader of a named pipe. */
  readonly signal?: AbortSignal
  /** Aborted when the program is to end: a served page stays up until then. */
  readonly leave?: AbortSignal
  /** The inputs are files that are read to their end: only the last dump of each source is shown in full. */
  readonly readsToEnd?: boolean
  /** The command itself prints a verdict at the end. */
  readonly isJudged?: boolean
}

export interface Delivery {
  readonly stdout: Output
  /** Where the records are printed: stdout, or `--out`. */
  readonly records: Output
  readonly outputs: readonly Output[]
  readonly sinks: readonly RecordSink[]
  readonly printer: RecordSink | undefined
  /** The sink of `--save`, which is also among the sinks. */
  readonly saver: RecordSink | undefined
  /** Ends the sinks, writes the rest, and resolves to the exit code. */
  end(inputFailed: boolean): Promise<number>
  close(): void
}

export async function openDelivery(setup: DeliverySetup): Promise<Delivery> {
  // Opened first, because the endpoint may be requested before there is any input.
  const page = await openPage(setup)
  try {
    return await openSinks(setup, page)
  } catch (error) {
    await page?.close()
    throw error
  }
}

async function openSinks(setup: DeliverySetup, page: LivePage | undefined): Promise<Delivery> {
  const { options, terminal, complain, beforeWrite } = setup
  const stdout = openStdout(terminal.stdout, beforeWrite && { beforeWrite })
  const telemetry = await openTelemetry(setup, page?.servers)
  const out = await openOut(setup)
  const records = out?.output ?? stdout
  const outputs = records === stdout ? [stdout] : [stdout, records]
  const opened = await openPrinter({
    options,
    output: records,
    terminal,
    readsToEnd: setup.readsToEnd === true,
    isJudged: setup.isJudged === true,
  })
  const masks = options.redact === 'on' || (options.redact === 'auto' && isHandedOver(options.format))
  const printer = opened !== undefined && masks ? await redacting(opened) : opened
  const sinks: RecordSink[] = [printer, telemetry, page?.sink].filter((sink) => sink !== undefined)
  if (options.failOn.length > 0) {
    sinks.push(new FailOn(options.failOn, (line) => terminal.complain(line), options.narrowing.baseline))
  }
  const saver = options.save === undefined ? undefined : await openSaver(options.save, complain)
  if (saver !== undefined) sinks.push(saver)
  return {
    stdout,
    records,
    outputs,
    sinks,
    printer,
    saver,
    end: async (inputFailed) => {
      const results = await Promise.all(sinks.map((sink) => sink.end()))
      for (const output of outputs) output.flush()
      const unfinished = finish(out)
      const failures = [...(stdout.failure === undefined ? [] : [stdout.failure]), ...unfinished]
      for (const failure of failures) terminal.complain(failure.message)
      await page?.stay()
      return exitCode(inputFailed, failures.length > 0, results)
    },
    close: () => {
      // After `end`, this does nothing.
      void page?.close()
      out?.close()
    },
  }
}

interface LivePage {
  readonly sink: RecordSink
  readonly servers: WebServers
  /** Resolves after the program was asked to end; the page is closed then. */
  stay(): Promise<void>
  close(): Promise<void>
}

async function openPage({ options, complain, leave }: DeliverySetup): Promise<LivePage | undefined> {
  if (options.serve === undefined) return undefined
  const [{ LiveSink }, { WebServers }] = await Promise.all([
    import('../sinks/serve/live.ts'),
    import('../sinks/serve/server.ts'),
  ])
  const servers = new WebServers()
  const live = new LiveSink({ sourceUrl: options.sourceUrl, by: fleetKey(options) })
  const url = await live.open(servers, options.serve)
  complain(`serving ${url}`)
  return {
    sink: options.redact === 'off' ? live : await redacting(live),
    servers,
    stay: async () => {
      if (leave?.aborted === false) {
        complain(`end of input; ${url} stays up until Ctrl-C`)
        await new Promise((resolve) => leave.addEventListener('abort', resolve, { once: true }))
      }
      await live.close()
    },
    close: () => live.close(),
  }
}

/** OpenTelemetry is loaded only on request, because it takes as long as the rest of the start. */
async function openTelemetry(setup: DeliverySetup, servers?: WebServers): Promise<RecordSink | undefined> {
  const { options, terminal, complain, inputBytes, partitions } = setup
  const { env } = terminal
  if (inputBytes === undefined || !asksForTelemetry(options.telemetry, env)) return undefined
  const { openTelemetry } = await import('../sinks/otel/open.ts')
  const stderr = new Output(terminal.stderr, { name: 'stderr' })
  const print = (text: string): void => {
    stderr.write(text)
    stderr.flush()
  }
  const sink = await openTelemetry({
    flags: options.telemetry,
    env,
    complain,
    print,
    inputBytes,
    ...(partitions === undefined ? {} : { partitions }),
    ...(servers === undefined ? {} : { servers }),
  })
  return sink === undefined || options.redact === 'off' ? sink : await redacting(sink)
}

async function redacting(sink: RecordSink): Promise<RecordSink> {
  const { RedactingSink } = await import('../sinks/redact/redact.ts')
  return new RedactingSink(sink)
}

async function openSaver(path: string, complain: (line: string) => void): Promise<RecordSink> {
  const { SaveSink } = await import('../sinks/baseline.ts')
  return new SaveSink(path, complain)
}

/** An input that was not read outweighs every other result; a failed delivery outweighs what was delivered. */
function exitCode(inputFailed: boolean, outputFailed: boolean, results: readonly SinkResult[]): number {
  if (inputFailed) return EXIT.input
  if (outputFailed || results.some((result) => result.exportFailed)) return EXIT.delivery
  return results.some((result) => result.conditionHolds === true) ? EXIT.condition : EXIT.fine
}

async function openOut({ options, signal }: DeliverySetup): Promise<OutFile | undefined> {
  const { out, format } = options
  if (out === undefined) return undefined
  return await openOutFile(out, isWhole(format) ? 'whole' : 'over', signal)
}

/** Moves the output into place, or returns the reasons why that failed. */
function finish(out: OutFile | undefined): DumpstreamError[] {
  if (out === undefined) return []
  if (out.output.failure !== undefined) return [out.output.failure]
  try {
    out.finish()
    return []
  } catch (error) {
    if (error instanceof DumpstreamError) return [error]
    throw error
  }
}
