/** The frame of a stack that a person would name: the innermost one of their own code. */
import type { Frame, Stack } from '../core/model.ts'
import { fileOf, flagOfName, isGenerated, MOST_NAMES, type Name, nameOf, namesOf, UNKNOWN } from '../core/names.ts'
import { rememberedText } from '../core/remembered.ts'
import { isParking, isRuntime } from './canonical.ts'

/** First elements of standard library import paths (`go list std`, Go 1.27). A path with a dot in its first element is never one of them. */
const STANDARD = new Set(
  (
    'archive arena bufio bytes cmp compress container context crypto database debug embed encoding errors expvar flag fmt go hash html ' +
    'image index internal io iter log maps math mime net os path plugin reflect regexp runtime simd slices sort strconv strings structs ' +
    'sync syscall testing text time unicode unique unsafe vendor weak'
  ).split(' '),
)

/** Packages that only wait or carry bytes on behalf of others. */
const PLUMBING =
  /^(?:internal\/|sync[./]|time\.|syscall\.|io[./]|bufio\.|os\.|net\.|context\.|errors\.|iter\.|vendor\/)/

/** The import path of a linker name: up to the first dot after the last slash. */
export const packageOf: (name: string) => string = rememberedText(MOST_NAMES, (name) => {
  let dot = -1
  let end = 0
  for (; end < name.length; end++) {
    const c = name[end]
    if (c === '[' || c === '(') break
    if (c === '/') dot = -1
    else if (c === '.' && dot < 0) dot = end
  }
  return name.slice(0, dot < 0 ? end : dot)
})

/** Is it a function of the standard library, or `panic`? */
export const isStandard: (name: string) => boolean = rememberedText(MOST_NAMES, (name) => {
  const path = packageOf(name)
  if (path === 'main') return false
  const slash = path.indexOf('/')
  return name === 'panic' || STANDARD.has(slash < 0 ? path : path.slice(0, slash))
})

/** A lock type of the program that wraps one of sync or of the runtime: `x.(*SafeMutex).Lock`. A reader wants to know its caller. */
const OWN_LOCK = /(?:[mM]utex|[lL]ock(?:er)?)\)\.R?[lL]ock$/

export function isOwnLock(name: string): boolean {
  return OWN_LOCK.test(name) && !isStandard(name)
}

/** In the module cache, a vendor folder, or `-trimpath`'s `module@version`: somebody else's code. */
export function isDependency({ file }: Frame): boolean {
  return file !== undefined && isOfDependency(nameOf(file))
}

/** Like `isDependency`, for a file. */
export const isOfDependency: (file: Name) => boolean = flagOfName(({ text }) =>
  /\/pkg\/mod\/|\/vendor\/|@v\d/.test(text),
)

/** What a function is to a reader, as bits. A function with a dot in its name, outside the standard library, may be their own. */
const RUNTIME = 1
const PARKING = 2
const PANIC = 4
const OWN = 8
const PLUMBING_OR_PANIC = 16

function titledOf(name: Name): number {
  if (name.titled === UNKNOWN) name.titled = findTitled(name.text)
  return name.titled
}

function findTitled(name: string): number {
  return (
    (isRuntime(name) ? RUNTIME : 0) |
    (isParking(name) ? PARKING : 0) |
    (name === 'panic' || name === 'runtime.gopanic' ? PANIC : 0) |
    (name.includes('.') && !isStandard(name) && !isOwnLock(name) ? OWN : 0) |
    (PLUMBING.test(name) || name === 'panic' || isOwnLock(name) ? PLUMBING_OR_PANIC : 0)
  )
}

/** The frame at `titlePlace`. */
export function titleFrame(stack: Stack): Frame {
  return stack.frames[titlePlace(stack)] ?? stack.createdBy ?? { function: 'unknown' }
}

/**
 * Prefers the program's own code, then dependencies, then the standard library. Within the last, it takes the innermost frame that is not
 * plumbing, else the innermost that is not of the runtime. A goroutine of the runtime is named by its entry. -1 if there are no frames.
 */
export function titlePlace(stack: Stack): number {
  const names = namesOf(stack)
  const from = panickedFrom(names)
  let dependency = -1
  let working = -1
  let first = -1
  let entry = -1
  for (let place = from; place < names.length; place++) {
    const titled = titledOf(names[place] as Name)
    if ((titled & OWN) !== 0 && !isGenerated(stack, place)) {
      const file = fileOf(stack, place)
      if (file === undefined || !isOfDependency(file)) return place
      if (dependency < 0) dependency = place
    }
    if (working < 0 && (titled & (RUNTIME | PLUMBING_OR_PANIC)) === 0) working = place
    if (first < 0 && (titled & RUNTIME) === 0) first = place
    if ((titled & PARKING) === 0) entry = place
  }
  for (const place of [dependency, working, first, entry, 0]) if (place >= 0 && place < names.length) return place
  return -1
}

/** Frames that park a goroutine: a goroutine that waits in a deferred call does not print its stack because it panicked. */
const WAITS =
  /^(?:runtime\.(?:gopark|semacquire|chanrecv|chansend|selectgo|block)|internal\/(?:sync|poll)\.|sync\.|time\.Sleep$)/

/**
 * Place of the first frame from which a panic came, if the stack is that of a panic. Frames that recovered it, printed it or threw it again are
 * further in (`runtime.gopanic` calls the deferred functions). Of several panics the first is the outermost.
 */
function panickedFrom(names: readonly Name[]): number {
  let at = names.length - 1
  while (at >= 0 && (titledOf(names[at] as Name) & PANIC) === 0) at--
  if (at < 0 || at === names.length - 1 || WAITS.test(names[0]?.text ?? '')) return 0
  return at + 1
}
