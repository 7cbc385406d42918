import { describe, expect, it } from 'vitest'
import { ReasonBefore } from '../../src/dumps/logged-reason.ts'
import { openingOf } from './reader.ts'

function given(ahead: readonly string[], head = ''): { kind: string | undefined; reason: string } | undefined {
  const before = new ReasonBefore()
  before.noteBefore(openingOf({ linesBefore: () => ahead, head: () => head }))
  const { latest } = before
  return latest === undefined ? undefined : { kind: latest.kind, reason: latest.reason }
}

describe('the text before a place where a dump can begin', () => {
  it('gives the reason in one of its last lines', () => {
    expect(given(['http: panic serving 10.0.0.1:80: boom'])?.reason).toBe('boom')
    expect(given(['http: panic serving 10.0.0.1:80: boom', ...Array<string>(20).fill('served')])).toBeUndefined()
  })

  it('gives the reason of a preamble only before a glued header', () => {
    expect(given(['panic: boom'])?.kind).toBeUndefined()
    expect(given(['panic: boom'], 'served ')).toEqual({ kind: 'panic', reason: 'boom' })
  })

  it('gives the reason on the line of the header', () => {
    expect(given([], 'panic: boom ')).toEqual({ kind: 'panic', reason: 'boom' })
    expect(given([], 'fatal error: all goroutines are asleep - deadlock! ')?.kind).toBe('fatal')
    expect(given(['served'], 'served ')).toBeUndefined()
  })
})
