import { expect, it } from 'vitest'
import { readDumps } from './reader.ts'

const FOREIGN = '2026/11/24 05:00:00 served'
const goroutine = (id: number, behindFile = ''): string =>
  `goroutine ${id} [chan receive]:\nmain.f(0x1)\n\t/app/main.go:12 +0x1d${behindFile}\nmain.main()\n\t/app/main.go:5 +0x2e\n\n`

it('a foreign line glued to a line of a dump is counted once', () => {
  const { dumps, log } = readDumps(goroutine(1) + goroutine(2, FOREIGN))
  expect(dumps).toMatchObject([{ goroutines: 2, foreignLines: 1, damaged: 0 }])
  expect(log.toString().replaceAll('\n', '')).toBe(FOREIGN)
})

it('a file line with foreign text behind it belongs to the bare name that was logged before it, not to the goroutine', () => {
  const logged = `example.com/zap.Info\n\t/app/zap.go:3 +0x1d${FOREIGN}\n`
  const { dumps, log } = readDumps(`goroutine 1 [running]:\nmain.f(0x1)\n${logged}\t/app/main.go:9 +0x1d\n\n`)
  expect(dumps).toMatchObject([{ goroutines: 1, damaged: 0 }])
  expect(log.toString()).toContain(logged)
})

it.each(['"}]', '"}', '",', "',", '"]}', '`', '</pre>'])(
  'the string of a dump is closed by %s directly behind its last line',
  (end) => {
    for (const [tab, offset] of [
      ['\t', ' +0x20'],
      ['', ' +0x20'],
      ['\t', ''],
    ]) {
      const text = `goroutine 7 [running]:\nmain.f(0x1)\n${tab}/app/main.go:12 +0x1d\nmain.main()\n${tab}/app/main.go:20${offset}`
      const { dumps, log } = readDumps(`${text}${end}\n${FOREIGN}\n`)
      expect(dumps).toMatchObject([{ goroutines: 1, damaged: 0, truncated: false }])
      expect(log.toString()).toBe(`${end}\n${FOREIGN}\n`)
    }
  },
)
