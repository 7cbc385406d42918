import { describe, expect, it } from 'vitest'
import { goldenDump } from '../golden/dumps.ts'
import { linesOf } from '../property/weave.ts'
import { readDumps } from './reader.ts'

function alternate(a: Buffer, b: Buffer): Buffer {
  const [one, two] = [linesOf(a), linesOf(b)]
  const out: Buffer[] = []
  for (let i = 0; i < Math.max(one.length, two.length); i++)
    out.push(one[i] ?? Buffer.alloc(0), two[i] ?? Buffer.alloc(0))
  return Buffer.concat(out)
}

function signatures(bytes: Buffer): string[] {
  return readDumps(bytes)
    .goroutines.map(({ signature }) => signature ?? 'damaged')
    .sort()
}

describe('two processes that dump into one stream at once, line by line', () => {
  it.each([
    ['zoo-1.27-stack.txt', 'zoo-1.27-stack.txt'],
    ['zoo-1.27-stack.txt', 'zoo-1.19-stack.txt'],
    ['zoo-1.27-stack.txt', 'odd-1.27.txt'],
  ])('%s and %s: two dumps, every goroutine with its own stack', (one, two) => {
    const [a, b] = [goldenDump(one), goldenDump(two)]
    expect(readDumps(alternate(a, b)).dumps).toMatchObject([{ damaged: 0 }, { damaged: 0 }])
    expect(signatures(alternate(a, b))).toEqual([...signatures(a), ...signatures(b)].sort())
  })
})

it('takes a header that fits either dump once it is known whose it is', () => {
  const lines = [
    'goroutine 1 [running]:',
    'main.f(0x1)',
    'goroutine 1 [running]:',
    'goroutine 2 [select]:',
    'main.b(0x1)',
    '\t/app/main.go:3 +0x1',
    '',
    'main.c(0x1)',
    '\t/app/main.go:9 +0x1',
    '',
  ]
  const { goroutines } = readDumps(Buffer.from(lines.join('\n')))
  expect(goroutines.map(({ id }) => id).sort()).toEqual([1, 1, 2])
})
