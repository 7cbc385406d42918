import { describe, expect, it } from 'vitest'
import { handleSignals } from '../../src/cli/signals.ts'

function listeners(): number[] {
  return (['SIGINT', 'SIGQUIT', 'SIGTERM'] as const).map((signal) => process.listenerCount(signal))
}

describe('signals', () => {
  it('stop once, then are left to the system', () => {
    const before = listeners()
    const stops: string[] = []
    handleSignals({ stdinIsPiped: false, stop: (signal) => stops.push(signal) })
    expect(listeners()).toEqual([(before[0] ?? 0) + 1, before[1], (before[2] ?? 0) + 1])
    process.emit('SIGINT', 'SIGINT')
    expect(stops).toEqual(['SIGINT'])
    expect(listeners()).toEqual(before)
  })

  it('of a terminal that is gone stop once, and do not kill when they come again', () => {
    const count = process.listenerCount('SIGHUP')
    const stops: string[] = []
    const off = handleSignals({ stdinIsPiped: true, stop: (signal) => stops.push(signal) })
    process.emit('SIGHUP', 'SIGHUP')
    process.emit('SIGHUP', 'SIGHUP')
    expect(stops).toEqual(['SIGHUP'])
    expect(process.listenerCount('SIGHUP')).toBe(count + 1)
    off()
    expect(process.listenerCount('SIGHUP')).toBe(count)
  })

  it('of the keyboard do nothing while stdin is a pipe', () => {
    const before = listeners()
    const stops: string[] = []
    const off = handleSignals({ stdinIsPiped: true, stop: (signal) => stops.push(signal) })
    process.emit('SIGINT', 'SIGINT')
    process.emit('SIGQUIT', 'SIGQUIT')
    expect(stops).toEqual([])
    process.emit('SIGTERM', 'SIGTERM')
    expect(stops).toEqual(['SIGTERM'])
    off()
    expect(listeners()).toEqual(before)
  })
})
