/** `Goroutine 7 in state chan receive, 2 minutes, with main.f on top of the stack:`, the header that goleak puts in the place of Go's. */
const LEAK = /^Goroutine (\d+) in state (\S.*?)(?:, with \S.* on top of the stack| first func: \S.*):$/
/** What its header has behind the id: a cheap question. */
export const IN_STATE = ' in state '

/** Of `2 minutes` behind the state. */
const STATE = /^[^,]*/

/** The header of Go that `text` stands for, with a mark that Go has not: what goleak lists is there though it should have ended. Undefined: it is none. */
export function leakHeader(text: string): string | undefined {
  const found = LEAK.exec(text)
  return found === null ? undefined : `goroutine ${found[1]} [${found[2]?.replace(STATE, '$& (unexpected)')}]:`
}
