import { describe, expect, it } from 'vitest'
import { beginsDump, findTitle, headerAfterLabel, headerEnd } from '../../src/text/titles.ts'

const TITLES = [
  'goroutine 7 [chan receive]:',
  'goroutine 7 [select, 3 minutes, locked to thread]:',
  'goroutine 7 gp=0xc000 m=3 mp=0xc008 [running]:',
  'goroutine 7 gp=0xc000 m=nil [select]:',
  'goroutine 21 [select (no cases) (durable), synctest bubble 1]:',
  'goroutine 7 [chan receive labels:{"k": "http://[::1]:80/"}]:',
  'goroutine 7 [chan receive] {"k": "http://[::1]:80/"}:',
  'goroutine 7 [select] {empty: , handler: /api/v1, "weird key": "a]: \\"q\\" {x}\\n\\ttab, comma"}:',
  'goroutine profile: total 41',
  'goroutineleak profile: total 3',
  'Read at 0x00c0000180e8 by goroutine 7:',
  'Previous atomic write at 0x00c0000180e8 by main goroutine:',
]

describe('the position and length of a title', () => {
  it.each(TITLES)('%s', (title) => {
    for (const [before, after] of [
      ['', ''],
      ['web-1  | ', ''],
      ['I1124 main.go:18] ', ' service="x"'],
      ['', '\tk=v'],
    ] as const)
      expect(findTitle(before + title + after, 512, 8)).toEqual({
        index: before.length,
        end: before.length + title.length,
      })
    expect(beginsDump(`log line\n${title}\nmain.f()\n`)).toBe(true)
    expect(beginsDump(`see ${title}`)).toBe(false)
    if (title.includes('[')) expect(headerEnd(`${title}]}:`, 0)).toBe(title.length)
  })

  it.each([
    'goroutine 7 [running',
    'goroutine 7 [running] {k: v',
    'goroutine 7 [runnigoroutine 1 [running',
    'goroutine pool exhausted:',
  ])('there is none in %s', (text) => {
    expect(beginsDump(text)).toBe(false)
  })

  it('is found after a label for a stack if a frame follows', () => {
    const dump = 'goroutine 94 [running]:\nmain.f(0x1)\n\t/src/a.go:3 +0x1\n'
    expect(headerAfterLabel(`Stack: ${dump}`)).toBe('Stack: '.length)
    expect(headerAfterLabel(`see the docs of ${dump}`)).toBe(-1)
    expect(headerAfterLabel('Stack: goroutine 94 [running]:\nand so on\n')).toBe(-1)
  })
})
