/** Output that is written once, at the end of the run, from everything that was seen. */
import type { DumpstreamRecord } from '../../core/records.ts'
import type { LineOutput } from '../output.ts'
import { inertJson } from '../printable.ts'
import type { RecordSink, SinkResult } from '../sink.ts'
import { type FleetKey, fleetOf } from './fleet.ts'
import { type Report, ReportBuilder } from './report.ts'

/** `render` returns whole lines, including their line ends. */
export class ReportSink implements RecordSink {
  readonly #output: LineOutput
  readonly #render: (report: Report) => string
  readonly #report = new ReportBuilder()

  constructor(output: LineOutput, render: (report: Report) => string) {
    this.#output = output
    this.#render = render
  }

  record(record: DumpstreamRecord): void {
    this.#report.record(record)
  }

  end(): SinkResult {
    this.#output.writeLines(this.#render(this.#report.report()))
    return { exportFailed: false }
  }
}

/** `--by` in JSON lines: one `fleet` record each. */
export function fleetJson(report: Report, key: FleetKey, top: number | undefined): string {
  const records = fleetOf(report, key)
  const shown = top === undefined || top === 0 ? records : records.slice(0, top)
  return shown.map((record) => `${inertJson(record)}\n`).join('')
}
