import { describe, expect, it } from 'vitest'
import { bytesText } from '../../src/sinks/names.ts'

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [10 * 1024, '10 KiB'],
    [2 ** 31, '2 GiB'],
    [1288490188, '1.2 GiB'],
    [5e15, '4547 TiB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text)
  })
})
