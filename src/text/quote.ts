import { latin1Of, utf8Of } from '../core/latin1.ts'

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

/** Go's quoting (runtime/print.go, 1.26+; strconv.Quote in profiles). A lone `\xff` is a byte that was not UTF-8: it becomes U+FFFD. */
export function unquote(word: string): string {
  if (!word.startsWith('"')) return word
  return word.slice(1, -1).replace(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/g, (_all, x, u, w, c) => {
    if (x !== undefined) {
      const byte = Number.parseInt(x, 16)
      return byte < 0x80 ? String.fromCharCode(byte) : '\ufffd'
    }
    const hex: string | undefined = u ?? w
    if (hex !== undefined) {
      const point = Number.parseInt(hex, 16)
      return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd'
    }
    return ESCAPES[c] ?? c
  })
}

/** Like `unquote`, for Latin-1: characters beyond ASCII are their bytes in UTF-8. */
export function unquoteLatin1(word: string): string {
  return latin1Of(unquote(utf8Of(word)))
}
