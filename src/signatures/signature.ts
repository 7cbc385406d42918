/** A stack and its identity. Text is parsed when it is asked for: most signatures of a large dump are only counted. */
import { hash } from 'node:crypto'
import type { PrintedStack } from '../goroutines/stack.ts'
import type { Frame, Signature, Similarity, Stack } from '../model.ts'
import { canonicalText } from './canonical.ts'
import { titleFrame } from './title.ts'

class StackSignature implements Signature {
  readonly id: string
  readonly stack: Stack
  readonly #similarity: Similarity
  readonly #state: string
  #title: Frame | undefined

  constructor(id: string, stack: Stack, similarity: Similarity, state: string) {
    this.id = id
    this.stack = stack
    this.#similarity = similarity
    this.#state = state
  }

  get canonical(): string {
    return canonicalText(this.stack, this.#similarity, this.#state)
  }

  get title(): Frame {
    this.#title ??= titleFrame(this.stack)
    return this.#title
  }

  get createdBy(): Frame | undefined {
    return this.stack.createdBy
  }
}

/** First 16 hex digits of SHA-256 over the canonical text, UTF-8. */
export function signatureId(canonical: string): string {
  return hash('sha256', canonical, 'hex').slice(0, 16)
}

/**
 * Signatures by id, so that the stacks of many dumps share one object. Starts over when full: an id is recomputed from the
 * stack, so nothing but the sharing is lost.
 */
export class Signatures {
  readonly #byId = new Map<string, Signature>()
  readonly #similarity: Similarity
  readonly #limit: number

  constructor(similarity: Similarity, limit: number) {
    this.#similarity = similarity
    this.#limit = limit
  }

  /** Does the state of a goroutine take part in its identity? */
  get stateful(): boolean {
    return this.#similarity === 'exact'
  }

  of(stack: PrintedStack, state: string): Signature {
    const id = signatureId(canonicalText(stack, this.#similarity, state))
    stack.compact()
    const known = this.#byId.get(id)
    if (known !== undefined) return known
    if (this.#byId.size >= this.#limit) this.#byId.clear()
    const signature = new StackSignature(id, stack, this.#similarity, state)
    this.#byId.set(id, signature)
    return signature
  }
}
