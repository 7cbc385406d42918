import { describe, expect, it } from 'vitest'
import { journalEvent, readEntry } from '../../src/mounts/journal.ts'

describe('an entry of the journal', () => {
  it('declares a stream', () => {
    const stream = { source: 'pod-1', tag: 'kube', key: 'log', fields: { pod: 'a' } }
    expect(readEntry(`+7\t${JSON.stringify(stream)}`)).toEqual({
      type: 'stream',
      number: 7,
      stream: { source: 'pod-1', key: 'log', fields: { pod: 'a' } },
    })
    expect(readEntry('+7\t{"source":"pod-1","key":"log"}')).toMatchObject({ stream: { fields: {} } })
  })

  it.each([
    ['-', false],
    ['w', true],
  ])('is a line, withheld or not: %s', (mark, isWithheld) => {
    expect(readEntry(`7\t1795500000.25\t${mark}\tgoroutine 1 [running]:`)).toEqual({
      type: 'line',
      number: 7,
      time: 1_795_500_000_250,
      isWithheld,
      text: 'goroutine 1 [running]:',
    })
  })

  it('has its line feeds and backslashes back', () => {
    expect(readEntry('1\t0\t-\ta\\nb\\\\n')).toMatchObject({ text: 'a\nb\\n' })
  })

  it.each(['', 'x', '7', '7\tnow\t-\ttext', '7\t1\t-', '+7\tnull', '+7\t{"source":1,"key":"log"}', '+7\t{'])(
    'is none: %j',
    (line) => {
      expect(readEntry(line)).toBeUndefined()
    },
  )
})

it('an answer has its time in seconds', () => {
  expect(journalEvent(1_795_500_000_250, { log: 'x' })).toBe('1795500000.250000\t{"log":"x"}\n')
})
