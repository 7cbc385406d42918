/**
 * Lines are read as Latin-1: a character is a byte, so that offsets in a text are offsets in the log. What goes into a record is UTF-8, as Go
 * writes it; what is no UTF-8 becomes U+FFFD.
 */

const BEYOND_ASCII = /[\x80-\uffff]/

export function utf8Of(latin1: string): string {
  return BEYOND_ASCII.test(latin1) ? Buffer.from(latin1, 'latin1').toString() : latin1
}

/** The text as the log has it: its bytes in UTF-8, each a character of Latin-1. */
export function latin1Of(text: string): string {
  return BEYOND_ASCII.test(text) ? Buffer.from(text).toString('latin1') : text
}
