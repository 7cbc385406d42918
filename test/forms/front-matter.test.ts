import { describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { createEngine } from '../../src/engine/engine.ts'

const DUMP =
  '\tgoroutine 7 [running]:\n\tshop.f()\n\t\t/app/shop.go:12 +0x1d\n\tmain.main()\n\t\t/app/main.go:5 +0x2e\n'
const FRONT = '---\ntitle: A crash\ntags:\n- go\n---\n'

function recordsOf(text: string, size: number): DumpstreamRecord[] {
  const records: DumpstreamRecord[] = []
  const engine = createEngine({ onRecord: (record) => records.push(record) })
  for (let at = 0; at < text.length; at += size) engine.push(Buffer.from(text.slice(at, at + size)))
  engine.end()
  return records
}

describe('the front matter of a page', () => {
  it.each([
    ['an empty line', '\n'],
    ['prose', 'It looks so:\n\n'],
    ['a heading', '# A crash\n\n'],
  ])('before %s made a document of YAML of the page, and hid the dump in it', (_what, text) => {
    for (const size of [1, 7, 1000])
      expect(recordsOf(FRONT + text + DUMP, size)[0]).toMatchObject({ type: 'dump', goroutines: 1, damaged: 0 })
  })
})
