import { describe, expect, it } from 'vitest'
import { linesOnOne } from '../../src/text/lines-on-one.ts'

const isKnown = (name: string): boolean => /^(?:main|bufio)\./.test(name)
const read = (text: string): readonly string[] | undefined => linesOnOne(text, isKnown)

describe('two lines of a stack on one line', () => {
  it.each([
    ['shop.f(0x1)', ' /app/shop.go:12 +0x1d', '/app/shop.go:12 +0x1d'],
    ['created by shop.f', '\t/app/shop.go:12 +0x1d', '/app/shop.go:12 +0x1d'],
    ['created by shop.f in goroutine 7', ' /app/shop.go:12 +0x1d', '/app/shop.go:12 +0x1d'],
  ])('%s, and its place', (call, behind, place) => {
    expect(read(call + behind)).toEqual([call, `\t${place}`])
  })

  it.each([
    ['\t/app/shop.go:12 +0x1', 'shop.g(0x1)', 'any name can begin after a digit'],
    ['\t/app/shop.go:12 +0x1d', 'main.g(0x1)', 'a known name can begin after a letter'],
    ['\t/app/shop.go:12 +0x1d', 'bufio.(*Writer).Flush()', 'even one that begins like an offset'],
    ['\t/app/shop.go:12 +0x1d', 'created by main.g', 'as can a creator'],
    ['\t/app/shop.go:12', 'shop.g(0x1)', 'any name can begin after a line number'],
    ['C:/app/shop.go:12 +0x1', 'shop.g(0x1)', 'even if the TAB is gone'],
    ['\t/app/shop.go:12 +0x1d fp=0xc1 sp=0xc0', 'shop.g(0x1)', 'or after registers'],
  ])('%s, and %s: %s', (place, call) => {
    expect(read(place + call)).toEqual([`\t${place.trimStart()}`, call])
  })

  it('are separated by a blank', () => {
    expect(read('\t/app/shop.go:12 +0x1d  dog.g(0x1)')).toEqual(['\t/app/shop.go:12 +0x1d', 'dog.g(0x1)'])
  })

  it('give only the place if neither the name nor the length of the offset is known', () => {
    expect(read('\t/app/shop.go:12 +0x1dog.g(0x1)')).toEqual(['\t/app/shop.go:12 +0x1d'])
  })

  it.each([
    '\t/app/shop.go:12 +0x1d2026/11/24 08:15:51 served main.g(0x1)',
    '\t/app/shop.go:12 +0x1d{"level":"info"}',
    'served in 12 ms by shop.g(0x1)',
    'see /app/shop.go:12 of main.g(0x1)',
    '/app/shop.go:12: main.g() was called with 3',
    '\t/app/shop.go:12 +0x1d',
  ])('are not found in %j', (text) => {
    expect(read(text)).toBeUndefined()
  })
})
