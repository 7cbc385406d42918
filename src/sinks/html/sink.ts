/** `--format html`: the report of the whole run, written at its end. */
import type { DumpstreamRecord } from '../../core/records.ts'
import type { LineOutput } from '../output.ts'
import { ReportBuilder } from '../report/report.ts'
import type { RecordSink, SinkResult } from '../sink.ts'
import { documentText } from './document.ts'
import type { PageOptions } from './page.ts'

export class HtmlSink implements RecordSink {
  readonly #output: LineOutput
  readonly #options: PageOptions
  readonly #report = new ReportBuilder()

  constructor(output: LineOutput, options: PageOptions) {
    this.#output = output
    this.#options = options
  }

  record(record: DumpstreamRecord): void {
    this.#report.record(record)
  }

  end(): SinkResult {
    this.#output.writeLines(documentText(this.#report.report(), { ...this.#options, live: false }))
    return { exportFailed: false }
  }
}
