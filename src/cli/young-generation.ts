/**
 * Keeps the young generation of V8's heap small in a run that reads a lot. As long as the objects of a dump survive, V8 doubles it, up to two halves
 * of 16 MB, where no fewer of them survive. If it stays small, runs take the same time, and tens of megabytes less.
 *
 * V8 reads this flag each time it would grow (`SemiSpaceNewSpace::Grow`), so it can be set in a running process.
 */

/** Bytes of input. For less, loading `node:v8` would take longer than it saves. */
const MUCH = 1 << 20
/** Bytes between checks: the young generation can double twice in a megabyte of new stacks. */
const STEP = 128 << 10
/** Size of both halves. With less, the objects of a dump of a few goroutines survive, and old objects are collected more often. */
const ENOUGH = 8 << 20
/** V8's default. */
const DEFAULT_FACTOR = 2

export class YoungGeneration {
  #left = isSetByUser() ? Number.POSITIVE_INFINITY : MUCH

  /** Notes that this many more bytes are read. */
  read(bytes: number): void {
    this.#left -= bytes
    if (this.#left <= 0) this.#left = keepSmall() ? Number.POSITIVE_INFINITY : STEP
  }
}

/** False if it may still grow. */
function keepSmall(): boolean {
  const v8 = process.getBuiltinModule('node:v8')
  const space = v8.getHeapSpaceStatistics().find((each) => each.space_name === 'new_space')
  if (space !== undefined && space.space_size < ENOUGH) return false
  v8.setFlagsFromString('--semi-space-growth-factor=1')
  // The compiled code that is cached at exit (start.ts) is refused by a V8 with other flags.
  process.prependOnceListener('exit', () => v8.setFlagsFromString(`--semi-space-growth-factor=${DEFAULT_FACTOR}`))
  return true
}

/** `node --max-semi-space-size=…`, `--semi-space-growth-factor=…`. */
function isSetByUser(): boolean {
  return /semi[-_]space/.test(`${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`)
}
