/**
 * Lines are read as Latin-1: a character is a byte, so offsets in a text are offsets in the log. Records contain UTF-8, as Go writes it;
 * bytes that are not valid UTF-8 become U+FFFD.
 */

const BEYOND_ASCII = /[\x80-\uffff]/

export function utf8Of(latin1: string): string {
  return BEYOND_ASCII.test(latin1) ? Buffer.from(latin1, 'latin1').toString() : latin1
}

/** The text as it is in the log: each byte of its UTF-8 as a Latin-1 character. */
export function latin1Of(text: string): string {
  return BEYOND_ASCII.test(text) ? Buffer.from(text).toString('latin1') : text
}
