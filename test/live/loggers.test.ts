/** What real loggers make of a dump, held to what the program knows of itself. */
import { describe, expect, it } from 'vitest'
import { gapOf, judge, keepCarried } from '../golden/carried.ts'
import { TOOLCHAINS } from './go.ts'
import { RUNS, runLogger } from './loggers.ts'

const UPDATE = process.env.DUMPSTREAM_UPDATE_GOLDENS === '1'

describe.each(TOOLCHAINS)('a dump logged by a program of Go, %s,', (toolchain) => {
  it.each(RUNS)('with %s, way: %s', (logger, way) => {
    const { log, truth } = runLogger(toolchain, logger, way)
    const name = `${logger}.${way}`
    if (UPDATE && toolchain === 'local') keepCarried(name, log, truth)
    const judged = judge(log, truth)
    if (gapOf(name) === undefined) expect(judged).toEqual({ ...truth, damaged: 0 })
  })
})
