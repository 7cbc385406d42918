/** The width of text on a terminal, in columns, and cutting text to a width. */
import { eastAsianWidth } from 'get-east-asian-width'

/** Marks that combine with the character before them, and format characters without width. */
const NARROW = /[\p{Mn}\p{Me}\p{Cf}]/u

const PLAIN = /^[\x20-\x7e]*$/

export const ELLIPSIS = '…'

export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

function characterWidth(character: string): number {
  if (NARROW.test(character)) return 0
  return eastAsianWidth(character.codePointAt(0) ?? 0)
}

/** Keeps the beginning. */
export function cutEnd(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  return width < 1 ? '' : `${takeStart(text, width - 1)}${ELLIPSIS}`
}

/** Keeps the beginning and, with two thirds of the room, the end, which distinguishes most names. */
export function cutMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  if (width < 4) return cutEnd(text, width)
  const end = Math.ceil(((width - 1) * 2) / 3)
  return `${takeStart(text, width - 1 - end)}${ELLIPSIS}${takeEnd(text, end)}`
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text
}

/** Breaks at blanks; a word longer than a line stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  lines.push(line)
  return lines
}

function takeStart(text: string, width: number): string {
  let taken = ''
  let left = width
  for (const character of text) {
    left -= characterWidth(character)
    if (left < 0) break
    taken += character
  }
  return taken
}

function takeEnd(text: string, width: number): string {
  const characters = [...text]
  let left = width
  let at = characters.length
  while (at > 0) {
    left -= characterWidth(characters[at - 1] ?? '')
    if (left < 0) break
    at--
  }
  // A combining mark without its character would attach to the ellipsis.
  while (at < characters.length && NARROW.test(characters[at] ?? '')) at++
  return characters.slice(at).join('')
}
