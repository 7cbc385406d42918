/**
 * Properties run on one seed, so that a red run speaks of the change at hand and comes again. `npm run fuzz:properties` goes on from random
 * seeds, DUMPSTREAM_FUZZ times as long; what it finds becomes a test of its own.
 */
import fc from 'fast-check'
import { share } from '../share.ts'

const longer = Number(process.env.DUMPSTREAM_FUZZ ?? 0)

fc.configureGlobal(longer > 0 ? { numRuns: 100 * longer } : { seed: 20_261_125 })

/** How often a property runs: `times`, longer when fuzzing, and less where `npm test` has run it. */
export function runs(times: number): number {
  return longer > 0 ? times * longer : Math.ceil(times * share)
}

/** How many of what a property is about it must have met, of the `times` that it meets when `npm test` runs it. */
export function met(times: number): number {
  return Math.floor(times * share * share)
}
