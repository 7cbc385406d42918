/** What the functions of a stack say of the code that it is in: found once a signature, since dump after dump has the same ones. */
import type { Signature } from '../core/model.ts'
import { remembered, rememberedText } from '../core/remembered.ts'
import { MOST_NAMES } from '../stacks/canonical.ts'
import { isDependency, isStandard, packageOf } from '../stacks/title.ts'
import { POOLS, type Pool } from './pools.ts'

/** What a lock consists of (sync/mutex.go, rwmutex.go; internal/sync/mutex.go). */
const IN_LOCK = /^(?:runtime\.|(?:internal\/)?sync\.(?:runtime_|\(\*(?:RW)?Mutex\)))/
/** Until Go 1.19 a mutex is `semacquire`, as a WaitGroup is; the frame tells. */
const LOCK_FRAME = /^(?:internal\/)?sync\.(?:runtime_Semacquire(?:RW)?Mutex|\(\*(?:RW)?Mutex\)\.)/
/** Packages that wait on behalf of their caller for another goroutine of the program. */
const FOR_CALLER = /^(?:runtime|sync|internal\/|time$|context$|iter$|io$|bufio$|fmt$|log$|golang\.org\/x\/sync\/)/

/** Each is found when it is asked for: of most signatures, little is. */
class Code {
  readonly #signature: Signature
  #packages: readonly string[] | undefined
  #ownPackages: readonly string[] | undefined
  #types: readonly string[] | undefined
  /** null: there is none. */
  #pool: Pool | null | undefined
  #calledOut: boolean | undefined

  constructor(signature: Signature) {
    this.#signature = signature
  }

  get #names(): string[] {
    return this.#signature.stack.frames.map((frame) => frame.function)
  }

  get #namesWithCreator(): string[] {
    const { createdBy } = this.#signature
    return createdBy === undefined ? this.#names : [...this.#names, createdBy.function]
  }

  /** Whose it is, outermost or not, and who started it. */
  get packages(): readonly string[] {
    this.#packages ??= distinct(this.#namesWithCreator.map(packageOf))
    return this.#packages
  }

  /** Those of them that are not in the standard library. */
  get ownPackages(): readonly string[] {
    this.#ownPackages ??= distinct(
      this.#namesWithCreator.filter((name) => name.includes('.') && !isStandard(name)).map(packageOf),
    )
    return this.#ownPackages
  }

  /** `shop.(*Cache).` of each method with a pointer receiver. */
  get types(): readonly string[] {
    this.#types ??= distinct(this.#names.map(typeOf).filter((type) => type !== ''))
    return this.#types
  }

  /** The type whose method takes the lock, where a lock is what it waits for. */
  get lockedBy(): string | undefined {
    const caller = this.#names.find((name) => !IN_LOCK.test(name))
    return caller === undefined ? undefined : typeOf(caller) || undefined
  }

  get inLock(): boolean {
    return this.#names.some((name) => LOCK_FRAME.test(name))
  }

  /** Is it the standard library, or a dependency, that decides to wait? */
  get calledOut(): boolean {
    this.#calledOut ??= isCalledOut(this.#signature)
    return this.#calledOut
  }

  get pool(): Pool | undefined {
    if (this.#pool === undefined) {
      const names = this.#names.filter(isInPool)
      this.#pool = POOLS.find(({ inner }) => names.some((name) => inner.test(name))) ?? null
    }
    return this.#pool ?? undefined
  }
}

const isInPool = rememberedText(MOST_NAMES, (name) => POOLS.some(({ inner }) => inner.test(name)))

function isCalledOut({ stack }: Signature): boolean {
  const inner = stack.frames.find(({ function: name }) => !FOR_CALLER.test(packageOf(name)))
  return inner !== undefined && (isStandard(inner.function) || isDependency(inner))
}

/** A dump may have more signatures than are worth the memory. */
const MOST = 4096

export const codeOf: (signature: Signature) => Code = remembered(MOST, (signature: Signature) => new Code(signature))

/** `shop.(*Cache).` of a method of it; empty for any other function. */
const typeOf = rememberedText(MOST_NAMES, (name) =>
  name.includes('(*') ? (/^.*?\(\*[^)]*\)\./.exec(name)?.[0] ?? '') : '',
)

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)]
}
