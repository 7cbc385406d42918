/**
 * The shape of a snapshot's parts: nothing of another type gets into a history. Others keep the snapshot, and an older patch of this version
 * may have written fewer fields.
 */
import type { Signature } from '../core/model.ts'
import type { LastDump, Past } from './past.ts'
import type { Step, Track } from './track.ts'

type Check = (value: unknown) => boolean

/** A check for each known field; null and absent are the same. */
type Shape<T> = { readonly [Name in keyof T]-?: Check }

const isText: Check = (value) => typeof value === 'string'
const isFlag: Check = (value) => typeof value === 'boolean'
const isNumber: Check = (value) => Number.isFinite(value)
/** Milliseconds since the epoch, as far as a Date goes. */
const isTime: Check = (value) => isNumber(value) && Math.abs(Number(value)) <= 8.64e15
export const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0

const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null || check(value)

const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)

const shaped =
  <T>(shape: Shape<T>): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries<Check>(shape).every(([name, check]) =>
      check(Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined),
    )

const isFrame: Check = shaped({ function: isText, file: maybe(isText), line: maybe(isCount) })

const SIGNATURE = shaped<Omit<Signature, 'facts'>>({
  id: isText,
  canonical: isText,
  title: isFrame,
  createdBy: maybe(isFrame),
  idle: (value) => value === 'always' || value === 'main' || value === 'no',
  stack: shaped({ frames: listOf(isFrame), createdBy: maybe(isFrame), elidedAt: maybe(isCount) }),
})

const isMaybeNumber = maybe(isNumber)

const isStep = shaped<Step>({
  before: isCount,
  count: isCount,
  survivors: isMaybeNumber,
  veterans: isMaybeNumber,
  worked: isMaybeNumber,
  asleep: isMaybeNumber,
  slept: isMaybeNumber,
  awake: isMaybeNumber,
  isReordered: maybe(isFlag),
  leftYoung: isMaybeNumber,
  fresh: isMaybeNumber,
  early: isMaybeNumber,
  settledBefore: isMaybeNumber,
  kept: isMaybeNumber,
  arrived: isMaybeNumber,
  issued: isMaybeNumber,
  issuedBefore: isMaybeNumber,
  damaged: isMaybeNumber,
  seconds: isMaybeNumber,
})

const isTrack = shaped<Track>({
  signature: isSignature,
  steps: listOf(isStep),
  count: isCount,
  seen: isCount,
  since: maybe(isTime),
  settled: isMaybeNumber,
  previous: isMaybeNumber,
})

const isTracks: Check = (value) =>
  value instanceof Map && [...value].every(([id, track]) => isText(id) && isTrack(track))

const isLast = shaped<LastDump>({
  goroutines: isCount,
  time: maybe(isTime),
  process: maybe(isText),
  // The reader of the snapshot has made this object.
  ids: maybe((value) => typeof value === 'object' && value !== null && 'isMarked' in value),
  maxId: isCount,
  settledId: isMaybeNumber,
  first: isFlag,
  signatures: listOf(isSignature),
})

const PAST = shaped<Past>({
  tracks: isTracks,
  last: isLast,
  dumps: isCount,
  withIds: maybe(shaped({ last: isLast, tracks: isTracks })),
})

/** Signatures already checked: many tracks and dumps refer to each. */
const signatures = new WeakSet<object>()

export function isSignature(value: unknown): value is Signature {
  if (typeof value !== 'object' || value === null) return false
  if (!signatures.has(value) && SIGNATURE(value)) signatures.add(value)
  return signatures.has(value)
}

export function isPast(value: unknown): value is Past {
  return PAST(value)
}
