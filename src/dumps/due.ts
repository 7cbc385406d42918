/** Reads a line by where it comes: in some places more forms are accepted as a line of a stack than in others. */

import { TAILS } from '../stacks/line-table.ts'
import { ROOT } from '../stacks/rows.ts'
import {
  type LineText,
  readBareFunction,
  readDeepFile,
  readLine,
  readNamedFile,
  readOddCall,
  readStripped,
} from '../text/line.ts'
import type { OpenGoroutine } from './open-goroutine.ts'

/** Where the goroutine is; `at` is undefined if it is damaged. */
type Place = Pick<OpenGoroutine, 'tree' | 'at' | 'expected' | 'length' | 'isCertain'>

/** What `text` is, if it can be part of a goroutine. Where a line that Go indents is due, it may have lost its TAB. */
export function readDue(text: string, place: Place): LineText | undefined {
  const { at, expected } = place
  const line = readLine(text)
  if (line !== undefined) return line
  if (expected.includes('file')) {
    const file = (place.isCertain ? (readNamedFile(text) ?? readDeepFile(text)) : undefined) ?? readStripped(text)
    if (file !== undefined) return file
  } else if (at === ROOT || at === undefined) {
    const stripped = readStripped(text)
    if (stripped !== undefined && (at === undefined || expected.includes(stripped.kind))) return stripped
  }
  const bare = mayBeBare(place) ? readBareFunction(text) : undefined
  return (
    bare ??
    (place.isCertain && (expected.includes('func') || expected.includes('created')) ? readOddCall(text) : undefined)
  )
}

/** gccgo's functions have no parentheses: one comes directly after the header, or after the file line of another. */
function mayBeBare({ tree, at, length }: Place): boolean {
  if (at === ROOT) return length > 0
  if (at === undefined || length === 0 || tree.kind(at) !== 'file') return false
  const above = tree.parent(at)
  return tree.kind(above) === 'func' && tree.tail(above) === TAILS.none
}
