/** How long a test may take, and how long it waits for what will come. */

const { DUMPSTREAM_FUZZ, DUMPSTREAM_LIVE, DUMPSTREAM_COVERAGE } = process.env

/** Milliseconds a test may take, unless it says otherwise. With coverage, properties take several times as long. */
export const TEST_MS: number =
  DUMPSTREAM_FUZZ !== undefined
    ? 3_600_000
    : DUMPSTREAM_LIVE === '1' || DUMPSTREAM_COVERAGE !== undefined
      ? 300_000
      : 60_000

/** What will come is waited for as long as the test may take, nearly: a busy machine is no failure, and what did not come is named. */
export const WAIT_MS: number = TEST_MS * 0.8
