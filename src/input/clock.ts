/**
 * Milliseconds on a clock that nobody sets, as `performance.now()`: but that is loaded when it is first named, which takes one of them.
 */
export function elapsed(): number {
  return process.uptime() * 1000
}
