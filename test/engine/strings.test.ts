import { describe, expect, it } from 'vitest'
import { feed } from '../property/weave.ts'

const stack = (id: number): string => `goroutine ${id} [running]:\nmain.f()\n\t/app/main.go:1 +0x1\n`
const json = (fields: Record<string, string>): string => `${JSON.stringify(fields)}\n`

const dumpsOf = (text: string): number[] =>
  feed([Buffer.from(text)]).records.flatMap((record) => (record.type === 'dump' ? [record.goroutines] : []))

describe('a dump in a string', () => {
  it.each([2, 3, 4])('is found in each of %i consecutive lines', (lines) => {
    const ids = Array.from({ length: lines }, (_, n) => n + 7)
    expect(dumpsOf(ids.map((id) => json({ level: 'error', msg: stack(id) })).join(''))).toEqual(ids.map(() => 1))
    expect(dumpsOf(ids.map((id) => json({ msg: 'boom', stack: stack(id) })).join(''))).toEqual(ids.map(() => 1))
  })

  it('is found after a logfmt message that looks like the beginning of one', () => {
    const line = `time="2026-11-24T07:00:00Z" level=error msg="panic: boom" stack=${JSON.stringify(stack(7))}\n`
    expect(dumpsOf(line)).toEqual([1])
  })

  it('is found after the label of Echo', () => {
    const line = { time: '2026-11-24T07:00:00Z', level: '-', prefix: 'echo', file: 'recover.go', line: '101' }
    expect(dumpsOf(json({ ...line, message: `[PANIC RECOVER] boom ${stack(7)}\n` }))).toEqual([1])
  })

  it('is found in a text that was escaped twice', () => {
    const once = JSON.stringify(`panic: boom\n\n${stack(7)}`).slice(1, -1)
    for (const line of [`sample = ${JSON.stringify(once)};\n`, json({ level: 'error', msg: once })])
      expect(dumpsOf(line)).toEqual([1])
  })

  it('is found after a label that begins like a preamble', () => {
    const line = `time="2026-11-24T07:00:00Z" level=error msg=${JSON.stringify(`panic: boom stack: ${stack(7)}`)}\n`
    expect(dumpsOf(line)).toEqual([1])
  })

  it('does not begin at a header quoted in prose', () => {
    expect(dumpsOf(json({ msg: `a tutorial: ${stack(7)}` }))).toEqual([])
  })
})
