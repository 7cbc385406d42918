import { describe, expect, it } from 'vitest'
import { IdleWatch } from '../../src/input/idle.ts'

describe('a tick counts', () => {
  it('when it comes on time and nothing was read, or less than a pipe holds', () => {
    const watch = new IdleWatch(100, 0)
    expect(watch.isDue(100)).toBe(true)
    watch.read(500)
    expect(watch.isDue(200)).toBe(true)
  })

  it('not when it comes late: input may have waited', () => {
    const watch = new IdleWatch(100, 0)
    expect(watch.isDue(350)).toBe(false)
    expect(watch.isDue(450)).toBe(true)
  })

  it('not while the pipe is found full, until a read empties it', () => {
    const watch = new IdleWatch(100, 0)
    watch.read(64 << 10)
    expect(watch.isDue(100)).toBe(false)
    watch.read(64 << 10)
    watch.read(10)
    expect(watch.isDue(200)).toBe(true)
    expect(watch.isDue(300)).toBe(true)
  })
})
