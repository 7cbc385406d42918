import { expect, it } from 'vitest'
import { feed } from '../property/weave.ts'

it('frames of a race report whose accesses are missing are log', () => {
  const text =
    '==================\nPrevious write at 0x00c00009a150 by main gorout\n  runtime.mapassign_faststr()\n' +
    '      /usr/local/go/src/runtime/map_faststr.go:203 +0x0\n\nGoroutine 10 (running) created at:\n  main.main()\n' +
    '      /srv/app/race/main.go:19 +0x130\n==================\n'
  const { records, log } = feed([Buffer.from(text)])
  expect(records).toEqual([])
  expect(log.toString()).toBe(text)
})
