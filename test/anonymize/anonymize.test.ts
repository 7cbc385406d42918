import { describe, expect, it } from 'vitest'
import { anonymize } from '../../src/anonymize/anonymize.ts'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { parseDumps } from '../../src/stream/parse.ts'
import { carriedLog, carriedNames } from '../golden/carried.ts'
import { goldenDumps } from '../golden/dumps.ts'

/** What is left of records when every name is taken out. */
function shape(log: Uint8Array): unknown[] {
  return parseDumps(log, { stacks: 'always' }).flatMap((record: DumpstreamRecord): unknown[] => {
    if (record.type === 'dump') {
      const { kind, format, goroutines, signatures, damaged, truncated, foreign_lines, other } = record
      return [{ kind, format, goroutines, signatures, damaged, truncated, foreign_lines, other }]
    }
    if (record.type !== 'signature') return []
    const { count, states, wait_minutes, line, stack, verdict, delta, survivors } = record
    return [{ count, states, wait_minutes, line, frames: stack?.length, verdict, delta, survivors }]
  })
}

/** Names of what the recorded programs call their own. */
const PRIVATE = /hashtag_suggestion|content_svr|producer|example\.com|dotted|Größe|zoo|leaky/

describe('anonymize', () => {
  // Another process cut a word in two there: its pieces are words of their own.
  const whole = goldenDumps().filter(({ name }) => !/^inter-.*-foreign/.test(name))

  it.each(whole)('$name reads as before, without the names', ({ bytes }) => {
    const { text } = anonymize(bytes)
    expect(shape(text)).toEqual(shape(bytes))
    expect(text.toString('utf8')).not.toMatch(PRIVATE)
  })

  it.each(carriedNames())('%s reads as before in its carrier', (name) => {
    const log = carriedLog(name)
    expect(shape(anonymize(log).text)).toEqual(shape(log))
  })

  it('does not take base64 for a field name because of its padding', () => {
    const log =
      'time="2026-11-24" auth="Basic YWxpY2U6aHVudGVyMg==" token YWxpY2U6aHVudGVyMjI= "YWxpY2U6aHVudGVyMjI=", end\n'
    const text = anonymize(Buffer.from(log)).text.toString()
    expect(text).not.toContain('YWxpY2U6')
    expect(text).toMatch(/^time="2026-11-24" auth="/)
  })

  it('replaces names whose letters a logger escaped', () => {
    const log = '{"user":"\\u5f20\\u4f1f","city":"K\\u00f6ln"} #345#274#240 %e5%bc%a0 "\\xe5\\xbc\\xa0" main\\u00b7f\n'
    const text = anonymize(Buffer.from(log)).text.toString()
    expect(text).not.toMatch(/5f20|00f6|#345|%e5|xe5/)
    expect(text).toContain('main\\u00b7')
  })

  it('replaces words, addresses and what a panic says, and keeps numbers, times and forms', () => {
    const log = [
      '2026-11-24T10:57:31.068Z ERROR user bob of 10.1.2.3 is gone after 15ms',
      'panic: no such user bob',
      '',
      'goroutine 7 [chan receive, 3 minutes]:',
      'github.com/acme/secret/pay.(*Vault).Open(0xc000012345, {0x1, 0x2})',
      '\t/home/bob/secret/pay/vault.go:40 +0x1d',
      'created by net/http.(*Server).Serve in goroutine 1',
      '\t/usr/local/go/src/net/http/server.go:3285 +0x4b4',
      '',
    ].join('\n')
    const { text, replaced } = anonymize(Buffer.from(log))
    expect(text.toString()).toBe(
      [
        '2026-11-24T10:57:31.068Z ERROR qa qb of 10.0.0.1 is qd after 15ms',
        'panic: no qe qa qb',
        '',
        'goroutine 7 [chan receive, 3 minutes]:',
        'qf.qg/qh/qi/qj.(*Qk).Ql(0xc000012345, {0x1, 0x2})',
        '\t/home/qb/qi/qj/qm.go:40 +0x1d',
        'created by net/http.(*Server).Serve in goroutine 1',
        '\t/usr/local/go/src/net/http/server.go:3285 +0x4b4',
        '',
      ].join('\n'),
    )
    expect(replaced).toBe(13)
  })
})
