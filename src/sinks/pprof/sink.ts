/** A profile for `go tool pprof`, gzipped as pprof writes its own: the last dump of each source, at the end of the run. */
import { gzipSync } from 'node:zlib'
import type { DumpstreamRecord } from '../../core/records.ts'
import { LastDumps, type LastDumpsOptions } from '../last-dumps.ts'
import type { RecordSink, SinkResult } from '../sink.ts'
import { encodeProfile } from './profile.ts'

export class PprofSink implements RecordSink {
  readonly #output: { writeBytes(bytes: Uint8Array): void }
  readonly #options: LastDumpsOptions
  readonly #last: LastDumps

  constructor(output: { writeBytes(bytes: Uint8Array): void }, options: LastDumpsOptions) {
    this.#output = output
    this.#options = options
    this.#last = new LastDumps(options)
  }

  record(record: DumpstreamRecord): void {
    this.#last.record(record)
  }

  end(): SinkResult {
    const dumps = this.#last.all()
    if (dumps.length > 0) this.#output.writeBytes(gzipSync(encodeProfile(dumps, this.#options.narrowing)))
    return { exportFailed: false }
  }
}
