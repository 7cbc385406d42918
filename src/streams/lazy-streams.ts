/** CarriedStreams, made on demand: most inputs have no dump in a carrier, and there may be thousands of files. */
import { CarriedStreams, type CarriedStreamsOptions } from './carried-streams.ts'

export class LazyStreams {
  readonly #options: () => CarriedStreamsOptions
  /** Undefined until `make` is called. */
  made: CarriedStreams | undefined

  constructor(options: () => CarriedStreamsOptions) {
    this.#options = options
  }

  make(): CarriedStreams {
    this.made ??= new CarriedStreams(this.#options())
    return this.made
  }
}
