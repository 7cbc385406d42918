/** Columns that text takes on a terminal, and cutting it to them. */

/**
 * East Asian Wide and Fullwidth of Unicode 15.1 EastAsianWidth.txt, joined to the blocks they fill, and the emoji that
 * terminals draw two columns wide.
 */
const WIDE =
  /[\u1100-\u115f\u231a\u231b\u2329\u232a\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2fb}\u{1f004}\u{1f0cf}\u{1f18e}\u{1f191}-\u{1f19a}\u{1f200}-\u{1f320}\u{1f32d}-\u{1f335}\u{1f337}-\u{1f37c}\u{1f37e}-\u{1f393}\u{1f3a0}-\u{1f3ca}\u{1f3cf}-\u{1f3d3}\u{1f3e0}-\u{1f3f0}\u{1f3f4}\u{1f3f8}-\u{1f43e}\u{1f440}\u{1f442}-\u{1f4fc}\u{1f4ff}-\u{1f53d}\u{1f54b}-\u{1f567}\u{1f57a}\u{1f595}\u{1f596}\u{1f5a4}\u{1f5fb}-\u{1f64f}\u{1f680}-\u{1f6c5}\u{1f6cc}\u{1f6d0}-\u{1f6d7}\u{1f6dc}-\u{1f6df}\u{1f6eb}\u{1f6ec}\u{1f6f4}-\u{1f6fc}\u{1f7e0}-\u{1f7f0}\u{1f90c}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** Marks that stand on the character before them, and format characters that take no room. */
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
  return WIDE.test(character) ? 2 : 1
}

/** Keeps the beginning. */
export function cutEnd(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  return width < 1 ? '' : `${takeStart(text, width - 1)}${ELLIPSIS}`
}

/** Keeps the beginning and, of what is left, two thirds for the end, which tells most names apart. */
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

/**
 * Text from a log, made safe to print: control characters could move the cursor or colour the screen (CWE-150), and the
 * bidirectional ones could make a line read as something else.
 */
export function printable(text: string): string {
  return PLAIN.test(text)
    ? text
    : text.replace(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu, '�')
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
  // A mark without its character would stand on the ellipsis.
  while (at < characters.length && NARROW.test(characters[at] ?? '')) at++
  return characters.slice(at).join('')
}
