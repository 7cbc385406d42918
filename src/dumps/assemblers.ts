/**
 * The assemblers of one input. One whose stream no longer has a dump goes to the next stream: if each line begins a dump in another stream, making
 * assemblers and collecting them would take most of the time.
 */
import type { Limits } from '../core/limits.ts'
import type { LogTape } from '../lines/tape.ts'
import type { Signatures } from '../stacks/signature.ts'
import type { StackTrees } from '../stacks/trees.ts'
import { Assembler } from './assembler.ts'
import type { AssemblerSink } from './dump.ts'

/**
 * Most assemblers that wait for a stream: if there are many streams, one usually ends as the next begins, and two alternating dumps need two. Each
 * still refers to its last tree, which may be large, and to what its stream used.
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
   * Nothing is open in it, and its stream has let go of it. `knows`: its tree may go to another dump. The tree of two writers in one log may have
   * stacks that mix lines of both.
   */
  give(assembler: Assembler, knows: boolean): void {
    if (knows) assembler.release()
    if (this.#spare.length < SPARE) this.#spare.push(assembler)
  }
}
