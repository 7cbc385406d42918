/** Numbers that may be absent. One from foreign input that cannot be right is treated as absent. */

/** The value of `digits`; undefined past 2^53, where it would be inexact. */
export function wholeNumber(digits: string): number | undefined {
  const number = Number(digits)
  return Number.isSafeInteger(number) ? number : undefined
}

/** Like `wholeNumber`, but for a count of goroutines: runtime.gcount returns an int32 (runtime/proc.go). */
export function goroutineCount(digits: string): number | undefined {
  const number = Number(digits)
  return number < 2 ** 31 ? number : undefined
}

/** RFC 3339 can write the years 0000 to 9999. */
const FIRST_TIME = -62_167_219_200_000
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** `time`, milliseconds since the epoch, if a record can hold it. */
export function validTime(time: number | undefined): number | undefined {
  return time !== undefined && time >= FIRST_TIME && time <= LAST_TIME ? time : undefined
}

/** The smaller of two numbers that may be absent. */
export function lesser(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)
}
