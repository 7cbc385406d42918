/** For "did you mean …?" */

/** The candidate that `word` was probably meant to be; undefined if none is close. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  // Half of the letters may be wrong, at most three.
  let bestDistance = Math.min(3, Math.ceil(word.length / 2)) + 1
  for (const candidate of candidates) {
    const prefix = word.length >= 3 && (candidate.startsWith(word) || word.startsWith(candidate))
    const distance = prefix ? 0.5 : editDistance(word, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** How many letters to insert, delete, change or swap (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let older: number[] = []
  let old: number[] = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) {
      const change = (old[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      let least = Math.min(change, (old[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        least = Math.min(least, (older[j - 2] ?? 0) + 1)
      }
      row.push(least)
    }
    older = old
    old = row
  }
  return old[to.length] ?? 0
}
