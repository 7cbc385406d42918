/** The verdict at the end of a watch: for each source, from its last dump that shows the process. */
import { LIMITS } from '../core/limits.ts'
import type { DumpRecord, DumpstreamRecord, SignatureRecord } from '../core/records.ts'
import type { Baseline } from '../sinks/baseline.ts'
import { spanText } from '../sinks/names.ts'
import { replaces, showsProcess } from '../sinks/process.ts'
import type { RecordSink, SinkResult } from '../sinks/sink.ts'

interface Seen {
  first: DumpRecord
  last: DumpRecord
  dumps: number
  /** From the last dump: signatures that leak or grow. */
  told: SignatureRecord[]
}

export class Judgement implements RecordSink {
  readonly #baseline: Baseline | undefined
  readonly #seen = new Map<string, Seen>()
  #shown = 0

  /** Signatures that `baseline` knows are not reported. */
  constructor(baseline: Baseline | undefined) {
    this.#baseline = baseline
  }

  record(record: DumpstreamRecord): void {
    const seen = this.#seen.get(record.source)
    if (record.type === 'signature') {
      if (seen?.last.dump !== record.dump) return
      const isTold = record.verdict === 'leaking' || record.verdict === 'growing'
      if (isTold && this.#baseline?.isExceededBy(record) !== false) seen.told.push(record)
    } else if (record.type === 'dump') {
      if (showsProcess(record)) this.#shown++
      if (seen === undefined) {
        if (this.#seen.size >= LIMITS.sources) return
        this.#seen.set(record.source, { first: record, last: record, dumps: 1, told: [] })
      } else if (!showsProcess(seen.last) && showsProcess(record)) {
        Object.assign(seen, { first: record, last: record, dumps: 1, told: [] })
      } else if (replaces(record, seen.last)) {
        Object.assign(seen, { last: record, dumps: seen.dumps + 1, told: [] })
      }
    }
  }

  /** Dumps that show their process. Anything else that a handler logs (the stack of one goroutine, a race report) is not an answer to a signal. */
  get shown(): number {
    return this.#shown
  }

  end(): SinkResult {
    return { exportFailed: false }
  }

  get dumps(): number {
    return [...this.#seen.values()].reduce((sum, { dumps }) => sum + dumps, 0)
  }

  /** Lines without line ends: one per source, followed by one per signature that leaks or grows. */
  lines(): string[] {
    if (this.#seen.size === 0) return ['no dump was seen']
    return [...this.#seen.values()].flatMap((seen) => [headline(seen), ...seen.told.map(sentence)])
  }
}

function headline({ first, last, dumps, told }: Seen): string {
  const span = first.time === undefined || last.time === undefined ? 0 : Date.parse(last.time) - Date.parse(first.time)
  const over = span > 0 ? ` over ${spanText(span / 1000)}` : ''
  const leaking = told.filter((record) => record.verdict === 'leaking').length
  const growing = told.length - leaking
  const verdict = leaking === 0 ? 'nothing leaks' : leaking === 1 ? '1 signature leaks' : `${leaking} signatures leak`
  const grows = growing === 0 ? '' : growing === 1 ? ', 1 grows' : `, ${growing} grow`
  const single = dumps === 1 && leaking === 0
  return `${dumps} dump${dumps === 1 ? '' : 's'} of ${last.source}${over}: ${single ? 'leaks show from the second dump on' : verdict}${grows}`
}

function sentence(record: SignatureRecord): string {
  return `  ${record.verdict} ${record.function} (${record.id})${record.because === undefined ? '' : `: ${record.because}`}`
}
