/** Keeps the states of streams between processes. */
import type { StreamState } from '../partitions/stream.ts'

export interface StreamChange {
  /** Undefined for the stream of the partition itself. */
  readonly stream: string | undefined
  /** Undefined to forget it. */
  readonly state: StreamState | undefined
}

/** A message that stores a state in a transaction. */
export interface StateMessage {
  readonly topic: string
  readonly partition: number
  readonly key: Buffer
  /** Absent to forget the state. */
  readonly value?: Buffer
}

export interface StateStore {
  /** All states of a partition. */
  load(topic: string, partition: number): Promise<readonly StreamState[]>
  /** Resolves when the states are saved; only then are offsets committed. */
  save(topic: string, partition: number, changes: readonly StreamChange[]): Promise<void>
  /** Like `save`, but for a transaction; absent if the store does not support them. */
  messages?(topic: string, partition: number, changes: readonly StreamChange[]): Promise<StateMessage[]>
  close(): Promise<void>
}

/** Parses what `save` has written; undefined if it is something else. */
export function readState(json: string): StreamState | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return undefined
  }
  return isState(value) ? value : undefined
}

/** The engine checks the snapshot itself. */
function isState(value: unknown): value is StreamState {
  if (typeof value !== 'object' || value === null) return false
  if (!('offset' in value && 'byte' in value && 'snapshot' in value)) return false
  const { offset, byte, snapshot } = value
  return (
    typeof offset === 'string' &&
    /^\d+$/.test(offset) &&
    Number.isSafeInteger(byte) &&
    Number(byte) >= 0 &&
    typeof snapshot === 'object'
  )
}
