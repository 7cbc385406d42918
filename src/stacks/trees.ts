/**
 * The trees of known stacks of one engine. Each open dump walks a separate tree. When the dump is over, its tree with all it has learnt goes to
 * the next dump, of any stream: pods of one deployment have the same stacks.
 */
import { StackTree } from './stack-tree.ts'
import { type KernelUse, NEVER, WORTH_ITS_WHILE } from './tables.ts'

/** Most spare trees: each is as large as what it has learnt. */
const SPARE = 2
/** Most trees that may use a kernel: each takes a separate memory, and many streams may have a dump open. */
const WITH_KERNEL = 4

export class StackTrees {
  readonly #limit: number
  /** The most recently used one is last. */
  readonly #spare: StackTree[] = []
  readonly #use: KernelUse
  #made = 0

  /** `use`: passed to the trees. */
  constructor(limitBytes: number, use: KernelUse = WORTH_ITS_WHILE) {
    this.#limit = limitBytes
    this.#use = use
  }

  take(): StackTree {
    return this.#spare.pop() ?? new StackTree(this.#limit, this.#made++ < WITH_KERNEL ? this.#use : NEVER)
  }

  /** Call it when nothing uses the tree any more. */
  give(tree: StackTree): void {
    if (this.#spare.length < SPARE) this.#spare.push(tree)
  }
}
