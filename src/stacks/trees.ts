/**
 * The trees of known stacks of one engine. Each open dump walks a tree of its own; when it is over, the tree with all it has learnt goes to
 * the next one, of whichever stream: pods of one deployment have the same stacks.
 */
import { StackTree } from './stack-tree.ts'
import { type KernelUse, NEVER, WORTH_ITS_WHILE } from './tables.ts'

/** Trees that wait for a dump: each is as large as what it has learnt. */
const SPARE = 2
/** Trees that a kernel may walk: each of these may take a memory of its own, and many streams may have a dump open. */
const WITH_KERNEL = 4

export class StackTrees {
  readonly #limit: number
  /** The one that was used last is the last. */
  readonly #spare: StackTree[] = []
  readonly #use: KernelUse
  #made = 0

  /** `use`: as that of the tree. */
  constructor(limitBytes: number, use: KernelUse = WORTH_ITS_WHILE) {
    this.#limit = limitBytes
    this.#use = use
  }

  take(): StackTree {
    return this.#spare.pop() ?? new StackTree(this.#limit, this.#made++ < WITH_KERNEL ? this.#use : NEVER)
  }

  /** Nobody is in the tree any more. */
  give(tree: StackTree): void {
    if (this.#spare.length < SPARE) this.#spare.push(tree)
  }
}
