/** What the functions of a stack say of the code that it is in: found once a signature, since dump after dump has the same ones. */
import type { Signature } from '../core/model.ts'
import { remembered } from '../core/remembered.ts'
import { isDependency, isStandard, packageOf } from '../stacks/title.ts'
import { POOLS, type Pool } from './pools.ts'

/** What a lock consists of (sync/mutex.go, rwmutex.go; internal/sync/mutex.go). */
const IN_LOCK = /^(?:runtime\.|(?:internal\/)?sync\.(?:runtime_|\(\*(?:RW)?Mutex\)))/
/** Until Go 1.19 a mutex is `semacquire`, as a WaitGroup is; the frame tells. */
const LOCK_FRAME = /^(?:internal\/)?sync\.(?:runtime_Semacquire(?:RW)?Mutex|\(\*(?:RW)?Mutex\)\.)/
/** Packages that wait on behalf of their caller for another goroutine of the program. */
const FOR_CALLER = /^(?:runtime|sync|internal\/|time$|context$|iter$|io$|bufio$|fmt$|log$|golang\.org\/x\/sync\/)/

class Code {
  /** Whose it is, outermost or not, and who started it. */
  readonly packages: readonly string[]
  /** Those of them that are not in the standard library. */
  readonly ownPackages: readonly string[]
  /** `shop.(*Cache).` of each method with a pointer receiver. */
  readonly types: readonly string[]
  /** The type whose method takes the lock, where a lock is what it waits for. */
  readonly lockedBy: string | undefined
  readonly inLock: boolean
  /** Is it the standard library, or a dependency, that decides to wait? */
  readonly calledOut: boolean
  readonly pool: Pool | undefined

  constructor({ stack, createdBy }: Signature) {
    const { frames } = stack
    const names = frames.map((frame) => frame.function)
    this.types = distinct(names.flatMap((name) => typeOf(name) ?? []))
    const caller = names.find((name) => !IN_LOCK.test(name))
    this.lockedBy = caller === undefined ? undefined : typeOf(caller)
    this.inLock = names.some((name) => LOCK_FRAME.test(name))
    this.pool = POOLS.find(({ inner }) => names.some((name) => inner.test(name)))
    const inner = frames.find(({ function: name }) => !FOR_CALLER.test(packageOf(name)))
    this.calledOut = inner !== undefined && (isStandard(inner.function) || isDependency(inner))
    if (createdBy !== undefined) names.push(createdBy.function)
    this.packages = distinct(names.map(packageOf))
    this.ownPackages = distinct(names.filter((name) => name.includes('.') && !isStandard(name)).map(packageOf))
  }
}

/** A dump may have more signatures than are worth the memory. */
const MOST = 4096

export const codeOf: (signature: Signature) => Code = remembered(MOST, (signature: Signature) => new Code(signature))

/** `shop.(*Cache).` of a method of it. */
function typeOf(name: string): string | undefined {
  return name.includes('(*') ? /^.*?\(\*[^)]*\)\./.exec(name)?.[0] : undefined
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)]
}
