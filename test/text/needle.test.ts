/** The gate passes whatever may be a header, and little else: what follows the word decides. */
import { describe, expect, it } from 'vitest'
import { findNeedle } from '../../src/text/needle.ts'

const found = (text: string): boolean => {
  const bytes = Buffer.from(`${text}\n`)
  return findNeedle(bytes, 0, bytes.length, false) >= 0
}

describe('a needle', () => {
  it.each([
    'goroutine 7 [running]:',
    'goroutine 7 gp=0xc000002380 m=0 mp=0x5 [running]:',
    'goroutine profile: total 7',
    'goroutineleak profile: total 7',
    'runtime stack:',
    '  Write by Goroutine 7:',
    '[Goroutine 7 in state select, with main.f on top of the stack:',
    'goroutine 7 \\[running\\]:',
    'goroutine 7 |[running|]:',
    'goroutine\u00a07\u00a0[running]:',
    '\u001b[1mgoroutine 7\u001b[0m [running]:',
    'goroutine 7 \u001b[38;5;9m[running]\u001b[0m:',
  ])('is in %j', (line) => {
    expect(found(line)).toBe(true)
  })

  it.each([
    'created by main.main in goroutine 7',
    '\u001b[36mcreated by main.main in goroutine 7\u001b[0m',
    '\tgoroutine running on other thread; stack unavailable',
    'started goroutine 7 for the client',
    'goroutine 7 \u001b[36mis done\u001b[0m',
    'a goroutine: it runs',
    'Goroutine 7 [running]:',
    'Goroutine 7 is in state select',
  ])('is not in %j', (line) => {
    expect(found(line)).toBe(false)
  })
})
