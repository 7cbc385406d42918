/** Dumps that arrive out of chronological order. */
import { describe, expect, it } from 'vitest'
import { dumpText, ids, judgeAll, profileText } from './dumps.ts'

/** One process with a leak, a constant pool, and connections that come and go. */
const dump = (i: number): string =>
  dumpText(i * 60, {
    leak: ids(0, i).flatMap((k) => ids(100 + k * 100, 109 + k * 100)),
    pool: ids(10, 40),
    connection: ids(150 + i * 100, 170 + i * 100),
  })

describe('a dump from before the last one', () => {
  it('is compared with nothing, and the history continues without it', () => {
    const inOrder = judgeAll([0, 1, 2, 3].map(dump))
    const late = judgeAll([0, 2, 1, 3].map(dump))
    expect(Object.values(late[2]?.verdicts ?? {})).toEqual([undefined, undefined, undefined, undefined])
    expect(late[2]?.dump.duration_s).toBeUndefined()
    expect(late[3]?.dump.duration_s).toBe(3600)
    expect(late[3]?.verdicts).toEqual(inOrder[3]?.verdicts)
    expect(late[3]?.verdicts).toMatchObject({ leak: 'leaking', pool: 'steady' })
  })

  it('has no verdicts, even if all dumps come in the wrong order', () => {
    for (const { verdicts } of judgeAll([4, 3, 2, 1, 0].map(dump)))
      expect(Object.values(verdicts)).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('a clock that was set back', () => {
  it('does not affect the history, since ids increase', () => {
    const texts = [0, 1, 2, 3].map((i) => dump(i).replaceAll(/^2026-11-24T0([23])/gm, '2026-11-23T0$1'))
    const dumps = judgeAll(texts)
    expect(dumps[2]?.dump.time?.startsWith('2026-11-23')).toBe(true)
    expect(dumps[2]?.dump.duration_s).toBeUndefined()
    expect(dumps.at(-1)?.verdicts).toMatchObject({ leak: 'leaking', pool: 'steady' })
  })
})

describe('profiles, which have no ids', () => {
  it('start a new history if time goes back', () => {
    const dumps = judgeAll([profileText(0, 10), profileText(120, 40), profileText(60, 20), profileText(180, 60)])
    expect(dumps.map(({ verdicts }) => verdicts.work)).toEqual([undefined, 'growing', undefined, 'growing'])
  })

  it('keep their history if a line with whole seconds comes after one with milliseconds', () => {
    const whole = profileText(60, 40).replaceAll('.000Z', 'Z')
    const dumps = judgeAll([profileText(0, 10), profileText(60, 20).replaceAll('.000Z', '.164Z'), whole])
    expect(dumps.map(({ verdicts }) => verdicts.work)).toEqual([undefined, 'growing', 'growing'])
  })
})
