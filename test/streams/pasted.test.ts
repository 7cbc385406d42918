/** Dumps in what people paste, and in logs of old systems: what stands before each line is no part of the text. */
import { expect, it } from 'vitest'
import { feed } from '../property/weave.ts'

const DUMP = [
  'goroutine 7 [running]:',
  'shop.f(0xc000012345)',
  '\t/app/shop.go:12 +0x1d',
  '',
  'goroutine 8 [chan receive]:',
  'shop.wait(0x1)',
  '\t/app/shop.go:33 +0x44',
]

function dumpsOf(lines: readonly string[]): unknown[] {
  return feed([Buffer.from(`${lines.join('\n')}\n`)], { source: 'paste' }).records.filter(({ type }) => type === 'dump')
}

it('the item of a list that begins with its panic hid the dump', () => {
  const lines = ['1. panic: boom', '', ...DUMP.map((line) => `   ${line}`)]
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, damaged: 0, source: 'paste' }])
})

it('a header in the value of a panic is none, also where the value is indented', () => {
  const lines = ['panic: boom', ...DUMP.map((line) => `   ${line}`)]
  expect(dumpsOf(lines)).toEqual([])
})

it.each(['E/GoLog   ( 1234): ', 'I/GoLog(31234): '])('level and process of logcat became the source: %s', (before) => {
  const lines = ['panic: boom', '', ...DUMP].map((line) => before + line)
  expect(dumpsOf(lines)).toMatchObject([{ goroutines: 2, kind: 'panic', reason: 'boom', source: 'GoLog' }])
})
