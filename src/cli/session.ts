/** One run: each input through an engine of its own, all records to the same sinks. */
import { existsSync } from 'node:fs'
import { createEngine, type Engine, type EngineStats } from '../engine/engine.ts'
import { DumpstreamError } from '../errors.ts'
import type { Follower } from '../input/follow.ts'
import { IdleWatch } from '../input/idle.ts'
import { type OpenInput, openPath, openStdin } from '../input/open.ts'
import { isPattern, matchingPaths } from '../input/pattern.ts'
import { podFile } from '../input/pod-path.ts'
import type { ProcessIdentity } from '../input/process.ts'
import { readInput } from '../input/read.ts'
import type { Output } from '../sinks/output.ts'
import type { RecordSink } from '../sinks/sink.ts'
import type { RunOptions } from './options.ts'
import type { Progress } from './progress.ts'

/**
 * How often followed files are looked at: often while one of them grows, so that a dump is printed within 50 ms of its end, and
 * seldom when all are quiet (1 % of a core against 0.2 %, on Node 20).
 */
const LOOK_MS = { growing: 40, quiet: 250 } as const
const QUIET_AFTER_MS = 5_000
/** How often patterns are matched anew. */
const RESCAN_MS = 2_000
/** A file that its pattern has not shown this long is gone: a rotation takes a moment only. */
const GONE_MS = 60_000
/** Files that patterns may open: each has an engine of its own. */
const MATCHED_FILES = 1_000

export interface SessionParts {
  readonly options: RunOptions
  /** Descriptor. */
  readonly stdin: number
  readonly sinks: readonly RecordSink[]
  /** The sink that prints: a dump must be on its output before the log goes on there. */
  readonly printer: RecordSink | undefined
  /** Where the log goes; undefined: nowhere. */
  readonly logs: Output | undefined
  /** Everything that is written to, for flushing. */
  readonly outputs: readonly Output[]
  readonly progress: Progress | undefined
  readonly complain: (line: string) => void
  /** What is followed has been opened: bytes that are written from now on are read. */
  readonly onOpened?: () => void
}

export class Session {
  readonly #parts: SessionParts
  readonly #engines = new Set<Engine>()
  readonly #stopping = new AbortController()
  #past: EngineStats = { bytes: 0, dumps: 0, goroutines: 0, damaged: 0 }
  #inputFailed = false
  #lastPush = 0
  #toldTooMany = false

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  get inputFailed(): boolean {
    return this.#inputFailed
  }

