/** Where the states of streams are kept between processes. */
import type { StreamState } from '../partitions/stream.ts'

export interface StreamChange {
  /** Absent: that of the partition itself. */
  readonly stream: string | undefined
  /** Undefined: forget it. */
  readonly state: StreamState | undefined
}

/** What a transaction writes for a state. */
export interface StateMessage {
  readonly topic: string
  readonly partition: number
  readonly key: Buffer
  /** Absent: forget it. */
  readonly value?: Buffer
}

export interface StateStore {
  /** All that is kept of a partition. */
  load(topic: string, partition: number): Promise<readonly StreamState[]>
  /** Resolves when it is kept: offsets are committed after that. */
  save(topic: string, partition: number, changes: readonly StreamChange[]): Promise<void>
  /** As `save`, for a transaction; absent where there is none. */
  messages?(topic: string, partition: number, changes: readonly StreamChange[]): Promise<StateMessage[]>
  close(): Promise<void>
}

/** Of JSON that was written by `save`; undefined when it is something else. */
export function readState(json: string): StreamState | undefined {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    return undefined
  }
  return isState(value) ? value : undefined
}

/** What is in the snapshot the engine checks. */
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
