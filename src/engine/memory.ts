/**
 * What the engines of one input share: histories and numbers of dumps, which dumps are reported, known stacks, and the memory budget.
 */
import { Budget } from '../core/budget.ts'
import type { Limits } from '../core/limits.ts'
import { RecentMap } from '../core/lru.ts'
import type { Similarity } from '../core/model.ts'
import { Assemblers } from '../dumps/assemblers.ts'
import { createHistory, type History } from '../leaks/history.ts'
import type { HistorySnapshot } from '../leaks/snapshot.ts'
import type { LinesBefore } from '../lines/recent-log.ts'
import { Signatures } from '../stacks/signature.ts'
import type { KernelUse } from '../stacks/tables.ts'
import { StackTrees } from '../stacks/trees.ts'
import { type EngineSnapshot, type Reported, SNAPSHOT_VERSION } from './snapshot.ts'

/** Finished dumps that are remembered while a dump is open that began before they ended: at most twice this number. */
const FINISHED = 4096
/** Simultaneously open dumps whose preceding lines are remembered, 4 KiB each: at most twice this number. */
const OPENED = 64

/** Share of the memory budget for signatures that nothing open refers to. */
const SIGNATURES_SHARE = 1 / 4
/** Share of the memory budget for the tree of known stacks of one dump. */
const TREE_SHARE = 1 / 16

interface Finished {
  readonly source: string
  /** Offsets in the input. */
  readonly start: number
  readonly end: number
}

export class Memory {
  readonly history: History
  /** Source → number of its next dump; least recently used first. */
  readonly numbers: RecentMap<string, number>
  readonly budget: Budget
  readonly assemblers: Assemblers
  readonly #shared: Shared
  /**
   * Maps an offset of an engine to the input; absent if the engine reads the whole input. A snapshot does not need what came before dumps of a part.
   */
  readonly #place: ((offset: number) => number) | undefined
  /** The log before the input. */
  readonly before: LinesBefore | undefined
  /** The starts of dumps that may still be open, with the log before each. */
  readonly #opened: { readonly start: number; readonly before: LinesBefore }[] = []
  #latest: () => LinesBefore = () => ({ recent: '', sinceDump: '' })

  private constructor(
    parts: Pick<Memory, 'history' | 'numbers' | 'budget' | 'assemblers'>,
    before: LinesBefore | undefined,
    shared: Shared,
    place?: (offset: number) => number,
  ) {
    this.history = parts.history
    this.numbers = parts.numbers
    this.budget = parts.budget
    this.assemblers = parts.assemblers
    this.#shared = shared
    this.#place = place
    this.before = before
  }

  /**
   * `kernels`: when they walk the stacks.
   *
   * @throws DumpstreamError `DS_OPTION` if `snapshot` is not valid
   */
  static make(
    limits: Limits,
    similarity: Similarity,
    snapshot: EngineSnapshot | undefined,
    kernels?: KernelUse,
  ): Memory {
    const { memoryBytes, historySignatures, knownStackBytes } = limits
    const history = createHistory({ limits, ...(snapshot === undefined ? {} : { snapshot: snapshot.history }) })
    const known = new Set(snapshot?.reported.map(keyOf))
    const numbers = new RecentMap<string, number>(limits.sources)
    for (const [source, next] of snapshot?.numbers ?? []) numbers.set(source, next)
    const signatures = new Signatures(similarity, historySignatures, memoryBytes * SIGNATURES_SHARE)
    const trees = new StackTrees(Math.min(knownStackBytes, memoryBytes * TREE_SHARE), kernels)
    const parts = {
      history,
      numbers,
      budget: new Budget(memoryBytes),
      assemblers: new Assemblers(limits, signatures, trees),
    }
    return new Memory(parts, snapshot?.before, { known, finished: [], written: undefined, dumps: 0 })
  }

  /**
   * The same memory for an engine that reads part of the input: `place` maps its offsets to those of the input. `before`: the log before that part,
   * if it is known.
   */
  placed(place: (offset: number) => number, before?: LinesBefore): Memory {
    return new Memory(this, before, this.#shared, (offset) => this.#inInput(place(offset)))
  }

  /** `latest`: returns the end of the log so far. */
  watch(latest: () => LinesBefore): void {
    this.#latest = latest
  }

  /** A dump may begin at `start`, after the log in `before`. */
  open(start: number, before: LinesBefore): void {
    if (this.#place !== undefined) return
    this.#opened.push({ start, before })
    if (this.#opened.length > 2 * OPENED) this.#opened.splice(0, OPENED)
  }

  /** Notes that a dump is complete. Returns whether to report it: not if the engine of the snapshot already did. */
  finish(source: string, [first, after]: readonly [number, number]): boolean {
    const { known, finished } = this.#shared
    const start = this.#inInput(first)
    this.#shared.dumps++
    finished.push({ source, start, end: after > first ? this.#inInput(after - 1) + 1 : start })
    if (finished.length > 2 * FINISHED) finished.splice(0, FINISHED)
    return known.size === 0 || !known.has(keyOf([source, start]))
  }

  #inInput(offset: number): number {
    return this.#place === undefined ? offset : this.#place(offset)
  }

  /** `needed`: the first byte of what is still open. */
  snapshot(needed: number, isOpen: boolean, similarity: Similarity): EngineSnapshot {
    // If nothing is open, no dump that ended so far can overlap what comes next.
    const { finished } = this.#shared
    if (!isOpen) {
      finished.length = 0
      this.#opened.length = 0
    }
    const resumeAt = this.#beforeAll(needed)
    const { recent, sinceDump } = this.#opened.find(({ start }) => start >= resumeAt)?.before ?? this.#latest()
    const reported = finished.flatMap(({ source, start, end }): Reported[] =>
      end > resumeAt ? [[source, start - resumeAt]] : [],
    )
    return {
      v: SNAPSHOT_VERSION,
      resumeAt,
      similarity,
      history: this.#history(),
      numbers: [...this.numbers],
      reported,
      before: { recent, sinceDump },
    }
  }

  /** Cached: without another dump, the history is the same. */
  #history(): HistorySnapshot {
    const { written, dumps } = this.#shared
    if (written?.dumps === dumps) return written.history
    const history = this.history.snapshot()
    this.#shared.written = { history, dumps }
    return history
  }

  /** Moves back to an offset that is inside no dump: a dump that is read from its middle would be a different one. */
  #beforeAll(needed: number): number {
    let resumeAt = needed
    for (let before = Number.POSITIVE_INFINITY; before !== resumeAt; ) {
      before = resumeAt
      for (const { start, end } of this.#shared.finished) if (start < resumeAt && end > resumeAt) resumeAt = start
    }
    return resumeAt
  }
}

interface Shared {
  readonly known: ReadonlySet<string>
  readonly finished: Finished[]
  /** The history as last written, and the number of finished dumps at that time. */
  written: { readonly history: HistorySnapshot; readonly dumps: number } | undefined
  dumps: number
}

function keyOf([source, start]: Reported): string {
  return `${start}\n${source}`
}
