/** The public stream: a transform around one engine, called once per chunk (a transform per line costs half the throughput). */
import { Transform } from 'node:stream'
import type { RecordFrame } from '../carriers/carrier.ts'
import { SteadyClock } from '../core/clock.ts'
import type { DumpstreamRecord } from '../core/records.ts'
import { checkChoice, checkObject } from '../engine/check-options.ts'
import { createEngine, type EngineOptions } from '../engine/engine.ts'

/**
 * A transform whose readable side is typed: `for await` yields `T`. It is an intersection so that `pipeline(log, dumpstream(), async (records) => …)`
 * type-checks: an interface whose iterator yields only `T` is not a `NodeJS.ReadWriteStream`, which yields strings and buffers.
 */
export type TypedTransform<T> = Transform & AsyncIterable<T>

export interface DumpstreamOptions extends Omit<EngineOptions, 'onRecord' | 'onLog'> {
  /**
   * `drop` (default): records come out, as objects. `pass`: bytes come out: the log, byte for byte, with each dump replaced by its
   * records as JSON lines. `objects`: both come out, in order: the log as `Buffer`s, byte for byte, and the records as objects, for
   * programs that send them to different places.
   */
  readonly logs?: 'drop' | 'pass' | 'objects'
  /** The input is live: an open dump also ends after `idle` milliseconds of silence. Default: true if `idle` is given. */
  readonly follow?: boolean
  /** Destroys the stream with an `AbortError`. */
  readonly signal?: AbortSignal
  /**
   * How many objects, or bytes with `pass`, may wait for the reader. Default: 16, or 16 KiB. All records of a dump are emitted at once when it
   * ends, so one dump may exceed it.
   */
  readonly readableHighWaterMark?: number
}

const IDLE_MS = 1_000
const LINE_FEED = 0x0a

/**
 * Bytes in, records out (or bytes, see {@link DumpstreamOptions.logs}).
 *
 * Bad input never fails the stream. An error of the engine is emitted as the stream's `error`.
 *
 * @returns a `stream.Transform`: records in object mode, or `Buffer`s with `logs: 'pass'`.
 * @throws DumpstreamError with code `DS_OPTION` for an option that is not valid.
 * @example
 * for await (const record of log.pipe(dumpstream({ source: 'app.log' }))) {
 *   if (record.type === 'finding') console.log(record.title, record.because)
 * }
 */
export function dumpstream(options?: DumpstreamOptions & { readonly logs?: 'drop' }): TypedTransform<DumpstreamRecord>
export function dumpstream(options: DumpstreamOptions & { readonly logs: 'pass' }): TypedTransform<Buffer>
export function dumpstream(options: DumpstreamOptions): TypedTransform<DumpstreamRecord | Buffer>
export function dumpstream(options: DumpstreamOptions = {}): TypedTransform<DumpstreamRecord | Buffer> {
  checkObject(options)
  const {
    logs = 'drop',
    follow = options.idle !== undefined,
    signal,
    readableHighWaterMark,
    ...engineOptions
  } = options
  checkChoice('logs', ['drop', 'pass', 'objects'], logs)
  const pass = logs === 'pass'
  const drop = logs === 'drop'
  let atLineStart = true
  let currentChunk: Uint8Array | undefined

  const engine = createEngine({
    onFault: (error) => process.emitWarning(error),
    ...engineOptions,
    onRecord: (record: DumpstreamRecord, frame?: RecordFrame) => {
      if (pass) {
        // A summary does not replace a dump: in the log it would be an extra line.
        if (record.type === 'summary') return
        const json = JSON.stringify(record)
        // A record is always a separate line, even if the log stops in the middle of one.
        stream.push(`${atLineStart ? '' : '\n'}${frame === undefined ? json : frame(json)}\n`)
        atLineStart = true
      } else {
        stream.push(record)
      }
    },
    ...(drop
      ? {}
      : {
          onLog: (bytes: Uint8Array) => {
            if (bytes.length === 0) return
            atLineStart = bytes[bytes.length - 1] === LINE_FEED
            stream.push(isPartOf(bytes, currentChunk) ? bytes : Buffer.from(bytes))
          },
        }),
  })

  const stream = new Transform({
    readableObjectMode: !pass,
    ...(signal === undefined ? {} : { signal }),
    ...(readableHighWaterMark === undefined ? {} : { readableHighWaterMark }),
    transform(chunk: Uint8Array, _encoding, done) {
      currentChunk = chunk
      attempt(() => engine.push(chunk), done)
      currentChunk = undefined
    },
    flush: (done) => attempt(() => engine.end(), done),
  })
  const clock = new SteadyClock()
  if (follow)
    tickWhileOpen(stream, options.idle ?? IDLE_MS, (elapsed) =>
      engine.tick(clock.now(Date.now(), elapsed, engine.open)),
    )
  return stream
}

/** Turns an exception into the stream's error; otherwise it would be thrown from the writer's `write()`. */
function attempt(work: () => void, done: (error?: Error) => void): void {
  try {
    work()
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)))
    return
  }
  done()
}

/** Are `bytes` a view of the written chunk? Such a view stays valid, because the stream owns the chunk; other bytes are the engine's own memory. */
function isPartOf(bytes: Uint8Array, chunk: Uint8Array | undefined): boolean {
  return (
    chunk !== undefined &&
    bytes.buffer === chunk.buffer &&
    bytes.byteOffset >= chunk.byteOffset &&
    bytes.byteOffset + bytes.byteLength <= chunk.byteOffset + chunk.byteLength
  )
}

/** Ticks only if the stream was able to take more the whole time since the last tick: while a slow reader holds up the input, it is not silent. */
function tickWhileOpen(stream: Transform, idle: number, tick: (elapsed: number) => void): void {
  const every = Math.max(10, idle / 4)
  let last = performance.now()
  let heldUp = false
  const timer = setInterval(() => {
    const now = performance.now()
    const late = now - last > every * 2
    last = now
    const wasHeldUp = heldUp
    heldUp = stream.writableLength > 0 || stream.readableLength >= stream.readableHighWaterMark
    if (late || wasHeldUp || heldUp || stream.destroyed) return
    try {
      tick(now)
    } catch (error) {
      stream.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }, every)
  timer.unref()
  const stop = (): void => clearInterval(timer)
  stream.once('close', stop)
  stream.once('end', stop)
  stream.once('error', stop)
}
