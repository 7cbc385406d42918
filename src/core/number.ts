/** Numbers that others have written: one that cannot be what it says is as good as absent. */

/** The number that `digits` are; undefined past 2^53, where it would be another one. */
export function wholeNumber(digits: string): number | undefined {
  const number = Number(digits)
  return Number.isSafeInteger(number) ? number : undefined
}

/** As `wholeNumber`, of goroutines that are counted: runtime.gcount returns an int32 (runtime/proc.go). */
export function goroutineCount(digits: string): number | undefined {
  const number = Number(digits)
  return number < 2 ** 31 ? number : undefined
}

/** Of the years 0000 to 9999, which RFC 3339 can write. */
const FIRST_TIME = -62_167_219_200_000
const LAST_TIME = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** `time`, milliseconds since the epoch, if a record can hold it. */
export function validTime(time: number | undefined): number | undefined {
  return time !== undefined && time >= FIRST_TIME && time <= LAST_TIME ? time : undefined
}
