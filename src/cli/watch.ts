/**
 * `dumpstream watch`: requests a dump at intervals, prints each one, and judges them at the end. Ctrl-C and SIGTERM end it, with the verdict.
 */

import { pause } from '../core/clock.ts'
import { DumpstreamError } from '../core/errors.ts'
import { createEngine } from '../engine/engine.ts'
import type { RecordSink } from '../sinks/sink.ts'
import { askOnce } from '../watch/asked.ts'
import { Judgement } from '../watch/judgement.ts'
import { objectionTo, readSignal, Target } from '../watch/target.ts'
import { type ParsedArgs, quote, usageError } from './args.ts'
import { withBaseline } from './baseline.ts'
import { STARTS } from './choices.ts'
import { type Delivery, openDelivery } from './deliver.ts'
import { loadOptions, type RunOptions } from './options.ts'
import { refuseOwnOutput } from './own-output.ts'
import { Session } from './session.ts'
import { handleSignals } from './signals.ts'
import type { Terminal } from './terminal.ts'
import { FlagValues } from './values.ts'

const EVERY_MS = 5 * 60_000
const TIMEOUT_MS = 30_000
/** How often to check whether the requested dump has come. */
const LOOK_MS = 20

/** One way to get a dump. */
interface Asker {
  /** Resolves to whether a dump came; if not, the reason was reported. */
  ask(signal: AbortSignal): Promise<boolean>
  /** There will be no more dumps. */
  readonly over: boolean
  readonly bytes: number
  close(): Promise<void>
}

interface Setup {
  readonly options: RunOptions
  readonly values: FlagValues
  readonly timeout: number
  readonly sinks: readonly RecordSink[]
  /** Number of dumps so far that show their process. */
  readonly shown: () => number
  readonly delivery: Delivery
  readonly complain: (line: string) => void
}

type OpenAsker = (setup: Setup) => Promise<Asker>

/** Resolves to the exit code. */
export async function run(args: ParsedArgs, terminal: Terminal): Promise<number> {
  if (args.operands.length > 0) throw usageError('watch takes no FILE; --log FILE names what the process writes')
  const values = new FlagValues(args)
  const timeout = values.duration('timeout') ?? TIMEOUT_MS
  const every = values.duration('every') ?? EVERY_MS
  const count = values.count('count') ?? Number.POSITIVE_INFINITY
  const openAsker = await chooseAsker(values, timeout)
  const complain = (line: string): void => terminal.complain(line)
  const options = await withBaseline(await loadOptions(args, terminal), complain)
  if (values.has('pid')) refuseOwnOutput({ ...options, files: [watchedLog(values)] }, terminal)

  let inputBytes = (): number => 0
  const stopping = new AbortController()
  const delivery = await openDelivery({
    options,
    terminal,
    complain,
    isJudged: true,
    inputBytes: () => inputBytes(),
    leave: stopping.signal,
  })
  const judgement = new Judgement(options.narrowing.baseline)
  const stopSignals = handleSignals({ stdinIsPiped: false, stop: () => stopping.abort() })
  try {
    const sinks = [...delivery.sinks, judgement]
    const asker = await openAsker({ options, values, timeout, sinks, shown: () => judgement.shown, delivery, complain })
    inputBytes = () => asker.bytes
    const came = await askAll(asker, { every, count, delivery, signal: stopping.signal })
    await asker.close()
    for (const line of judgement.lines()) {
      // With text output it is part of the records; JSON lines stay JSON lines.
      if (options.format === 'text') delivery.records.writeLines(`${line}\n`)
      else complain(line)
    }
    return await delivery.end(!came || (judgement.dumps === 0 && !stopping.signal.aborted))
  } finally {
    stopSignals()
    delivery.close()
  }
}

/** False if the last dump did not come, although nobody stopped waiting for it. */
async function askAll(
  asker: Asker,
  plan: { every: number; count: number; delivery: Delivery; signal: AbortSignal },
): Promise<boolean> {
  const { every, count, delivery, signal } = plan
  for (let asked = 1; ; asked++) {
    const next = performance.now() + every
    const came = await asker.ask(signal)
    const unread = delivery.outputs.some((output) => output.closed)
    if (signal.aborted || asker.over || unread) return true
    if (asked >= count) return came
    await pause(Math.max(0, next - performance.now()), signal)
    if (signal.aborted) return true
  }
}

/** Refuses invalid arguments, and processes that should not be signalled, before anything is opened. */
async function chooseAsker(values: FlagValues, timeout: number): Promise<OpenAsker> {
  const given = ['pid', 'url', 'exec'].filter((name) => values.has(name))
  if (given.length !== 1) {
    throw usageError(
      given.length === 0
        ? 'watch needs one of --pid PID --signal NAME, --url URL, --exec COMMAND'
        : `--${given.join(' and --')} exclude each other; keep one of them`,
    )
  }
  if (!values.has('pid')) {
    const stray = ['signal', 'log', 'i-know', 'from', 'steal'].find((name) => values.has(name))
    if (stray !== undefined) throw usageError(`--${stray} goes with --pid`)
  }
  if (!values.has('url')) {
    const stray = ['user', 'header'].find((name) => values.has(name))
    if (stray !== undefined) throw usageError(`--${stray} goes with --url`)
  }
  if (values.count('count') === 0) throw usageError('--count takes a number of 1 or more')
  const url = values.text('url')
  const command = values.text('exec')
  if (url !== undefined) return await urlAsker(values, url, timeout)
  if (command !== undefined) return await commandAsker(command, timeout)
  return pidAsker(values)
}

