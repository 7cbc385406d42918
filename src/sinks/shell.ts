/** Commands that a reader may copy. */

/** For a POSIX shell. */
export function shellQuoted(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** A word that is a regular expression of itself. */
export function literalPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
