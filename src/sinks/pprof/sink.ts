/** A profile for `go tool pprof`, gzipped like those of pprof: the last dump of each source, at the end of the run. */
import { gzipSync } from 'node:zlib'
import { type LastDump, type LastDumpsOptions, LastDumpsSink } from '../last-dumps.ts'
import { encodeProfile } from './profile.ts'

export class PprofSink extends LastDumpsSink {
  readonly #output: { writeBytes(bytes: Uint8Array): void }

  constructor(output: { writeBytes(bytes: Uint8Array): void }, options: LastDumpsOptions) {
    super(options)
    this.#output = output
  }

  protected override write(dumps: readonly LastDump[]): void {
    this.#output.writeBytes(gzipSync(encodeProfile(dumps, this.narrowing)))
  }
}
