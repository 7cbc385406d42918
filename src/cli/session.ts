/** One run: each input has its own engine, and all records go to the same sinks. */

import { existsSync } from 'node:fs'
import { elapsed } from '../core/clock.ts'
import { DumpstreamError } from '../core/errors.ts'
import type { Engine, EngineStats } from '../engine/engine.ts'
import { IdleWatch } from '../input/idle.ts'
import { describeNonText } from '../input/magic.ts'
import { type OpenInput, openPath, openStdin } from '../input/open.ts'
import { isPattern } from '../input/pattern.ts'
import { readInput } from '../input/read.ts'
import { Engines, type EnginesParts } from './engines.ts'
import { InputTexts } from './input-texts.ts'
import type { Progress } from './progress.ts'
import type { StateFile } from './state.ts'

export interface SessionParts extends EnginesParts {
  /** A descriptor. */
  readonly stdin: number
  readonly progress: Progress | undefined
  /** Paths and descriptors that the run writes to: patterns do not match them. */
  readonly written?: readonly (string | number)[]
  /** Called when the followed files are open: bytes that are written from now on are read. */
  readonly onOpened?: () => void
}

export class Session {
  readonly #parts: SessionParts
  readonly #engines: Engines
  readonly #stopping = new AbortController()
  #inputFailed = false
  #stateFailed = false

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.#engines = new Engines(parts, () => this.stop())
  }

  /** `--state-file` could not be written. */
  get stateFailed(): boolean {
    return this.#stateFailed
  }

  get inputFailed(): boolean {
    return this.#inputFailed
  }

  /** Totals over all inputs, including those that are done. */
  get stats(): EngineStats {
    return this.#engines.stats
  }

  /** Stops reading, and completes what is open. */
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

  /** Undefined after a complaint. */
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
    const { progress, complain } = this.#parts
    const texts = new InputTexts(this.#engines, input.name, (engine, name) => this.#checkText(engine, name))
    // A file never blocks; on a pipe, silence also ends a dump.
    const every = Math.max(10, this.#parts.options.idle / 4)
    const idle = new IdleWatch(every, elapsed())
    const tick = (): void => {
      if (idle.isDue(elapsed())) this.#engines.tick([texts.engine])
    }
    const timer = input.kind === 'file' ? undefined : setInterval(tick, every)
    if (input.size !== undefined) progress?.start(input.name, input.size)
    let isCut = true
    const { fd, size } = input
    // With --logs pass, log must come out in the order of the file.
    let mayTurn = input.kind === 'file' && size !== undefined && this.#parts.logs === undefined
    const turning = new AbortController()
    const { signal } = this.#stopping
    try {
      await readInput(
        input,
        {
          onChunk: (bytes) => {
            texts.push(bytes)
            if (mayTurn && texts.engine.isNewestFirst === true) turning.abort()
          },
          onPacked: () => {
            mayTurn = false
          },
          onRead: (bytes) => {
            idle.read(bytes)
            progress?.advance(bytes)
          },
          onMember: (name) => texts.begin(name),
          onNotice: complain,
          onFault: (error) => {
            texts.isCut = true
            this.#report(error)
          },
        },
        AbortSignal.any([signal, turning.signal]),
      )
      if (turning.signal.aborted && size !== undefined) {
        const { placedBackwards, readBackwards } = await import('../input/backwards.ts')
        texts.turn((record) => placedBackwards(record, size))
        await readBackwards({ fd, size, onChunk: (lines) => texts.push(lines) }, signal)
      }
      isCut = false
    } finally {
      clearInterval(timer)
      progress?.stop()
      texts.end(isCut)
      await this.#sayWhatIsMissing(texts)
    }
  }

  /** Faults are always reported. */
  #checkText(engine: Engine, name: string): void {
    for (const notice of new Set(engine.notices)) this.#parts.complain(`${name}: ${notice}`)
    for (const fault of new Set(engine.faults)) {
      this.#inputFailed = true
      const before = engine.stats.dumps > 0 ? '; the data before that was read' : ''
      this.#parts.complain(`${name}: ${fault}${before}`)
    }
  }

  /** An input without a dump is reported if a person is watching or a gate depends on it. */
  async #sayWhatIsMissing(texts: InputTexts): Promise<void> {
    const { complain, isWatched = false } = this.#parts
    if (texts.dumps > 0) return
    const { head } = texts
    const what = head === undefined ? undefined : describeNonText(head)
    if (what !== undefined) complain(`${texts.name}: ${what}, not a log`)
    else if (isWatched && !this.#stopping.signal.aborted) {
      const { nothingFound } = await import('./nothing-found.ts')
      for (const line of nothingFound(texts)) complain(line)
    }
  }

  async #followAll(files: readonly string[]): Promise<void> {
    const { signal } = this.#stopping
    const { options, complain, written = [] } = this.#parts
    const { FollowedFiles } = await import('./followed.ts')
    const patterns = files.filter(isPattern)
    const followed = new FollowedFiles({
      engines: this.#engines,
      patterns,
      written,
      from: options.from,
      signal,
      complain,
      state: options.state === undefined ? undefined : await openState(options.state),
    })
    const streams: Promise<void>[] = []
    for (const file of files) {
      if (signal.aborted) break
      if (patterns.includes(file)) continue
      // A file that does not exist yet is waited for; a process that does not exist is a mistake.
      const input = file === '-' || file.startsWith('/proc/') || existsSync(file) ? await this.#open(file) : 'absent'
      if (input === undefined) continue
      if (input === 'absent') {
        await followed.add(file)
      } else if (input.identity !== undefined) {
        input.close()
        await followed.add(file)
      } else {
        // A pipe or a device (/dev/null) ends and is not rotated. It is not reopened, because its writer may have come and gone.
        streams.push(this.#readOpen(input))
      }
    }
    followed.look()
    this.#parts.onOpened?.()
    streams.push(followed.read())
    await Promise.all(streams)
    this.#stateFailed = !followed.close()
  }

  #report(error: unknown): void {
    if (!(error instanceof DumpstreamError)) throw error
    this.#inputFailed = true
    this.#parts.complain(error.message)
  }
}

async function openState(path: string): Promise<StateFile> {
  const { StateFile } = await import('./state.ts')
  return new StateFile(path)
}
