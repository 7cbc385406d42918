import { describe, expect, it } from 'vitest'
import { type Keep, Keeper } from '../../src/mounts/keep.ts'

/** Lines of one stream, which is open behind the ones that say so. */
function staying(keep: Keep, lines: readonly (readonly [text: string, isOpen: boolean])[]): string[] {
  const keeper = new Keeper(keep)
  return lines.flatMap(([text, isOpen]) => (keeper.stays('web', text, isOpen) ? [text] : []))
}

const LINES = [
  ['goroutine 1 [running]:', false],
  ['main.f()', true],
  ['panic: boom', false],
  ['goroutine 7 [running]:', true],
  ['main.g()', true],
  ['goroutine 1 [running]:', false],
] as const

describe('keep', () => {
  it('crash: keeps what follows the announcement of a crash while its stream is open', () => {
    expect(staying('crash', LINES)).toEqual(['panic: boom', 'goroutine 7 [running]:', 'main.g()'])
  })

  it.each([
    'fatal error: all goroutines are asleep - deadlock!',
    'SIGQUIT: quit',
    'WARNING: DATA RACE',
    'one\npanic: two',
  ])('crash: takes %j for the announcement of one', (text) => {
    expect(staying('crash', [[text, false]])).toEqual([text])
  })

  it('all, none', () => {
    expect(staying('all', LINES)).toHaveLength(LINES.length)
    expect(staying('none', LINES)).toEqual([])
  })

  it('forgets streams that are not open any more', () => {
    const keeper = new Keeper('crash')
    keeper.stays('web', 'panic: boom', false)
    keeper.forget(() => false)
    expect(keeper.stays('web', 'main.g()', true)).toBe(false)
  })
})
