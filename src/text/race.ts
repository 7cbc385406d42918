/**
 * The lines of a race report (compiler-rt, tsan_report.cpp, SANITIZER_GO). Frames are indented by two and by six blanks, which a logger may
 * have changed or removed; a person who shows a report to others may have shortened its addresses to `0x...`, or lost its colons.
 *
 *     ==================
 *     WARNING: DATA RACE
 *     Read at 0x00c0000180e8 by goroutine 7:
 *       main.(*S).inc()
 *           /app/main.go:10 +0x30
 *
 *     Previous write at 0x00c0000180e8 by main goroutine:
 *       [failed to restore the stack]
 *
 *     Goroutine 7 (running) created at:
 *       main.main()
 *           /app/main.go:12 +0x51
 *     ==================
 */
import { wholeNumber } from '../core/number.ts'
import { readLine, readStripped } from './line.ts'

export const RACE_RULE = '=================='

/** Is this the title of a report? Early versions had the address in it. */
export function isRaceWarning(text: string): boolean {
  return text.startsWith('WARNING: DATA RACE') && /^WARNING: DATA RACE(?: at 0x[0-9a-f.]+)?$/.test(text)
}

/** Is this an access, just as the detector prints it? Without the title above it, only a frame makes a report of it. */
export function isRaceAccess(text: string): boolean {
  return /^(?:Previous )?(?:[Aa]tomic )?(?:[Rr]ead|[Ww]rite) at 0x[0-9a-f]+ by (?:main goroutine|goroutine \d+):$/.test(
    text,
  )
}

export type RaceLine =
  /** The rule above and below a report. */
  | { readonly kind: 'rule' }
  /** Where the value was read or written: a stack follows. */
  | { readonly kind: 'access'; readonly access: string; readonly goroutine: number | undefined }
  /** Where something was created: a stack follows that is not an access. */
  | { readonly kind: 'section' }
  | { readonly kind: 'function'; readonly name: string }
  | {
      readonly kind: 'file'
      readonly place: string
      /** The part of its offset on this line, where a terminal has wrapped it: `0x`. */
      readonly cut?: string | undefined
    }
  /** Instead of a stack or a frame. */
  | { readonly kind: 'unknown' }

const ACCESS =
  /^\s*((?:Previous )?(?:[Aa]tomic )?(?:[Rr]ead|[Ww]rite))(?: at 0x[0-9a-f.]+)? by (?:[Mm]ain goroutine|[Gg]oroutine (\d+)):?$/
const SECTION =
  /^\s*(?:(?:Goroutine \d+ \(\w+\) created at|As if synchronized via sleep|Heap block of size \d+ at 0x[0-9a-f.]+ allocated by (?:main goroutine|goroutine \d+)|Mutex M\d+ (?:\(0x[0-9a-f]+\) )?created at):?|Global var .* of size \d+ at 0x[0-9a-f.]+ declared at .*:\d+|Mutex M\d+ (?:\(0x[0-9a-f]+\) )?is already destroyed\.)$/
const UNKNOWN =
  /^\s*(?:\[failed to restore the stack\]|\(unknown module\)|<(?:unknown|null)>.*|#\d+ .* \((?:.+\+0x[0-9a-f]+|unknown module)\))$/
const FUNCTION = /^(\s*)(\S.*)\(\)$/
const PLACE = /^\s*(\S.*:\d+)(?: \+(?:0x[0-9a-f]+|(0x?)))?$/
/** As Go prints them. With other indentation, or none, a log line can look the same: then the line counts only if it is due. */
const FUNCTION_INDENT = 2
const FILE_INDENT = /^ {6}\S/
/** Instead of a file that the symbolizer does not know. */
const ADDRESS = /^\s*(0x[0-9a-f]+)$/

/** `due`: what comes next if the report goes on. Only a line of that kind may have lost its indentation. */
export function readRaceLine(line: string, due: 'function' | 'file'): RaceLine | undefined {
  const text = line.trimEnd()
  if (text === RACE_RULE) return { kind: 'rule' }
  const access = ACCESS.exec(text)
  if (access !== null) {
    // Ids count from 1; the detector itself numbers the main goroutine 0.
    const goroutine = wholeNumber(access[2] ?? '0') || undefined
    return { kind: 'access', access: access[1] ?? '', goroutine }
  }
  if (SECTION.test(text)) return { kind: 'section' }
  if (UNKNOWN.test(text)) return { kind: 'unknown' }
  const called = FUNCTION.exec(text)
  if (called !== null) {
    const name = called[2] ?? ''
    const isOwn = called[1]?.length === FUNCTION_INDENT && !called[1].includes('\t')
    const isName = readLine(`${name}()`)?.kind === 'func' || /^\?+$/.test(name)
    return isOwn || (due === 'function' && isName) ? { kind: 'function', name } : undefined
  }
  const address = due === 'file' ? ADDRESS.exec(text)?.[1] : undefined
  if (address !== undefined) return { kind: 'file', place: address }
  const [, place, cut] = PLACE.exec(text) ?? []
  if (place === undefined) return undefined
  const isOwn = FILE_INDENT.test(text)
  return isOwn || (due === 'file' && readStripped(text.trimStart())?.kind === 'file')
    ? { kind: 'file', place, cut }
    : undefined
}

/** Is `text` the rest of an offset whose first part, `cut`, is on the line before? */
export function endsOffset(cut: string, text: string): boolean {
  return /^0x[0-9a-f]+$/.test(cut + text)
}
