/** How long a test may take, and how long it waits for what will come. */

/** Milliseconds a test may take, unless it says otherwise: what hangs is to be found, and a busy machine is no failure. */
export const TEST_MS: number = process.env.DUMPSTREAM_FUZZ === undefined ? 600_000 : 3_600_000

/** What will come is waited for so long, milliseconds; then it is said what did not come. */
export const WAIT_MS = 240_000
