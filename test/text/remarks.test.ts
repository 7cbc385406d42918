/** Which lines may say something about a dump: one search over many lines must give the same as one search for each line. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Remarks } from '../../src/text/remarks.ts'

const WORDS = ['goroutine', 'fatal error', 'SIG', '====', 'END', '\u001b[']
const isRemark = (text: string): boolean => WORDS.some((word) => text.includes(word)) || /panic|recover/i.test(text)

describe('Remarks', () => {
  it('are the lines that hold one of the words, whatever is queried in between', () => {
    const line = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.constantFrom(
          '{"level":"info"}',
          'sig end Goroutine',
          '',
          'x'.repeat(700),
          '=='.repeat(1),
          'y'.repeat(5_000),
        ),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          'goroutine 7',
          'fatal error',
          'it PANICs',
          'SIGQUIT',
          '====',
          'END',
          '\u001b[0m',
          'Recovered',
        ),
      },
    )
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (lines, others) => {
          const buf = Buffer.from(lines.map((each) => `${each}\n`).join(''), 'latin1')
          const starts: number[] = []
          for (let at = 0; at < buf.length; at = buf.indexOf(10, at) + 1) starts.push(at)
          const remarks = new Remarks()
          const order = [...starts.keys(), ...others.map((n) => n % starts.length)]
          for (const i of order) {
            const [pos, next] = [starts[i] ?? 0, starts[i + 1] ?? buf.length]
            const text = lines[i] ?? ''
            expect(remarks.mayBeIn(buf, pos, next, 0)).toBe(isRemark(text))
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('searches again when the buffer is refilled', () => {
    const remarks = new Remarks()
    const buf = Buffer.from('nothing here\n')
    expect(remarks.mayBeIn(buf, 0, buf.length, 0)).toBe(false)
    buf.write('panic: at 3')
    expect(remarks.mayBeIn(buf, 0, buf.length, 13)).toBe(true)
  })
})
