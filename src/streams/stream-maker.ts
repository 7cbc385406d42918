/** Makes streams. What their dumps ask of the line at hand is answered for the one that is given it. */
import type { Carrier } from '../carriers/carrier.ts'
import { innerCarriers, type KeyNames } from '../carriers/detect.ts'
import type { Limits } from '../core/limits.ts'
import type { InterleavedDumps } from '../dumps/interleaved.ts'
import type { LogTape } from '../lines/tape.ts'
import type { CarriedTape } from './carried-tape.ts'
import { CarriedOrigin, type StreamOrigin } from './origin.ts'
import { Stream } from './stream.ts'

export interface StreamMakerOptions {
  readonly limits: Limits
  readonly keys: KeyNames
  readonly makeDumps: (origin: StreamOrigin, tape: LogTape) => InterleavedDumps
}

export class StreamMaker {
  /** The stream that is given the raw line at hand: what its carrier has read last is of that line. Others may be ended meanwhile. */
  atLine: Stream | undefined
  readonly #options: StreamMakerOptions
  readonly #tape: CarriedTape
  /** Carriers that may stand inside the one of a stream. */
  #inner: readonly Carrier[] | undefined
  #prober: Stream | undefined

  constructor(options: StreamMakerOptions, tape: CarriedTape) {
    this.#options = options
    this.#tape = tape
  }

  /** Says whether a dump begins in a text, before its stream is there. */
  get probe(): Stream {
    this.#prober ??= this.make(undefined, '')
    return this.#prober
  }

  /** The stream `key` of `carrier`, which has just read a line of it; without one, for questions only. */
  make(carrier: Carrier | undefined, key: string): Stream {
    const { limits, keys, makeDumps } = this.#options
    const tape = this.#tape
    const stream: Stream = new Stream({
      limits,
      tape,
      innerCarriers: () => {
        this.#inner ??= innerCarriers(keys)
        return this.#inner
      },
      makeDumps: () => makeDumps(origin, tape),
    })
    const origin = new CarriedOrigin(carrier, key, {
      isAtLine: () => this.atLine === stream,
      withoutInner: (text) => stream.withoutInner(text),
    })
    return stream
  }
}
