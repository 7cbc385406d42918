/** `Goroutine 7 in state chan receive, 2 minutes, with main.f on top of the stack:`, the header that goleak prints instead of Go's. */
const LEAK = /^Goroutine (\d+) in state (\S.*?)(?:, with \S.* on top of the stack| first func: \S.*):$/
/** What follows the id in goleak's header: a cheap check. */
export const IN_STATE = ' in state '

/** The state without what follows it, such as `, 2 minutes`. */
const STATE = /^[^,]*/

/**
 * Go's header for the goroutine that `text` names, with a mark that Go does not have: what goleak lists should have ended but has not.
 * Undefined: `text` is not a header of goleak.
 */
export function leakHeader(text: string): string | undefined {
  const found = LEAK.exec(text)
  return found === null ? undefined : `goroutine ${found[1]} [${found[2]?.replace(STATE, '$& (unexpected)')}]:`
}
