/** Parts of commands that a reader may copy. */

/** Quoted for a POSIX shell. */
export function shellQuoted(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** A regular expression that matches exactly this text. */
export function literalPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