  /** Over all inputs, also those that are done. */
  get stats(): EngineStats {
    let sum = this.#past
    for (const { stats } of this.#engines) sum = add(sum, stats)
    return sum
  }

  /** Ends reading; what is open is finished. */
  stop(): void {
    this.#stopping.abort()
  }

  /** Resolves when all inputs are read, or reading was stopped. */
  async read(): Promise<void> {
    const { files, follow } = this.#parts.options
    if (follow) {
      await this.#followAll(files)
      return
    }
    for (const file of files) {
      if (this.#stopping.signal.aborted) return
      await this.#readOne(file)
    }
  }

  async #readOne(file: string): Promise<void> {
    const input = await this.#open(file)
    if (input !== undefined) await this.#readOpen(input)
  }

  /** undefined after a complaint. */
  async #open(file: string): Promise<OpenInput | undefined> {
    try {
      return file === '-'
        ? openStdin(this.#parts.stdin)
        : await openPath(file, this.#stopping.signal, this.#parts.options.steal)
    } catch (error) {
      this.#report(error)
      return undefined
    }
  }

  async #readOpen(input: OpenInput): Promise<void> {
    try {
      await this.#readInput(input)
    } catch (error) {
      this.#report(error)
    } finally {
      input.close()
    }
  }

  async #readInput(input: OpenInput): Promise<void> {
    const { progress } = this.#parts
    const engine = this.#openEngine(input.name)
    // A file never waits; on a pipe a dump also ends with silence.
    const every = Math.max(10, this.#parts.options.idle / 4)
    const idle = new IdleWatch(every, performance.now())
    const tick = (): void => {
      if (idle.isDue(performance.now())) this.#tick([engine])
    }
    const timer = input.kind === 'file' ? undefined : setInterval(tick, every)
    if (input.size !== undefined) progress?.start(input.name, input.size)
    try {
      await readInput(
        input,
        {
          onChunk: (bytes) => this.#push(engine, bytes),
          onRead: (bytes) => {
            idle.read(bytes)
            progress?.advance(bytes)
          },
        },
        this.#stopping.signal,
      )
    } finally {
      clearInterval(timer)
      progress?.stop()
      this.#closeEngine(engine)
    }
  }

  async #followAll(files: readonly string[]): Promise<void> {
    const followed: Followed[] = []
    const streams: Promise<void>[] = []
    const patterns = files.filter(isPattern)
    for (const file of files) {
      if (this.#stopping.signal.aborted) break
      if (patterns.includes(file)) continue
      // What is not there yet is waited for; a process that is not there is a mistake.
      const input = file === '-' || file.startsWith('/proc/') || existsSync(file) ? await this.#open(file) : 'absent'
      if (input === undefined) continue
      if (input === 'absent') {
        followed.push(await this.#openFollowed(file))
      } else if (input.kind === 'file') {
        input.close()
        followed.push(await this.#openFollowed(file))
      } else {
        // A pipe has an end and no rotation. It is not opened anew: its writer may have come and gone.
        streams.push(this.#readOpen(input))
      }
    }
    // The first look settles where reading begins.
    for (const { follower } of followed) follower.poll(performance.now())
    this.#parts.onOpened?.()
    if (followed.length > 0 || patterns.length > 0) streams.push(this.#lookUntilStopped(followed, patterns))
    await Promise.all(streams)
    for (const { follower, engine } of followed) {
      follower.close()
      this.#closeEngine(engine)
    }
  }

  async #openFollowed(file: string, from: 'start' | 'end' = this.#parts.options.from): Promise<Followed> {
    const { Follower } = await import('../input/follow.ts')
    const engine = this.#openEngine(file)
    const process = file.startsWith('/proc/') ? await identifyOwner(file) : undefined
    const follower = new Follower(
      file,
      { onChunk: (bytes) => this.#push(engine, bytes), onNotice: this.#parts.complain },
      { from, ...(process === undefined ? {} : { process }) },
    )
    return { follower, engine }
  }

  async #lookUntilStopped(followed: Followed[], patterns: readonly string[]): Promise<void> {
    const { signal } = this.#stopping
    let last = performance.now()
    let scanned = Number.NEGATIVE_INFINITY
    let wait: number = LOOK_MS.growing
    while (!signal.aborted && (patterns.length > 0 || followed.some(({ follower }) => !follower.over))) {
      if (patterns.length > 0 && performance.now() - scanned >= RESCAN_MS) {
        const from = scanned < 0 ? this.#parts.options.from : 'start'
        scanned = performance.now()
        await this.#match(patterns, followed, from)
      }
      let more = false
      for (const { follower } of followed) more = follower.poll(performance.now()) || more
      const late = performance.now() - last > wait * 3
      last = performance.now()
      wait = last - this.#lastPush < QUIET_AFTER_MS ? LOOK_MS.growing : LOOK_MS.quiet
      if (more) {
        await new Promise(setImmediate)
        continue
      }
      if (!late) this.#tick(followed.map(({ engine }) => engine))
      await pause(wait, signal)
    }
    // What was written before the signal is read.
    for (const { follower } of followed) follower.poll(performance.now())
  }

  /** Follows what matches now and is new; lets go of what has not matched for a while. */
  async #match(patterns: readonly string[], followed: Followed[], from: 'start' | 'end'): Promise<void> {
    const now = performance.now()
    const paths = new Set(patterns.flatMap(matchingPaths))
    for (const each of followed) {
      if (each.seen === undefined) paths.delete(each.follower.path)
      else if (paths.delete(each.follower.path)) each.seen = now
    }
    for (const each of followed.filter(({ seen }) => seen !== undefined && now - seen > GONE_MS)) {
      each.follower.close()
      this.#closeEngine(each.engine)
      followed.splice(followed.indexOf(each), 1)
    }
    for (const path of paths) {
      if (followed.length >= MATCHED_FILES) {
        if (!this.#toldTooMany) this.#parts.complain(`${path}: not followed, for ${MATCHED_FILES} files are already`)
        this.#toldTooMany = true
        return
      }
      followed.push({ ...(await this.#openFollowed(path, from)), seen: now })
    }
  }

  #openEngine(source: string): Engine {
    const { options, sinks, printer, logs } = this.#parts
    const pod = podFile(source)
    const engine = createEngine({
      ...options.engine,
      source,
      // Streams that have a name of their own stand behind the container.
      ...(pod === undefined ? {} : { source: pod.key, attributes: pod.attributes, qualified: true }),
      onRecord: (record, frame) => {
        for (const sink of sinks) sink.record(record, frame)
      },
      ...(logs === undefined
        ? {}
        : {
            onLog: (bytes) => {
              printer?.settle?.()
              logs.writeBytes(bytes)
            },
          }),
    })
    this.#engines.add(engine)
    return engine
  }

  #push(engine: Engine, bytes: Uint8Array): void {
    this.#lastPush = performance.now()
    engine.push(bytes)
    this.#settle()
  }

  #closeEngine(engine: Engine): void {
    engine.end()
    this.#past = add(this.#past, engine.stats)
    this.#engines.delete(engine)
    this.#settle()
  }

  #tick(engines: readonly Engine[]): void {
    const now = Date.now()
    for (const engine of engines) engine.tick(now)
    this.#settle()
  }

  /** What is complete goes out. When nobody reads it any more, reading ends too. */
  #settle(): void {
    for (const sink of this.#parts.sinks) sink.settle?.()
    for (const output of this.#parts.outputs) {
      output.flush()
      if (output.closed) this.stop()
    }
  }

  #report(error: unknown): void {
    if (!(error instanceof DumpstreamError)) throw error
    this.#inputFailed = true
    this.#parts.complain(error.message)
  }
}

interface Followed {
  readonly follower: Follower
  readonly engine: Engine
  /** When its pattern last showed it. Absent: it was named. */
  seen?: number
}

/** kubelet's lines name their stream only (stdout, stderr): which container it is of, the name of the file knows. */
async function identifyOwner(path: string): Promise<ProcessIdentity | undefined> {
  const { descriptorOf } = await import('../input/descriptor.ts')
  const { identifyProcess } = await import('../input/process.ts')
  const descriptor = descriptorOf(path)
  return descriptor === undefined ? undefined : identifyProcess(descriptor.pid)
}

/** Resolves after a time, or at once when the signal is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, milliseconds)
    signal.addEventListener('abort', done)
  })
}

function add(one: EngineStats, other: EngineStats): EngineStats {
  return {
    bytes: one.bytes + other.bytes,
    dumps: one.dumps + other.dumps,
    goroutines: one.goroutines + other.goroutines,
    damaged: one.damaged + other.damaged,
  }
}
