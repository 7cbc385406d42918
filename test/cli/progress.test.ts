import { closeSync, openSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Progress } from '../../src/cli/progress.ts'
import { displayWidth } from '../../src/sinks/width.ts'
import { folderForEachTest } from '../folder.ts'

const WIPE = '\r\u001b[K'

const folder = folderForEachTest()
let fd: number

beforeEach(() => {
  fd = openSync(folder.at('screen'), 'w')
  vi.useFakeTimers({ toFake: ['performance'] })
})

afterEach(() => {
  vi.useRealTimers()
  closeSync(fd)
})

function screen(): string {
  return readFileSync(folder.at('screen'), 'utf8')
}

describe('progress', () => {
  it('appears after half a second, is rewritten in place, and is wiped', () => {
    const progress = new Progress(
      fd,
      () => 100,
      () => ({ dumps: 1, goroutines: 1 }),
    )
    progress.start('app.log', 1 << 30)
    progress.advance(1 << 20)
    progress.wipe()
    expect(screen()).toBe('')
    vi.advanceTimersByTime(512)
    progress.advance(255 << 20)
    const first = `${WIPE}app.log 25 % of 1 GiB, 500 MiB/s, 1 dump, 1 goroutine`
    expect(screen()).toBe(first)
    progress.advance(1)
    expect(screen()).toBe(first)
    progress.wipe()
    progress.wipe()
    expect(screen()).toBe(first + WIPE)
    progress.stop()
    vi.advanceTimersByTime(1000)
    progress.advance(1)
    expect(screen()).toBe(first + WIPE)
  })

  it('never says 100 % and never fills the last column', () => {
    for (const columns of [10, 30, 60, 61, 80, 200]) {
      const progress = new Progress(
        fd,
        () => columns,
        () => ({ dumps: 2, goroutines: 1_000_000 }),
      )
      progress.start('/var/log/服务/a-rather-long-name-of-a-file-that-goes-on.log\u001b[2J', 1000)
      vi.advanceTimersByTime(600)
      progress.advance(2000)
      const line = screen().split(WIPE).at(-1) ?? ''
      expect(displayWidth(line)).toBeLessThan(columns)
      expect(line).not.toContain('100 %')
      expect(line).not.toContain('\u001b')
    }
  })

  it('gives up quietly when the terminal is gone', () => {
    const gone = openSync(folder.at('screen'), 'r')
    const progress = new Progress(
      gone,
      () => 80,
      () => ({ dumps: 0, goroutines: 0 }),
    )
    progress.start('app.log', 1000)
    vi.advanceTimersByTime(600)
    expect(() => progress.advance(1)).not.toThrow()
    closeSync(gone)
  })
})
