/** Goroutines with more frames than are kept. */
import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/core/limits.ts'
import type { SignatureRecord } from '../../src/core/records.ts'
import { feed } from '../property/weave.ts'

const FRAMES = 6

const frames = (count: number, name = 'walk'): string =>
  Array.from({ length: count }, (_, i) => `main.${name}${i}(0x1)\n\t/app/main.go:${i + 1} +0x20\n`).join('')
const CREATOR = 'created by main.main in goroutine 1\n\t/app/main.go:90 +0x1\n'
const deep = (id: number, count: number, name?: string): string =>
  `goroutine ${id} [select]:\n${frames(count, name)}${CREATOR}\n`

function read(text: string, size = text.length) {
  const bytes = Buffer.from(text)
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  return feed(chunks, { limits: { ...LIMITS, frames: FRAMES } })
}

const signaturesOf = ({ records }: ReturnType<typeof read>): SignatureRecord[] =>
  records.filter((record): record is SignatureRecord => record.type === 'signature')

describe('a goroutine with more frames than are kept', () => {
  it.each([1, 7, 64, 4096])(
    'lost its signature, and every other line past the limit was log (chunks of %i bytes)',
    (size) => {
      const run = read(`before\n${deep(7, 20)}${deep(8, 20)}${deep(9, 20, 'other')}after\n`, size)
      expect(run.records[0]).toMatchObject({ goroutines: 3, damaged: 0, foreign_lines: 0, limits: ['frames'] })
      expect(run.log.toString()).toBe('before\n\nafter\n')
      expect(signaturesOf(run).map(({ count, created_by, stack }) => [count, created_by, stack?.length])).toEqual([
        [2, 'main.main', FRAMES],
        [1, 'main.main', FRAMES],
      ])
    },
  )

  it('is complete at the limit, and past it', () => {
    for (const count of [FRAMES - 1, FRAMES, FRAMES + 1, FRAMES + 2])
      expect(read(deep(7, count) + deep(8, count)).records[0], `${count}`).toMatchObject({ goroutines: 2, damaged: 0 })
  })

  it('is damaged if it ends in the middle of a frame past the limit', () => {
    const cut = `goroutine 7 [select]:\n${frames(9)}main.last(0x1)\n`
    expect(read(`${cut}\n${deep(8, 2)}`).records[0]).toMatchObject({ goroutines: 2, damaged: 1 })
  })

  it('is complete with log lines and logged calls between its lines', () => {
    const text = deep(7, 20).replaceAll(/(?<=\+0x20\n)/g, 'done(1)\nserved 3 requests\n')
    const run = read(`${text}${deep(8, 20)}`)
    expect(run.records[0]).toMatchObject({ goroutines: 2, damaged: 0, foreign_lines: 40 })
    expect(signaturesOf(run)).toHaveLength(1)
  })
})