async function urlAsker(values: FlagValues, url: string, timeout: number): Promise<OpenAsker> {
  const { readEndpoint, urlAsk } = await import('../watch/url.ts')
  try {
    const endpoint = readEndpoint(url, values.text('user'), values.all('header'), timeout)
    return async (setup) => openAnswers(setup, endpoint.name, urlAsk(endpoint), '; add ?debug=2 to the URL')
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error))
  }
}

async function commandAsker(command: string, timeout: number): Promise<OpenAsker> {
  const { commandAsk } = await import('../watch/command.ts')
  return async (setup) =>
    openAnswers(setup, command, commandAsk(command, timeout), '; add 2>&1 to read its stderr, too')
}

function openAnswers(
  { options, sinks, delivery, complain }: Setup,
  source: string,
  ask: Parameters<typeof askOnce>[2],
  advice: string,
): Asker {
  const engine = createEngine({
    ...options.engine,
    source,
    onRecord: (record) => {
      for (const sink of sinks) sink.record(record)
    },
  })
  const settle = (): void => {
    for (const sink of sinks) sink.settle?.()
    for (const output of delivery.outputs) output.flush()
  }
  return {
    over: false,
    get bytes() {
      return engine.stats.bytes
    },
    ask: async (signal) => {
      try {
        const dumps = await askOnce(engine, options.idle, ask, signal)
        if (dumps === 0 && !signal.aborted) complain(`${source}: no goroutine dump in the answer${advice}`)
        return dumps > 0
      } catch (error) {
        if (!(error instanceof DumpstreamError)) throw error
        complain(error.message)
        return false
      } finally {
        settle()
      }
    },
    close: async () => {
      engine.end()
      settle()
    },
  }
}

function pidAsker(values: FlagValues): OpenAsker {
  const pid = values.count('pid') ?? 0
  const name = values.text('signal')
  if (name === undefined) {
    throw usageError('--pid needs --signal NAME, the one the service dumps on, such as USR2; QUIT ends a Go process')
  }
  const signal = readSignal(name)
  if (signal === undefined) throw usageError(`--signal takes a name such as USR2, not ${quote(name)}`)
  const objection = objectionTo(signal, values.has('i-know'))
  if (objection !== undefined) throw usageError(objection)
  const target = new Target(pid, signal, values.has('i-know'))
  target.check()
  return async (setup) => await openSignalled(setup, target, watchedLog(values), signal.name)
}

function watchedLog(values: FlagValues): string {
  return values.text('log') ?? `/proc/${values.count('pid') ?? 0}/fd/1`
}

async function openSignalled(setup: Setup, target: Target, log: string, signalName: string): Promise<Asker> {
  const { options, values, timeout, sinks, shown, delivery, complain } = setup
  let reading: Promise<void> = Promise.resolve()
  let read = false
  const session = await new Promise<Session>((resolve, reject) => {
    const opened: Session = new Session({
      options: { ...options, files: [log], follow: true, from: values.choice('from', STARTS) ?? 'end' },
      stdin: -1,
      sinks,
      printer: delivery.printer,
      logs: undefined,
      outputs: delivery.outputs,
      progress: undefined,
      complain,
      onOpened: () => resolve(opened),
    })
    reading = opened.read().then(() => {
      read = true
    })
    reading.catch(reject)
  })
  if (session.inputFailed) {
    throw new DumpstreamError('DS_INPUT', `nothing was signalled; --log FILE names the file that the dumps go to`)
  }
  let over = false
  return {
    get over() {
      return over
    },
    get bytes() {
      return session.stats.bytes
    },
    ask: async (signal) => {
      const before = { shown: shown(), dumps: session.stats.dumps }
      try {
        target.send()
      } catch (error) {
        if (!(error instanceof DumpstreamError)) throw error
        complain(error.message)
        over = target.ended
        return false
      }
      const until = performance.now() + timeout
      while (shown() === before.shown && !read && !signal.aborted && performance.now() < until) {
        await pause(LOOK_MS, signal)
      }
      if (session.stats.dumps > before.dumps || signal.aborted) return true
      if (read) {
        over = true
        complain('the process has ended')
        return false
      }
      complain(
        `no dump in ${log} within ${timeout / 1000}s of ${signalName}; does the handler write elsewhere? --log FILE names it`,
      )
      return false
    },
    close: async () => {
      session.stop()
      await reading
    },
  }
}
