/** Control sequences within a line, for terminals and pages of builds: colours, links, times (ECMA-48). */
import { ESC, LF } from '../core/ascii.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are
const CONTROL = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]_P^X][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_`-~])/g

export function withoutControls(text: string): string {
  return text.replace(CONTROL, '')
}

/**
 * Copies [pos, end) of `buf` without them to the start of `room`, followed by a line end, so that looking past the text does not find bytes of
 * another line. Returns the length of the text.
 */
export function copyWithoutControls(buf: Buffer, pos: number, end: number, room: Buffer): number {
  let q = 0
  for (let p = pos; p < end; p++) {
    const c = buf[p] as number
    if (c !== ESC) {
      room[q++] = c
      continue
    }
    const kind = buf[++p] as number
    if (kind === 0x5b) {
      p++
      while (p < end && !((buf[p] as number) >= 0x40 && (buf[p] as number) <= 0x7e)) p++
    } else if (kind === 0x5d || kind === 0x5f || kind === 0x50 || kind === 0x5e || kind === 0x58) {
      // A string: up to BEL, or ESC \.
      p++
      while (p < end && buf[p] !== 0x07 && buf[p] !== ESC) p++
      if (buf[p] === ESC) p++
    }
  }
  room[q] = LF
  return q
}
