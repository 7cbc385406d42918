/** Requests dumps, one at a time: each answer is read by an engine, and ends the dump in it. */
import type { Engine } from '../engine/engine.ts'

const LINE_FEED = 0x0a

/** Passes on the bytes of one answer as they come. Rejects with a `DumpstreamError`; the bytes before it stay valid. */
export type Ask = (take: (bytes: Uint8Array) => void, signal: AbortSignal) => Promise<void>

/** Resolves to the number of dumps in the answer. Throws the error of `ask`, after the answer was closed. */
export async function askOnce(engine: Engine, idle: number, ask: Ask, signal: AbortSignal): Promise<number> {
  const before = engine.stats.dumps
  let last = LINE_FEED
  // A dump without timestamps gets the time of the request.
  engine.tick(Date.now())
  try {
    await ask((bytes) => {
      engine.push(bytes)
      last = bytes[bytes.length - 1] ?? last
    }, signal)
  } finally {
    if (last !== LINE_FEED) engine.push(Buffer.of(LINE_FEED))
    // Nothing follows an answer: the ticks make the engine see first that nothing has moved, and then that this has lasted long enough.
    const now = Date.now()
    for (const time of [now, now, now + idle]) engine.tick(time)
  }
  return engine.stats.dumps - before
}
