/** Consecutive messages of one stream in one buffer: a log has one message per line, and an object for each would cost more than reading it. */
import { LF } from '../core/ascii.ts'
import type { PartitionMessage } from './message.ts'

export interface MessageRun {
  /** Absent for the stream of the partition itself. */
  readonly stream: string | undefined
  /** Each message ends with a line end. */
  readonly bytes: Buffer
  /** Offset in `bytes` of each message. */
  readonly starts: readonly number[]
  readonly offsets: readonly bigint[]
  /** Milliseconds since the epoch; NaN if unknown. */
  readonly times: readonly number[]
}

/** Joins the messages of each stream into a run, in their order. */
export function runsOf(messages: readonly PartitionMessage[]): MessageRun[] {
  const streams = new Map<string | undefined, PartitionMessage[]>()
  for (const message of messages) {
    const own = streams.get(message.stream)
    if (own === undefined) streams.set(message.stream, [message])
    else own.push(message)
  }
  return [...streams].map(([stream, own]) => runOf(stream, own))
}

function runOf(stream: string | undefined, messages: readonly PartitionMessage[]): MessageRun {
  const starts: number[] = []
  let length = 0
  for (const { bytes } of messages) {
    starts.push(length)
    length += bytes.length + (endsLine(bytes) ? 0 : 1)
  }
  const all = Buffer.allocUnsafe(length)
  for (const [index, { bytes }] of messages.entries()) {
    const start = starts[index] ?? 0
    all.set(bytes, start)
    if (!endsLine(bytes)) all[start + bytes.length] = LF
  }
  return {
    stream,
    bytes: all,
    starts,
    offsets: messages.map(({ offset }) => offset),
    times: messages.map(({ time }) => time ?? Number.NaN),
  }
}

function endsLine(bytes: Uint8Array): boolean {
  return bytes[bytes.length - 1] === LF
}
