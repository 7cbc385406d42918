/**
 * What the engines of one input know and keep together: histories and numbers of dumps, which dumps are reported, known stacks, and the
 * budget of memory that all draw on.
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

/** Dumps that are remembered while one is open that began before their ends: twice as many at most. */
const FINISHED = 4096
/** Dumps that are open at once whose lines before are remembered, 4 KiB each: twice as many at most. */
const OPENED = 64

/** Of the memory for all that is open, what signatures may take that nothing open refers to any more. */
const SIGNATURES_SHARE = 1 / 4
/** The same of the tree of known stacks of one dump. */
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
  /** Absent for the whole input: no snapshot asks what came before the dumps of a part of it. */
  readonly #place: ((offset: number) => number) | undefined
  /** What came before the input. */
  readonly before: LinesBefore | undefined
  /** Where dumps began, as far as they may be open, and what came before. */
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
   * @throws DumpstreamError `DS_OPTION` when `snapshot` is not one
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
   * The same for an engine of a part of the input: `place` makes offsets of the input of its own. `before`: what came before that part; absent,
   * it does not say.
   */
  placed(place: (offset: number) => number, before?: LinesBefore): Memory {
    return new Memory(this, before, this.#shared, (offset) => this.#inInput(place(offset)))
  }

  /** `latest`: what has come so far. */
  watch(latest: () => LinesBefore): void {
    this.#latest = latest
  }

  /** A dump may begin at `start`, behind `before`. */
  open(start: number, before: LinesBefore): void {
    if (this.#place !== undefined) return
    this.#opened.push({ start, before })
    if (this.#opened.length > 2 * OPENED) this.#opened.splice(0, OPENED)
  }

  /** A dump is complete. True when it is to be reported: it was not, by the engine of the snapshot. */
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
    // Nothing that is open now began before what comes next.
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

  /** Without a dump since, it is the same. */
  #history(): HistorySnapshot {
    const { written, dumps } = this.#shared
    if (written?.dumps === dumps) return written.history
    const history = this.history.snapshot()
    this.#shared.written = { history, dumps }
    return history
  }

  /** A dump that is read from its middle would be another one: goes back to where none has begun. */
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
  /** The history as it was last written, and how many dumps were finished then. */
  written: { readonly history: HistorySnapshot; readonly dumps: number } | undefined
  dumps: number
}

function keyOf([source, start]: Reported): string {
  return `${start}\n${source}`
}
