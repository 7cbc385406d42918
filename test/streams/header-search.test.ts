import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/core/limits.ts'
import { type Found, HeaderSearch } from '../../src/streams/header-search.ts'
import { Needles } from '../../src/streams/needles.ts'

interface Asked {
  /** Does a carrier have the header of a line with this text? */
  readonly isCarried?: (line: string) => boolean
  /** Does a carrier have the line, which only quotes a header? */
  readonly isQuoted?: (line: string) => boolean
  readonly isFinal?: boolean
}

function search(
  text: string,
  { isCarried, isQuoted, isFinal = false }: Asked = {},
): { found: Found; waitsFrom: number } {
  const buf = Buffer.from(text)
  const needles = new Needles('auto')
  needles.enter(buf.length)
  const lineOf = (of: Buffer, pos: number, next: number): string => of.toString('latin1', pos, next).trimEnd()
  const headers = new HeaderSearch(LIMITS, needles, () => ({
    recognise: (of, pos, next) => isCarried?.(lineOf(of, pos, next)) === true,
    quotes: (of, pos, next) => isQuoted?.(lineOf(of, pos, next)) === true,
  }))
  return { found: headers.next(buf, 0, buf.length, 1000, isFinal), waitsFrom: headers.waitsFrom }
}

const LOG = '08:17:51 request handled\n'
const HEADER = 'goroutine 7 [running]:\n'
const FRAME = 'main.f(0x1)\n\t/app/main.go:3 +0x1d\n'

describe('the search for the next header', () => {
  it('lets log without a needle pass', () => {
    expect(search(LOG + LOG)).toEqual({ found: { is: 'waits', at: LOG.length * 2 }, waitsFrom: -1 })
  })

  it('keeps lines that may announce a dump until the next ones come', () => {
    expect(search(`${LOG}panic: boom\n\n`)).toEqual({
      found: { is: 'waits', at: LOG.length },
      waitsFrom: 1000 + LOG.length,
    })
    expect(search(`${LOG}panic: boom\n\n`, { isFinal: true }).found).toEqual({ is: 'plain', at: LOG.length })
  })

  it('finds a header without a carrier, together with what announces it', () => {
    expect(search(LOG + HEADER + FRAME).found).toEqual({ is: 'plain', at: LOG.length })
    expect(search(`${LOG}panic: boom\n\n${HEADER}${FRAME}`).found).toEqual({ is: 'plain', at: LOG.length })
  })

  it('finds a header in a carrier, and leaves it to the carrier what announces it', () => {
    const line = `web-1  | ${HEADER}`
    expect(search(LOG + line, { isCarried: (text) => text.startsWith('web-1  | goroutine 7') }).found).toEqual({
      is: 'carried',
      near: LOG.length,
      next: LOG.length + line.length,
    })
  })

  it('passes over a line of a carrier that only quotes a header', () => {
    const quote = `web-1  | what is goroutine 7 [running]: about?\n`
    expect(search(quote + HEADER + FRAME, { isQuoted: (text) => text.endsWith('?') }).found).toEqual({
      is: 'plain',
      at: quote.length,
    })
  })

  describe('a header that was copied without the prefix of its frames', () => {
    const frame = 'web-1  | main.f(0x1)\nweb-1  | \t/app/main.go:3 +0x1d\n'
    const isCarried = (text: string): boolean => text.startsWith('web-1  | goroutine 7')

    it('is given the prefix', () => {
      expect(search(LOG + HEADER + frame, { isCarried }).found).toEqual({
        is: 'bare',
        at: LOG.length,
        next: LOG.length + HEADER.length,
        like: Buffer.from(`web-1  | ${HEADER}`),
      })
    })

    it('waits as long as the lines after it do not show whether they have one', () => {
      expect(search(LOG + HEADER, { isCarried }).found).toEqual({ is: 'waits', at: LOG.length })
      expect(search(LOG + HEADER, { isCarried, isFinal: true }).found).toEqual({ is: 'plain', at: LOG.length })
    })
  })
})
