/** Chunks → dumps in streams, without the stages above: the reader of this folder's tests. */

import type { InputKind } from '../../src/carriers/detect.ts'
import { Budget } from '../../src/core/budget.ts'
import { LIMITS } from '../../src/core/limits.ts'
import type { FinishedDump } from '../../src/dumps/dump.ts'
import { InterleavedDumps } from '../../src/dumps/interleaved.ts'
import { LogQueue } from '../../src/lines/log-queue.ts'
import { Splitter } from '../../src/lines/splitter.ts'
import { CarriedStreams } from '../../src/streams/carried-streams.ts'
import { Router } from '../../src/streams/router.ts'
import { type Found, fresh, headBefore, linesBefore, makeAssembler } from '../dumps/reader.ts'

export interface StreamDump extends FinishedDump {
  /** `''` for plain text. */
  readonly source: string
  readonly attributes: Readonly<Record<string, string>>
}

export interface Run {
  readonly dumps: StreamDump[]
  readonly log: string
}

export function route(chunks: readonly (string | Buffer)[], input: InputKind = 'auto'): Run {
  const dumps: StreamDump[] = []
  const log: Buffer[] = []
  const found: Found = { dumps: [], goroutines: [] }
  const tape = new LogQueue((bytes) => log.push(Buffer.from(bytes)))
  const plain = new InterleavedDumps(
    fresh(() => makeAssembler(tape, found, undefined, (dump) => dumps.push({ ...dump, source: '', attributes: {} }))),
  )
  const makeStreams = (): CarriedStreams =>
    new CarriedStreams({
      limits: LIMITS,
      budget: new Budget(LIMITS.memoryBytes),
      tape,
      input,
      blockBytes: 0,
      keys: { text: undefined, time: undefined, streams: undefined },
      makeDumps: (origin, own) => {
        const { source, attributes } = origin.names
        const ahead = (): string[] => origin.texts(linesBefore(tape))
        const head = (): string => origin.texts([headBefore(tape)])[0] ?? ''
        return new InterleavedDumps(
          fresh(() => makeAssembler(own, found, ahead, (dump) => dumps.push({ ...dump, source, attributes }), head)),
        )
      },
    })
  const router = new Router({ limits: LIMITS, input, tape, plain, makeStreams, blockBytes: 0 })
  const splitter = new Splitter(router, LIMITS.lineBytes)
  for (const chunk of chunks) splitter.push(Buffer.from(chunk))
  splitter.end()
  plain.end()
  router.streams?.end()
  return { dumps, log: Buffer.concat(log).toString() }
}
