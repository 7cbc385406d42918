/** Makes streams, and lets their dumps ask about the current line, if it was given to them. */
import type { Carrier } from '../carriers/carrier.ts'
import { innerCarriers, type KeyNames } from '../carriers/detect.ts'
import type { Limits } from '../core/limits.ts'
import type { InterleavedDumps } from '../dumps/interleaved.ts'
import type { LogTape } from '../lines/tape.ts'
import type { CarriedTape } from './carried-tape.ts'
import type { StreamOrigin } from './origin.ts'
import { Stream, type StreamParts } from './stream.ts'

export interface StreamMakerOptions {
  readonly limits: Limits
  readonly keys: KeyNames
  readonly makeDumps: (origin: StreamOrigin, tape: LogTape) => InterleavedDumps
}

export class StreamMaker implements StreamParts {
  /** The stream that is given the current raw line: what its carrier has read last is about that line. Others may be ended meanwhile. */
  atLine: Stream | undefined
  readonly tape: CarriedTape
  readonly innerCarriers: () => readonly Carrier[]
  readonly #options: StreamMakerOptions
  #prober: Stream | undefined

  constructor(options: StreamMakerOptions, tape: CarriedTape) {
    this.#options = options
    this.tape = tape
    let inner: readonly Carrier[] | undefined
    this.innerCarriers = () => {
      inner ??= innerCarriers(options.keys)
      return inner
    }
  }

  get limits(): Limits {
    return this.#options.limits
  }

  makeDumps(origin: StreamOrigin): InterleavedDumps {
    return this.#options.makeDumps(origin, this.tape)
  }

  /** A stream that is asked whether a dump begins in a text, before the stream of that text exists. */
  get probe(): Stream {
    this.#prober ??= this.make(undefined, '')
    return this.#prober
  }

  /** Makes the stream `key` of `carrier`, which has just read a line of it; without a carrier, only for asking whether a dump begins. */
  make(carrier: Carrier | undefined, key: string): Stream {
    return new Stream(this, carrier, key)
  }
}
