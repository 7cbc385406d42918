/**
 * Properties run on one seed, so that a red run speaks of the change at hand and comes again. `npm run fuzz:properties` goes on from random
 * seeds, DUMPSTREAM_FUZZ times as long; what it finds becomes a test of its own.
 */
import fc from 'fast-check'

const longer = Number(process.env.DUMPSTREAM_FUZZ ?? 0)

fc.configureGlobal(longer > 0 ? { numRuns: 100 * longer } : { seed: 20_261_125 })

/** How often a property runs: `times`, and longer when fuzzing. */
export function runs(times: number): number {
  return longer > 0 ? times * longer : times
}
