/** The output of a program is UTF-8, and stays so in records: reasons and race reports came out as Latin-1. */
import { describe, expect, it } from 'vitest'
import { type DumpRecord, parseDumps, type SignatureRecord } from '../../src/index.ts'

const STACK = ['goroutine 1 [état] {"clé": "é"}:', 'shop/été.(*Bücher).öffnen(0x1)', '\t/app/é/b.go:3 +0x1d']
const CRASH = ['panic: héllo ✓ “wörld”', '', ...STACK]
const RACE = [
  '==================',
  'WARNING: DATA RACE',
  'Write at 0x00c000014070 by goroutine 7:',
  '  shop/été.öffnen()',
  '      /app/é/b.go:3 +0x1d',
  '',
  'Previous write at 0x00c000014070 by main goroutine:',
  '  main.main()',
  '      /app/m.go:9 +0x2d',
  '==================',
]

const CARRIERS: Readonly<Record<string, (line: string) => string>> = {
  plain: (line) => line,
  CRI: (line) => `2026-11-24T10:00:00.000000000Z stderr F ${line}`,
  docker: (line) => JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-24T10:00:00Z' }),
  'docker, escaped': (line) =>
    JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-24T10:00:00Z' }).replace(
      /[^\x20-\x7e]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  syslog: (line) => `Nov 24 10:00:00 höst app[3]: ${line}`,
  kubectl: (line) => `[pod/wéb/app] ${line}`,
}

const recordsOf = (lines: readonly string[]) => parseDumps(Buffer.from(`${lines.join('\n')}\n`))

describe.each(Object.entries(CARRIERS))('%s: non-ASCII text is kept', (_, carry) => {
  it('in a crash', () => {
    const records = recordsOf(CRASH.map(carry))
    const dump = records.find((each): each is DumpRecord => each.type === 'dump')
    const signature = records.find((each): each is SignatureRecord => each.type === 'signature')
    expect(dump).toMatchObject({ kind: 'panic', reason: 'héllo ✓ “wörld”' })
    expect(signature).toMatchObject({
      function: 'shop/été.(*Bücher).öffnen',
      file: '/app/é/b.go',
      states: { état: 1 },
      labels: { clé: { é: 1 } },
    })
  })

  it('in a race report', () => {
    expect(recordsOf(RACE.map(carry))[0]).toMatchObject({
      kind: 'race',
      race: [{ stack: ['shop/été.öffnen /app/é/b.go:3'] }, { stack: ['main.main /app/m.go:9'] }],
    })
  })
})

it.each(['recovered from panic: ', 'http: panic serving 10.0.0.1:80: ', 'Observed a panic: '])(
  'non-ASCII text is kept in a reason from the log: %s',
  (text) => {
    expect(recordsOf([`2026/11/24 10:00:00 ${text}“wörld”`, ...STACK])[0]).toMatchObject({ reason: '“wörld”' })
  },
)
