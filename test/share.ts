/**
 * How much is read of what takes longest: every dump in every carrier, and properties. `npm test` reads all of it; the
 * suite on the oldest Node, which measures coverage, a part (.ci/run).
 */
export const share: number = Number(process.env.DUMPSTREAM_SHARE ?? 1)

/** So many of a list, spread over it. */
export function shareOf<T>(list: readonly T[]): T[] {
  const each = Math.round(1 / share)
  return list.filter((_, i) => i % each === 0)
}
