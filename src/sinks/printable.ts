/**
 * Makes text from a log safe to show. Control characters could move the cursor or colour the screen (CWE-150); direction marks and invisible
 * characters could make a line read as something else (CVE-2021-42574).
 */

/** C0, DEL, C1, lone surrogates, line and paragraph separators, direction marks, interlinear and tag characters, BOM. */
const UNSAFE =
  /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu
const PLAIN = /^[\x20-\x7e]*$/
const REPLACEMENT = '\ufffd'

/** For terminals, and for every format without escapes. The text stays on its line. */
export function printable(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNSAFE, REPLACEMENT)
}

/** JSON on one line, safe for a terminal: the same value, with escapes for characters that `JSON.stringify` leaves unescaped. */
export function inertJson(value: unknown): string {
  const json = JSON.stringify(value)
  return PLAIN.test(json) ? json : json.replace(UNSAFE, escapeUnit)
}

function escapeUnit(character: string): string {
  return Array.from(
    { length: character.length },
    (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
  ).join('')
}
