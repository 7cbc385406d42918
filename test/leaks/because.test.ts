/** The sentences in `because`. */
import { describe, expect, it } from 'vitest'
import { dumpText, ids, judgeAll, profileText } from './dumps.ts'

const sentence = (texts: readonly string[]): string | undefined =>
  judgeAll(texts)
    .at(-1)
    ?.signatures.find((each) => each.function !== 'main.main')?.because

describe('growth per hour', () => {
  it('is given for a leak, from the times in the log', () => {
    const texts = [dumpText(0, { cron: [20] }), dumpText(120, { cron: ids(20, 60) })]
    expect(sentence(texts)).toBe(
      '41 goroutines wait in chan receive at main.go:9; 40 new since the last dump (20 an hour), and none of the earlier ones has exited; the process is young, and may be filling its pools',
    )
  })

  it('has a decimal if it is small', () => {
    const texts = ids(0, 3).map((i) => dumpText(i * 420, { cron: ids(20, 29 + i * 12) }))
    expect(sentence(texts)).toContain('; 12 new since the last dump (1.7 an hour), and ')
  })

  it('is given for growing signatures, from the counts', () => {
    const [before, now] = [ids(20, 29), [...ids(22, 29), ...ids(101, 142)]]
    expect(sentence([dumpText(0, { work: before }), dumpText(30, { work: now })])).toBe(
      '50 goroutines wait in chan receive at main.go:9, 10 before (80 more an hour), of which 2 have exited',
    )
    expect(sentence([profileText(0, 10), profileText(120, 41)])).toBe(
      '41 goroutines are at main.go:9, 10 before (16 more an hour); a profile has no ids, so whether any has exited is unknown',
    )
  })

  it('is left out if times are unknown or too close', () => {
    const leak = (i: number, seconds: number): string => dumpText((i * seconds) / 60, { cron: ids(20, 40 + i * 40) })
    const timeless = (i: number): string => leak(i, 0).replaceAll(/^\S+Z /gm, '')
    for (const texts of [[timeless(0), timeless(1)], [0, 1].map((i) => leak(i, 59))])
      expect(sentence(texts)).toContain('; 40 new since the last dump, and ')
    expect(sentence([0, 1].map((i) => leak(i, 60)))).toContain('; 40 new since the last dump (2400 an hour), and ')
  })
})
