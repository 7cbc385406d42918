/** What the functions of a stack say about the code that it is in. Computed once per signature, since the same signatures come in dump after dump. */
import { fact } from '../core/facts.ts'
import type { Signature } from '../core/model.ts'
import { fileOf, MOST_NAMES, type Name, nameOf, namesOf, UNKNOWN } from '../core/names.ts'
import { rememberedText } from '../core/remembered.ts'
import { POOLS, type Pool } from '../leaks/pools.ts'
import { isOfDependency, isOwnLock, isStandard, packageOf } from '../stacks/title.ts'

/** Functions inside a lock (sync/mutex.go, rwmutex.go; internal/sync/mutex.go). */
const IN_LOCK = /^(?:runtime\.|(?:internal\/)?sync\.(?:runtime_|\(\*(?:RW)?Mutex\)))/
/** Until Go 1.19 the state of a wait for a mutex is `semacquire`, as for a WaitGroup; the frame distinguishes them. */
const LOCK_FRAME = /^(?:internal\/)?sync\.(?:runtime_Semacquire(?:RW)?Mutex|\(\*(?:RW)?Mutex\)\.)/
/** Writes into a pipe hand over data, but wait in a select (io/pipe.go write, net/pipe.go write). */
const PIPE_WRITE = /^(?:io|net)\.\(\*pipe\)\.write$/
/** A net.Pipe, whose other end is in the same program. */
const NET_PIPE = /^net\.\(\*pipe\)\./
/** Packages whose functions wait on behalf of their caller for another goroutine of the program. */
const FOR_CALLER = /^(?:runtime|sync|internal\/|time$|context$|iter$|io$|bufio$|fmt$|log$|golang\.org\/x\/sync\/)/

/** Flags of a function name. The bits from POOL_SHIFT on are the row in POOLS that it waits in, from 1. */
const STANDARD = 1
/** In a package outside the standard library. */
const OWN = 2
const INSIDE_LOCK = 4
/** A lock type of the program that wraps another lock. */
const OWN_LOCK = 8
const WAITS_FOR_LOCK = 16
const WAITS_FOR_CALLER = 32
const WRITES_PIPE = 64
const POOL_SHIFT = 7

/** Packages and types are keys of maps, where equal strings would be compared byte by byte: all names of one share a string. */
const shared = rememberedText(MOST_NAMES, (text) => text)

/** Also sets the package, and the type of which it is a method, as in `shop.(*Cache).`; empty for any other function. */
function codeOfName(name: Name): number {
  if (name.code === UNKNOWN) {
    const { text } = name
    name.package = shared(packageOf(text))
    name.type = text.includes('(*') ? shared(/^.*?\(\*[^)]*\)\./.exec(text)?.[0] ?? '') : ''
    name.code = findCode(text, name.package)
  }
  return name.code
}

function findCode(name: string, path: string): number {
  return (
    (isStandard(name) ? STANDARD : name.includes('.') ? OWN : 0) |
    (IN_LOCK.test(name) ? INSIDE_LOCK : 0) |
    (isOwnLock(name) ? OWN_LOCK : 0) |
    (LOCK_FRAME.test(name) ? WAITS_FOR_LOCK : 0) |
    (FOR_CALLER.test(path) || NET_PIPE.test(name) ? WAITS_FOR_CALLER : 0) |
    (PIPE_WRITE.test(name) ? WRITES_PIPE : 0) |
    ((POOLS.findIndex(({ inner }) => inner.test(name)) + 1) << POOL_SHIFT)
  )
}

/** All computed at once: a rule that asks for one of these usually asks for another. */
class Code {
  /** Packages on the stack and of the creator, without the standard library. */
  readonly packages: readonly string[]
  /** The type whose method takes the lock, if it waits for a lock. */
  readonly lockedBy: string | undefined
  readonly #said: number

  constructor({ stack, createdBy }: Signature) {
    const packages: string[] = []
    let firstPool = POOLS.length
    let caller: Name | undefined
    let calledOut: boolean | undefined
    let said = 0
    const names = namesOf(stack)
    for (let place = 0; place < names.length; place++) {
      const name = names[place] as Name
      const code = codeOfName(name)
      if ((code & OWN) !== 0) addOnce(packages, name.package)
      const pool = (code >> POOL_SHIFT) - 1
      if (pool >= 0 && pool < firstPool) firstPool = pool
      if ((code & WAITS_FOR_LOCK) !== 0 || ((code & OWN_LOCK) !== 0 && caller === undefined)) said |= IN_A_LOCK
      if (caller === undefined && (code & (INSIDE_LOCK | OWN_LOCK)) === 0) caller = name
      if ((code & WAITS_FOR_CALLER) === 0)
        calledOut ??= (code & STANDARD) !== 0 || isFromElsewhere(fileOf(stack, place))
      if ((code & WRITES_PIPE) !== 0) said |= IN_PIPE_WRITE
    }
    if (createdBy !== undefined) {
      const name = nameOf(createdBy.function)
      if ((codeOfName(name) & OWN) !== 0) addOnce(packages, name.package)
    }
    this.packages = exactly(packages)
    this.lockedBy = caller?.type || undefined
    this.#said = said | (calledOut === true ? CALLED_OUT : 0) | (firstPool << FIRST_POOL_SHIFT)
  }

  get inLock(): boolean {
    return (this.#said & IN_A_LOCK) !== 0
  }

  get inPipeWrite(): boolean {
    return (this.#said & IN_PIPE_WRITE) !== 0
  }

  /** Is it the standard library or a dependency that decides to wait? */
  get calledOut(): boolean {
    return (this.#said & CALLED_OUT) !== 0
  }

  get pool(): Pool | undefined {
    return POOLS[this.#said >> FIRST_POOL_SHIFT]
  }
}

/** Flags of a stack. */
const IN_A_LOCK = 1
const IN_PIPE_WRITE = 2
const CALLED_OUT = 4
const FIRST_POOL_SHIFT = 3

function isFromElsewhere(file: Name | undefined): boolean {
  return file !== undefined && isOfDependency(file)
}

const NONE: readonly never[] = []

/** A list that has grown has spare capacity, which is most of its memory: returns an exact copy. */
function exactly(list: readonly string[]): readonly string[] {
  return list.length === 0 ? NONE : list.slice()
}

function addOnce(list: string[], text: string): void {
  if (!list.includes(text)) list.push(text)
}

export const codeOf: (signature: Signature) => Code = fact((signature: Signature) => new Code(signature))

/** `shop.(*Cache).` for each method with a pointer receiver. Not kept: each stack is asked once or twice, and there may be a hundred thousand. */
export function typesOf({ stack }: Signature): readonly string[] {
  const types: string[] = []
  for (const name of namesOf(stack)) {
    codeOfName(name)
    if (name.type !== '') addOnce(types, name.type)
  }
  return types
}

/** The innermost function outside the standard library; undefined if there is none. */
export function callerOf({ stack }: Signature): string | undefined {
  return namesOf(stack).find((name) => (codeOfName(name) & STANDARD) === 0)?.text
}
