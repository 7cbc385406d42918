/** A stack and its identity. Frames are parsed on demand: most signatures of a large dump are only counted. */
import { hash } from 'node:crypto'
import { type Facts, newFacts } from '../core/facts.ts'
import type { Frame, Signature, Similarity } from '../core/model.ts'
import { canonicalText } from './canonical.ts'
import { idleness } from './idle.ts'
import type { PrintedStack, StackEntry } from './stack.ts'
import { titleFrame, titlePlace } from './title.ts'

class StackSignature implements Signature {
  readonly id: string
  readonly stack: PrintedStack
  readonly idle: Signature['idle']
  readonly #similarity: Similarity
  readonly #state: string
  /** Place of the title frame in the stack: a Frame per signature would double its memory. */
  readonly #titlePlace: number
  #facts: Facts | undefined

  constructor(id: string, stack: PrintedStack, similarity: Similarity, state: string) {
    this.id = id
    this.stack = stack
    this.#similarity = similarity
    this.#state = state
    // Computed now because the names of the stack are cached: the canonical text has just needed them.
    this.idle = idleness(stack)
    this.#titlePlace = titlePlace(stack)
  }

  get canonical(): string {
    return canonicalText(this.stack, this.#similarity, this.#state)
  }

  get title(): Frame {
    return this.#titlePlace < 0 ? titleFrame(this.stack) : this.stack.frameAt(this.#titlePlace)
  }

  get createdBy(): Frame | undefined {
    return this.stack.createdBy
  }

  get facts(): Facts {
    this.#facts ??= newFacts()
    return this.#facts
  }
}

const ID = Buffer.alloc(16)

/** First 16 hex digits of SHA-256 over the canonical text, UTF-8. */
export function signatureId(canonical: string): string {
  // A slice of a string would keep the whole string alive.
  ID.write(hash('sha256', canonical, 'hex'), 'latin1')
  return ID.toString('latin1')
}

/**
 * Signatures by id, so that the stacks of many dumps share one object. Starts over when full: an id is recomputed from the stack, so only the
 * sharing is lost.
 */
export class Signatures {
  readonly #byId = new Map<string, StackSignature>()
  readonly #similarity: Similarity
  readonly #most: number
  readonly #mostBytes: number
  #bytes = 0

  /** At most `most` signatures, and `mostBytes` bytes of stacks. */
  constructor(similarity: Similarity, most: number, mostBytes: number) {
    this.#similarity = similarity
    this.#most = most
    this.#mostBytes = mostBytes
  }

  /** Is the state of a goroutine part of its identity? */
  get stateful(): boolean {
    return this.#similarity === 'exact'
  }

  /** The id of the signature that `of` would return, without creating it. */
  idOf(entry: StackEntry, state: string): string {
    return this.#known(entry, state)?.id ?? this.#id(entry.stack, state)
  }

  of(entry: StackEntry, state: string): Signature {
    const known = this.#known(entry, state)
    if (known !== undefined) return known
    const signature = this.#find(entry.stack, state)
    entry.signature = signature
    entry.state = state
    if (!this.stateful) entry.stack = signature.stack
    return signature
  }

  #known(entry: StackEntry, state: string): Signature | undefined {
    return entry.state === state || !this.stateful ? entry.signature : undefined
  }

  #id(stack: PrintedStack, state: string): string {
    return signatureId(canonicalText(stack, this.#similarity, state))
  }

  #find(stack: PrintedStack, state: string): StackSignature {
    const id = this.#id(stack, state)
    const known = this.#byId.get(id)
    if (known !== undefined) return known
    if (this.#byId.size >= this.#most || this.#bytes >= this.#mostBytes) {
      this.#byId.clear()
      this.#bytes = 0
    }
    this.#bytes += stack.bytes
    const signature = new StackSignature(id, stack, this.#similarity, state)
    this.#byId.set(id, signature)
    return signature
  }
}
