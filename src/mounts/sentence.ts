/** What a record says, in one line: the text of the event that takes a dump's place in a log. */
import type { DumpstreamRecord } from '../core/records.ts'

export function sentence(record: DumpstreamRecord): string {
  switch (record.type) {
    case 'dump': {
      const reason = record.reason === undefined ? '' : ` (${record.reason.split('\n', 1)[0]})`
      return `goroutine dump ${record.dump}: ${many(record.goroutines, 'goroutine')} in ${many(record.signatures, 'signature')}${reason}`
    }
    case 'signature': {
      const verdict = record.verdict === undefined ? '' : `${record.verdict}: `
      const because = record.because === undefined ? '' : `: ${record.because}`
      return `${verdict}${many(record.count, 'goroutine')} in ${record.function}${because}`
    }
    case 'goroutine':
      return `goroutine ${record.goroutine}: ${record.state}`
    case 'finding':
      return `${record.severity}: ${record.title}: ${record.because}`
    case 'summary':
      return `${many(record.dumps, 'goroutine dump')} with ${many(record.goroutines, 'goroutine')} in ${many(record.bytes, 'byte')}`
  }
}

function many(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`
}
