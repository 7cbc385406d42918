/**
 * The assemblers of one input. One whose stream has no dump any more goes to the next stream: where each line begins a dump in another stream,
 * making them, and clearing them away, would take most of the time.
 */
import type { Limits } from '../core/limits.ts'
import type { LogTape } from '../lines/tape.ts'
import type { Signatures } from '../stacks/signature.ts'
import type { StackTrees } from '../stacks/trees.ts'
import { Assembler } from './assembler.ts'
import type { AssemblerSink } from './dump.ts'

/**
 * Assemblers that wait for a stream: where there are many, one ends as the next one begins, and two dumps by turns are two. Each still refers to the
 * tree that it had, which may be large, and to what its stream was of.
 */
const SPARE = 2

export class Assemblers {
  readonly #limits: Limits
  readonly #signatures: Signatures
  readonly #trees: StackTrees
  readonly #spare: Assembler[] = []

  constructor(limits: Limits, signatures: Signatures, trees: StackTrees) {
    this.#limits = limits
    this.#signatures = signatures
    this.#trees = trees
  }

  take(tape: LogTape, sink: AssemblerSink): Assembler {
    const spare = this.#spare.pop()
    if (spare === undefined) return new Assembler(this.#limits, this.#signatures, this.#trees, tape, sink)
    spare.reuse(tape, sink)
    return spare
  }

  /**
   * Nothing is open in it, and whoever had it has it no longer. `knows`: its tree may go to another dump. That of two writers in one log may have
   * stacks of both, put together.
   */
  give(assembler: Assembler, knows: boolean): void {
    if (knows) assembler.release()
    if (this.#spare.length < SPARE) this.#spare.push(assembler)
  }
}
