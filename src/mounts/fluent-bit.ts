/**
 * Events in the format that Fluent Bit's `in_stdin` reads (5.1.1, plugins/in_stdin/in_stdin.c, process_pack): one a line, `{…}`, `[TIME,{…}]`, or
 * with metadata `[[TIME,{…}],{…}]`; TIME is in seconds. A line that is none of these makes it drop everything it has buffered, and one that does
 * not fit into its buffer (`buffer_size`, 16 000 bytes) ends it.
 */
import { type EventKeys, eventLine, isFields, parseJson, readEvent } from './events.ts'

/** Longest line, bytes, without its line end. */
export const STDIN_LINE = 15_900
/** If the other fields of an event leave less room than this, the whole event becomes text. */
const LEAST_TEXT = 1024

export interface StdinOptions {
  readonly keys: EventKeys
  /** The current time, seconds since the epoch. */
  readonly seconds: number
}

/**
 * A line of log as an event: an event with a time stays as it is, an object gets its own time or else the current one, anything else becomes text.
 */
export function stdinEvent(line: Buffer, { keys, seconds }: StdinOptions): string {
  const text = line.toString()
  // Parsing text that is not JSON costs more than this test, because of the exception.
  const value = /^\s*[[{]/.test(text) ? parseJson(text) : undefined
  if (Array.isArray(value) && value.length === 2 && isFields(value[1])) return text
  if (!isFields(value)) return `[[${seconds},{}],${JSON.stringify({ [textKeyOf(keys)]: text })}]`
  const time = readEvent(line, keys)?.time
  return `[[${time === undefined ? seconds : time / 1000},{}],${text}]`
}

/** Splits an event into as many as needed for each to fit: its text is divided, the other fields are repeated. */
export function fittingEvents(event: string, { keys, seconds }: StdinOptions): string[] {
  if (Buffer.byteLength(event) <= STDIN_LINE) return [event]
  const read = readEvent(Buffer.from(event), keys)
  const room = read === undefined ? 0 : STDIN_LINE - Buffer.byteLength(eventLine(read, ''))
  if (read !== undefined && room >= LEAST_TEXT) return divided(read.text, room).map((part) => eventLine(read, part))
  const bare = { head: [seconds, {}], fields: {}, textKey: textKeyOf(keys) }
  return divided(event, STDIN_LINE - LEAST_TEXT).map((part) => eventLine(bare, part))
}

/** Defaults to Fluent Bit's own name for the text. */
export function textKeyOf(keys: EventKeys): string {
  return keys.text ?? 'log'
}

/** Divides the text into parts of at most `room` bytes as JSON, without cutting a character. */
function divided(text: string, room: number): string[] {
  if (Buffer.byteLength(JSON.stringify(text)) <= room) return [text]
  const half = text.length >> 1
  const low = text.charCodeAt(half)
  const middle = low >= 0xdc00 && low < 0xe000 ? half + 1 : half
  return [...divided(text.slice(0, middle), room), ...divided(text.slice(middle), room)]
}
