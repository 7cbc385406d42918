/**
 * What one stream of text has: at most one open dump, and at most one candidate, which is the next dump if one is open; the open goroutine; and
 * what is remembered of the lines so far. Whatever opens or closes goes through the table of states (states.ts).
 */
import type { Limits } from '../core/limits.ts'
import type { LogTape } from '../lines/tape.ts'
import type { Signatures } from '../stacks/signature.ts'
import type { StackTrees } from '../stacks/trees.ts'
import type { Body } from './body.ts'
import type { Candidate } from './candidate.ts'
import type { AssemblerSink, OpenDump } from './dump.ts'
import { LogTimes } from './log-times.ts'
import { ReasonBefore } from './logged-reason.ts'
import { OpenGoroutine } from './open-goroutine.ts'
import { Fragments } from './repair/fragments.ts'
import { SinceLastLine } from './since-last-line.ts'
import { StackBody } from './stack-body.ts'
import { after, STREAM, type State } from './states.ts'

export class StreamState {
  readonly limits: Limits
  readonly signatures: Signatures
  readonly #trees: StackTrees
  #tape: LogTape
  #sink: AssemblerSink
  #state: State = 'quiet'
  #dump: OpenDump | undefined
  #beginning: Candidate | undefined
  readonly goroutine: OpenGoroutine
  readonly fragments: Fragments
  /** The body of a dump that has no other. */
  protected readonly stacks: Body
  readonly reasonBefore: ReasonBefore = new ReasonBefore()
  readonly sinceLastLine: SinceLastLine
  readonly logTimes: LogTimes
  /** Number of goroutines of the last dump: the next one is likely to have as many. */
  protected expected = 0
  /** Total number of lines that were dump: callers watch it for silence. */
  progress = 0

  constructor(limits: Limits, signatures: Signatures, trees: StackTrees, tape: LogTape, sink: AssemblerSink) {
    this.limits = limits
    this.signatures = signatures
    this.#trees = trees
    this.#tape = tape
    this.#sink = sink
    this.sinceLastLine = new SinceLastLine(tape)
    this.logTimes = new LogTimes(sink)
    const tree = trees.take()
    this.fragments = new Fragments(limits.fragments, tree, tape)
    this.goroutine = new OpenGoroutine(tree, limits.frames)
    this.stacks = new StackBody(this.goroutine, this.fragments)
  }

  /** Gives back what the next dump can use. Only if nothing is open, and nothing will be opened before `reuse`. */
  release(): void {
    this.#trees.give(this.goroutine.tree)
  }

  /** Prepares for another stream, as if it were new; it was released. */
  reuse(tape: LogTape, sink: AssemblerSink): void {
    this.#tape = tape
    this.#sink = sink
    this.sinceLastLine.reuse(tape)
    this.logTimes.reuse(sink)
    this.reasonBefore.forget()
    const tree = this.#trees.take()
    this.fragments.reuse(tree, tape)
    this.goroutine.reuse(tree)
    this.expected = 0
    this.progress = 0
  }

  get tape(): LogTape {
    return this.#tape
  }

  protected get sink(): AssemblerSink {
    return this.#sink
  }

  /** See the table in states.ts. */
  get state(): State {
    return this.#state
  }

  /** Nothing is open: the next line of interest is one that holds a mark. */
  get quiet(): boolean {
    return this.#state === 'quiet'
  }

  get dump(): OpenDump | undefined {
    return this.#dump
  }

  /** What may become a dump, or the next one. */
  get beginning(): Candidate | undefined {
    return this.#beginning
  }

  /** What may become a dump, while none is open. */
  get candidate(): Candidate | undefined {
    return this.#dump === undefined ? this.#beginning : undefined
  }

  /** A `panic: …` or `SIGQUIT: …` line inside the open dump: it starts the next dump if a header follows. */
  get next(): Candidate | undefined {
    return this.#dump === undefined ? undefined : this.#beginning
  }

  /** What the dump consists of, or what may become one. */
  get body(): Body {
    return (this.#dump ?? this.#beginning)?.body ?? this.stacks
  }

  /** Where what is open begins; undefined if nothing is open. */
  get start(): number | undefined {
    return (this.#dump ?? this.#beginning)?.start
  }

  /** Approximate size of what is kept for it, bytes; 0 if nothing is open. */
  get bytes(): number {
    if (this.#state === 'quiet') return 0
    return this.goroutine.tree.memory + (this.#dump?.tally.bytes ?? 0) + (this.#beginning?.bytes ?? 0)
  }

  protected begins(candidate: Candidate): void {
    this.#beginning = candidate
    this.#state = after(STREAM, this.#state, 'begins')
  }

  protected runs(): void {
    this.#state = after(STREAM, this.#state, 'runs')
  }

  /** `dump`: what the candidate has become; by default, the one that is open goes on. */
  protected proved(dump?: OpenDump): void {
    this.#state = after(STREAM, this.#state, 'proved')
    if (dump === undefined) return
    this.#beginning = undefined
    this.#dump = dump
  }

  protected refuted(): void {
    this.#beginning = undefined
    this.#state = after(STREAM, this.#state, 'refuted')
  }

  protected over(): void {
    this.#dump = undefined
    this.#state = after(STREAM, this.#state, 'over')
  }

  /** Takes out the candidate beside the open dump, which is about to be over: `begins` must follow if there is one. */
  protected takeNext(): Candidate | undefined {
    const { next } = this
    if (next !== undefined) this.#beginning = undefined
    return next
  }
}
