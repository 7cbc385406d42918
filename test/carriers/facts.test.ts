import { describe, expect, it } from 'vitest'
import { feed } from '../property/weave.ts'

const DUMP = 'goroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x1\n'

describe('numbers from outside', () => {
  it.each([
    ['{"t":1e39,"msg":DUMP}'],
    ['{"t":1e999,"msg":DUMP}'],
    ['{"time":99999999999999999999999,"msg":DUMP}'],
    ['{"time":"9999-12-31T23:59:59-12:00","msg":DUMP}'],
    ['{"time":"0000-01-01T00:00:00+12:00","msg":DUMP}'],
    [
      '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"99999999999999999999999999999999","body":{"stringValue":DUMP}}]}]}]}',
    ],
    ['{"timestamp":1e300,"message":DUMP,"logStreamName":"a"}'],
  ])('outside the times that a record can hold are ignored: %s', (line) => {
    const { records } = feed([Buffer.from(`${line.replace('DUMP', JSON.stringify(DUMP))}\n`)])
    expect(records[0]).toMatchObject({ type: 'dump', goroutines: 1 })
    expect(records[0]).not.toHaveProperty('time')
  })

  it('too large for a count of the runtime make no profile record', () => {
    const text = 'goroutine profile: total 9007199254740995\n9007199254740993 @ 0x1\n#\t0x1\tmain.f+0x1\t/a.go:3\n\n'
    expect(feed([Buffer.from(text)])).toMatchObject({ records: [], log: Buffer.from(text) })
  })

  it('past 2^53 leave minutes and ids unknown, but the goroutine counts', () => {
    const text = `goroutine 99999999999999999999 [select, 99999999999999999999 minutes]:\nmain.f()\n\t/a.go:${'9'.repeat(400)} +0x1\n`
    const { records } = feed([Buffer.from(text)], { goroutines: true })
    expect(records.find(({ type }) => type === 'dump')).toMatchObject({ goroutines: 1 })
    expect(JSON.stringify(records)).not.toContain('null')
    expect(records.find(({ type }) => type === 'goroutine')).not.toHaveProperty('wait_minutes')
  })
})

describe('facts from the right place', () => {
  it.each(['recover.go', '/go/pkg/mod/github.com/labstack/echo/middleware/recover.go:101', 'main.go:3', 'a/b.c:12'])(
    '"file": %j is the place of the call, neither a log file nor a separate stream',
    (file) => {
      const lines = DUMP.trimEnd().split('\n')
      const text = lines.map((msg, i) => `${JSON.stringify({ msg, file: i === 0 ? file : 'other.go:7' })}\n`).join('')
      const { records } = feed([Buffer.from(text)])
      expect(records[0]).toMatchObject({ type: 'dump', goroutines: 1, damaged: 0 })
      expect(JSON.stringify(records)).not.toContain('log.file.path')
    },
  )

  it('"file" with the path of a log file is a log file', () => {
    const { records } = feed([Buffer.from(`${JSON.stringify({ msg: DUMP, file: '/var/log/app.log' })}\n`)])
    expect(records[0]).toMatchObject({ attributes: { 'log.file.path': '/var/log/app.log' } })
  })

  it.each(['[DEBUG]', 'DEBUG', '[INFO]', 'ERROR:', '<warn>', '|ERR|'])(
    'a level %s is neither a host nor a service',
    (level) => {
      const text = DUMP.replace(/^/gm, `2024-01-02T10:30:30.336Z ${level} plugin.x: `).replace(/[^\n]*$/, '')
      const { records } = feed([Buffer.from(text)])
      expect(records[0]).toMatchObject({ type: 'dump', goroutines: 1, damaged: 0 })
      expect(JSON.stringify(records)).not.toMatch(/host\.name|service\.name/)
    },
  )
})
