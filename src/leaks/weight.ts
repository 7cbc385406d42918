/** Estimates the memory that a history takes, in bytes. */
import type { Signature } from '../core/model.ts'
import type { Past } from './past.ts'
import type { Track } from './track.ts'

/** A track with its map entry, a step, and a goroutine id with its signature. */
const TRACK_BYTES = 240
const STEP_BYTES = 160
const ID_BYTES = 24
/** A signature without the text of its stack, and that text if its length is unknown: a snapshot has frames. */
const SIGNATURE_BYTES = 400
const TEXT_BYTES = 1200

/** `counted`: signatures already counted, since the sources of one deployment share theirs. */
export function weightOf(past: Past, counted?: Set<Signature>): number {
  const { last, withIds } = past
  let bytes = (last.ids?.size ?? 0) * ID_BYTES
  for (const track of past.tracks.values()) bytes += trackWeight(track, counted)
  if (withIds === undefined) return bytes
  for (const track of withIds.tracks.values()) bytes += TRACK_BYTES + track.steps.length * STEP_BYTES
  return bytes + (withIds.last.ids?.size ?? 0) * ID_BYTES
}

export function trackWeight({ signature, steps }: Track, counted?: Set<Signature>): number {
  const own = TRACK_BYTES + steps.length * STEP_BYTES
  if (counted?.has(signature) === true) return own
  counted?.add(signature)
  return own + SIGNATURE_BYTES + (signature.stack.bytes ?? TEXT_BYTES)
}
