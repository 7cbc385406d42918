/**
 * Events as Fluent Bit's `in_stdin` reads them (5.1.1, plugins/in_stdin/in_stdin.c, process_pack): a line each, `{…}`, `[TIME,{…}]`, or
 * with metadata `[[TIME,{…}],{…}]`; TIME is in seconds. A line that is none of these costs it what else it has read, and one that does
 * not fit into its buffer (`buffer_size`, 16 000 bytes) ends it.
 */
import { type EventKeys, eventLine, isFields, parseJson, readEvent } from './events.ts'

/** Bytes of a line, without its end. */
export const STDIN_LINE = 15_900
/** An event that leaves less to its text becomes text itself. */
const LEAST_TEXT = 1024

export interface StdinOptions {
  readonly keys: EventKeys
  /** Now, since the epoch. */
  readonly seconds: number
}

/** A line of log as an event: what is one with a time stays as it is, an object gets the time that it tells or else now's, all else is text. */
export function stdinEvent(line: Buffer, { keys, seconds }: StdinOptions): string {
  const text = line.toString()
  // The error of a text that is no JSON costs more than the look.
  const value = /^\s*[[{]/.test(text) ? parseJson(text) : undefined
  if (Array.isArray(value) && value.length === 2 && isFields(value[1])) return text
  if (!isFields(value)) return `[[${seconds},{}],${JSON.stringify({ [textKeyOf(keys)]: text })}]`
  const time = readEvent(line, keys)?.time
  return `[[${time === undefined ? seconds : time / 1000},{}],${text}]`
}

/** The event in as many as it takes for each to fit: its text is divided, all else is repeated. */
export function fittingEvents(event: string, { keys, seconds }: StdinOptions): string[] {
  if (Buffer.byteLength(event) <= STDIN_LINE) return [event]
  const read = readEvent(Buffer.from(event), keys)
  const room = read === undefined ? 0 : STDIN_LINE - Buffer.byteLength(eventLine(read, ''))
  if (read !== undefined && room >= LEAST_TEXT) return divided(read.text, room).map((part) => eventLine(read, part))
  const bare = { head: [seconds, {}], fields: {}, textKey: textKeyOf(keys) }
  return divided(event, STDIN_LINE - LEAST_TEXT).map((part) => eventLine(bare, part))
}

/** Fluent Bit's own name for it. */
export function textKeyOf(keys: EventKeys): string {
  return keys.text ?? 'log'
}

/** Parts of which none takes more than `room` bytes as JSON. No character is cut. */
function divided(text: string, room: number): string[] {
  if (Buffer.byteLength(JSON.stringify(text)) <= room) return [text]
  const half = text.length >> 1
  const low = text.charCodeAt(half)
  const middle = low >= 0xdc00 && low < 0xe000 ? half + 1 : half
  return [...divided(text.slice(0, middle), room), ...divided(text.slice(middle), room)]
}
