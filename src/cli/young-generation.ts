/**
 * The young generation of V8's heap, kept small in a run that reads much. V8 doubles it, to two halves of 16 MB, as long as what a dump is made of
 * survives; there it finds no fewer survivors. Where it stays small, runs take as long, and tens of megabytes less.
 *
 * V8 reads this flag each time it would grow (`SemiSpaceNewSpace::Grow`), so that it may be set in a process that runs.
 */

/** Bytes of input. For less, loading `node:v8` would take longer than what it saves. */
const MUCH = 1 << 20
/** Until it is looked at again: it may double twice in a megabyte of new stacks. */
const STEP = 128 << 10
/** Of both halves. In less, what a dump of a few goroutines is made of survives it, and old objects are collected more often. */
const ENOUGH = 8 << 20
/** As V8 has it. */
const DEFAULT_FACTOR = 2

export class YoungGeneration {
  #left = isSetByUser() ? Number.POSITIVE_INFINITY : MUCH

  /** So many more bytes are read. */
  read(bytes: number): void {
    this.#left -= bytes
    if (this.#left <= 0) this.#left = keepSmall() ? Number.POSITIVE_INFINITY : STEP
  }
}

/** False: it may grow still. */
function keepSmall(): boolean {
  const v8 = process.getBuiltinModule('node:v8')
  const space = v8.getHeapSpaceStatistics().find((each) => each.space_name === 'new_space')
  if (space !== undefined && space.space_size < ENOUGH) return false
  v8.setFlagsFromString('--semi-space-growth-factor=1')
  // What V8 compiled is kept at the exit (start.ts), and refused by a V8 whose flags are others.
  process.prependOnceListener('exit', () => v8.setFlagsFromString(`--semi-space-growth-factor=${DEFAULT_FACTOR}`))
  return true
}

/** `node --max-semi-space-size=…`, `--semi-space-growth-factor=…`. */
function isSetByUser(): boolean {
  return /semi[-_]space/.test(`${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`)
}
