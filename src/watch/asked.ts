/** Dumps that are asked for, one at a time: each answer is handed to one engine, and ends the dump in it. */
import type { Engine } from '../engine/engine.ts'

const LINE_FEED = 0x0a

/** Hands on the bytes of one answer as they come; rejects with a `DumpstreamError`, what came before is kept. */
export type Ask = (take: (bytes: Uint8Array) => void, signal: AbortSignal) => Promise<void>

/** Resolves to the number of dumps in the answer. Throws what `ask` throws once the answer is closed. */
export async function askOnce(engine: Engine, idle: number, ask: Ask, signal: AbortSignal): Promise<number> {
  const before = engine.stats.dumps
  let last = LINE_FEED
  // The time of a dump without time stamps is when it was asked for.
  engine.tick(Date.now())
  try {
    await ask((bytes) => {
      engine.push(bytes)
      last = bytes[bytes.length - 1] ?? last
    }, signal)
  } finally {
    if (last !== LINE_FEED) engine.push(Buffer.of(LINE_FEED))
    // The silence after an answer is certain: the engine sees that nothing moves, and then that it has been so for long enough.
    const now = Date.now()
    for (const time of [now, now, now + idle]) engine.tick(time)
  }
  return engine.stats.dumps - before
}
