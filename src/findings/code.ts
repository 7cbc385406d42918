/** What the functions of a stack say of the code that it is in: found once a signature, since dump after dump has the same ones. */
import { fact } from '../core/facts.ts'
import type { Signature } from '../core/model.ts'
import { factOfName, fileOf, type Name, nameOf, namesOf } from '../core/names.ts'
import { POOLS, type Pool } from '../leaks/pools.ts'
import { isOfDependency, isOwnLock, isStandard, packageOf } from '../stacks/title.ts'

/** What a lock consists of (sync/mutex.go, rwmutex.go; internal/sync/mutex.go). */
const IN_LOCK = /^(?:runtime\.|(?:internal\/)?sync\.(?:runtime_|\(\*(?:RW)?Mutex\)))/
/** Until Go 1.19 a mutex is `semacquire`, as a WaitGroup is; the frame tells. */
const LOCK_FRAME = /^(?:internal\/)?sync\.(?:runtime_Semacquire(?:RW)?Mutex|\(\*(?:RW)?Mutex\)\.)/
/** To write into a pipe is to hand over, in a select (io/pipe.go write, net/pipe.go write). */
const PIPE_WRITE = /^(?:io|net)\.\(\*pipe\)\.write$/
/** The other end is in the program, too. */
const NET_PIPE = /^net\.\(\*pipe\)\./
/** Packages that wait on behalf of their caller for another goroutine of the program. */
const FOR_CALLER = /^(?:runtime|sync|internal\/|time$|context$|iter$|io$|bufio$|fmt$|log$|golang\.org\/x\/sync\/)/

/** What a name says by itself. */
interface Named {
  readonly package: string
  readonly isStandard: boolean
  /** Of a package, and not of the standard library. */
  readonly isOwn: boolean
  /** `shop.(*Cache).` of a method of it; empty for any other function. */
  readonly type: string
  readonly isInLock: boolean
  /** A lock that the program has made around another one. */
  readonly isOwnLock: boolean
  readonly isLockFrame: boolean
  readonly isForCaller: boolean
  readonly isPipeWrite: boolean
  /** Where one waits for a member of a pool. */
  readonly pool: Pool | undefined
}

const namedOf = factOfName(({ text: name }): Named => {
  const path = packageOf(name)
  return {
    package: path,
    isStandard: isStandard(name),
    isOwn: name.includes('.') && !isStandard(name),
    type: name.includes('(*') ? (/^.*?\(\*[^)]*\)\./.exec(name)?.[0] ?? '') : '',
    isInLock: IN_LOCK.test(name),
    isOwnLock: isOwnLock(name),
    isLockFrame: LOCK_FRAME.test(name),
    isForCaller: FOR_CALLER.test(path) || NET_PIPE.test(name),
    isPipeWrite: PIPE_WRITE.test(name),
    pool: POOLS.find(({ inner }) => inner.test(name)),
  }
})

/** All at once: whoever asks for one thing of a signature asks for another. */
class Code {
  /** Whose it is, outermost or not, and who started it; none of the standard library. */
  readonly packages: readonly string[]
  /** `shop.(*Cache).` of each method with a pointer receiver. */
  readonly types: readonly string[]
  /** The type whose method takes the lock, where a lock is what it waits for. */
  readonly lockedBy: string | undefined
  readonly inLock: boolean
  readonly inPipeWrite: boolean
  /** Is it the standard library, or a dependency, that decides to wait? */
  readonly calledOut: boolean
  readonly pool: Pool | undefined

  constructor({ stack, createdBy }: Signature) {
    const packages: string[] = []
    const types: string[] = []
    const pools: Pool[] = []
    let caller: Named | undefined
    let calledOut: boolean | undefined
    let inLock = false
    let inPipeWrite = false
    const names = namesOf(stack)
    for (let place = 0; place < names.length; place++) {
      const named = namedOf(names[place] as Name)
      if (named.isOwn) addOnce(packages, named.package)
      if (named.type !== '') addOnce(types, named.type)
      if (named.pool !== undefined) pools.push(named.pool)
      inLock ||= named.isLockFrame || (named.isOwnLock && caller === undefined)
      if (caller === undefined && !named.isInLock && !named.isOwnLock) caller = named
      if (!named.isForCaller) calledOut ??= named.isStandard || isFromElsewhere(fileOf(stack, place))
      inPipeWrite ||= named.isPipeWrite
    }
    if (createdBy !== undefined) {
      const named = namedOf(nameOf(createdBy.function))
      if (named.isOwn) addOnce(packages, named.package)
    }
    this.packages = exactly(packages)
    this.types = exactly(types)
    this.lockedBy = caller?.type || undefined
    this.inLock = inLock
    this.inPipeWrite = inPipeWrite
    this.calledOut = calledOut === true
    this.pool = pools.length === 0 ? undefined : POOLS.find((pool) => pools.includes(pool))
  }
}

function isFromElsewhere(file: Name | undefined): boolean {
  return file !== undefined && isOfDependency(file)
}

const NONE: readonly never[] = []

/** A list that was added to has room for more, which is most of what it takes. */
function exactly(list: readonly string[]): readonly string[] {
  return list.length === 0 ? NONE : list.slice()
}

function addOnce(list: string[], text: string): void {
  if (!list.includes(text)) list.push(text)
}

export const codeOf: (signature: Signature) => Code = fact((signature: Signature) => new Code(signature))

/** The innermost function that is not of the standard library; undefined where all are. */
export function callerOf({ stack }: Signature): string | undefined {
  return namesOf(stack).find((name) => !namedOf(name).isStandard)?.text
}
