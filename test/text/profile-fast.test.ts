/** Reading the lines of a text profile from their bytes gives the same as reading their text. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readProfileLine } from '../../src/text/profile.ts'
import { FastProfileLine } from '../../src/text/profile-fast.ts'

const LINES = [
  '40 @ 0x487c0a 0x4176ce 0x526bb9',
  '1 @',
  '2147483648 @ 0x1',
  '# labels: {"handler":"/api"}',
  '#\t0x526bb8\tmain.leak+0x18\t/app/main.go:124',
  '#\t0x526bb8\tnet/http.(*conn).serve+0x5f8       \t/usr/local/go/src/net/http/server.go:2092',
  '#\t0x47f8e0',
  '#\t0x526bb8\tmain.leak[...]+0x18\tC:/app/main.go:124',
  '#\t0x526bb8\tmain.+leak+0x18\t/app/a b.go:124',
  '',
]
const PIECES = ['#', '\t', ' ', '0x', '+', ':', '@', '12', 'a', '.go:3', '\x80', '\r', '\xa0']

it('reads the same from the bytes of a line as from its text, whatever is inserted or removed anywhere', () => {
  const line = new FastProfileLine()
  let fast = 0
  fc.assert(
    fc.property(
      fc.constantFrom(...LINES),
      fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom('', ...PIECES)), { maxLength: 2 }),
      (whole, changes) => {
        let text = whole
        for (const [at, gone, piece] of changes) {
          const cut = at % (text.length + 1)
          text = text.slice(0, cut) + piece + text.slice(cut + gone)
        }
        const buf = Buffer.from(`x${text}\nrest`, 'latin1')
        if (!line.read(buf, 1)) return
        fast++
        expect(line.end).toBe(1 + text.length)
        const of = (from: number, to: number): string => buf.toString('latin1', from, to)
        expect(readProfileLine(text, ' 0x1')).toEqual(
          line.kind === 'record'
            ? { kind: 'record', count: line.count, pcs: of(line.from, line.to) }
            : { kind: 'frame', name: of(line.from, line.to), file: of(line.file, line.end) },
        )
      },
    ),
    { numRuns: 5_000 },
  )
  expect(fast).toBeGreaterThan(500)
})
