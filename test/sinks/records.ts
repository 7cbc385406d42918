/** Records for the tests of what prints them. */
import type { DumpRecord, FindingRecord, SignatureRecord } from '../../src/core/records.ts'
import type { LineOutput } from '../../src/sinks/output.ts'

export function dump(fields: Partial<DumpRecord> = {}): DumpRecord {
  return {
    v: 1,
    type: 'dump',
    dump: 1,
    source: 'app.log',
    kind: 'all',
    format: 'stack',
    goroutines: 221,
    signatures: 9,
    bytes: [0, 1000],
    foreign_lines: 0,
    damaged: 0,
    truncated: false,
    ...fields,
  }
}

export function signature(fields: Partial<SignatureRecord> = {}): SignatureRecord {
  return {
    v: 1,
    type: 'signature',
    dump: 1,
    source: 'app.log',
    id: '9f0c2c3f5b7a1e42',
    count: 41,
    states: { 'chan receive': 41 },
    function: 'content_svr/cron/hashtag_suggestion.(*Cron).step2.func1',
    file: '/app/cron/hashtag_suggestion/cron.go',
    line: 14,
    created_by: 'content_svr/cron/hashtag_suggestion.(*Cron).step2',
    ...fields,
  }
}

export function finding(fields: Partial<FindingRecord> = {}): FindingRecord {
  return {
    v: 1,
    type: 'finding',
    dump: 1,
    source: 'app.log',
    rank: 1,
    finding: 'leak',
    severity: 'critical',
    goroutines: 41,
    title: '41 goroutines leak in chan receive at cron.go:14',
    because: '40 new since the last dump and the one that was there has not left',
    signatures: ['9f0c2c3f5b7a1e42'],
    ...fields,
  }
}

export class Page implements LineOutput {
  text = ''

  writeLines(text: string): void {
    this.text += text
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1)
  }
}
