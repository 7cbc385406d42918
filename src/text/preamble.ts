/** What the runtime prints before the first goroutine when a process dies or is made to dump (formats.md § 3.1, 3.2). */
import type { DumpKind } from '../core/model.ts'

export interface PreambleStart {
  readonly kind: DumpKind
  readonly reason: string
}

/** A byte order mark, and what a terminal echoes for Ctrl-\\: both come first on the line that the runtime goes on with. Latin-1. */
const BEFORE = /^(?:\xef\xbb\xbf)?(?:\^[A-Z\\])*/

/** Some systems describe a signal in a phrase: `SIGABRT: used by abort, replace SIGIOT in the future` (runtime/signal_solaris.go, sigtab_aix.go). */
const SIGNAL = /^SIG[A-Z0-9]+: [a-z][\w /,()-]*$|^Signal \d+$/
const BEFORE_FATAL =
  /^runtime: (?:goroutine stack exceeds|sp=|newstack |out of memory|cannot|g \d|bad|unexpected|program|mmap|VirtualAlloc|failed|may need)/
/** The line `runtime: newstack …`, and the lines after it. A stack without a header follows them (runtime/stack.go, newstack). */
const NEW_STACK = /^runtime: newstack /
const OF_NEW_STACK = /^[ \t]+(?:morebuf=\{|sched=\{|m=0x[0-9a-f]+ m->curg=)/

const EXCEPTION = /^Exception 0x[0-9a-f]+(?: 0x[0-9a-f]+){3}$/

/** Further panics after the first, and the tests that ran when a test timed out, both indented by blanks. */
const FURTHER_PANIC = /^ +(?:panic|fatal error): /
const RUNNING_TEST = /^ +(?:Test|Benchmark|Fuzz|Example)\S* \(\d[\dhms.µ\xc2\xb5]*\)$/

/** The head of the line that names the signal, as much of it as a terminal has on one line. */
const CUT_SIGNAL = /^\[signal SIG[A-Z0-9]+: [a-z][^\]]*$/
/** The part of `[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x10f2c5a]` that can be wrapped to the next line. */
const END_OF_SIGNAL = /^[0-9a-fxdopr= ]{0,80}\]$/

/** Is this the first line of a preamble? */
export function startsPreamble(line: string): PreambleStart | undefined {
  const text = line[0] === '^' || line[0] === '\xef' ? line.replace(BEFORE, '') : line
  switch (text[0]) {
    case 'p':
      return text.startsWith('panic: ') ? { kind: panicKind(text.slice(7)), reason: text.slice(7) } : undefined
    case 'f':
      return text.startsWith('fatal error: ') ? { kind: 'fatal', reason: text.slice(13) } : undefined
    case 'S':
      return SIGNAL.test(text) ? { kind: 'signal', reason: text } : undefined
    case 'r':
      // These come before their `fatal error:`, which then gives the reason.
      return BEFORE_FATAL.test(text) ? { kind: 'fatal', reason: text } : undefined
    case 'E':
      // Windows (runtime/signal_windows.go, winthrow).
      return EXCEPTION.test(text) ? { kind: 'signal', reason: text } : undefined
    case 'u':
      return text.startsWith('unexpected fault address 0x') ? { kind: 'fatal', reason: text } : undefined
  }
  return undefined
}

/** Is this the reason of a panic, or of the alarm of a test that takes too long (testing/testing.go, startAlarm)? */
export function panicKind(reason: string): 'panic' | 'timeout' {
  return reason.startsWith('test timed out after ') ? 'timeout' : 'panic'
}

/** Can this line be part of a preamble of this kind, after its first line? Blank lines aside. */
export function continuesPreamble(text: string, kind: DumpKind): boolean {
  if (endsSignal(text)) return true
  switch (text[0]) {
    case '\t': // further panics, the lines of a panic value (1.23+), running tests
      return kind === 'panic' || kind === 'timeout'
    case ' ': // the same, where a terminal or a page has turned the TAB into blanks
      return kind === 'panic' ? FURTHER_PANIC.test(text) : kind === 'timeout' && RUNNING_TEST.test(text)
    case '[': // its end may be on the next line
      return /^\[signal .*\]$/.test(text) || isCutSignal(text)
    case 'P':
      return isTrap(text)
    case 'p':
      return isTrap(text) || startsPreamble(text) !== undefined
    case 's':
      return text.startsWith('signal arrived during ') || text.startsWith('stack: frame={sp:')
    case 'i':
      return text.startsWith('instruction bytes:')
    case 'g':
      return text === 'goroutine running on other thread; stack unavailable'
    case 'r':
      return text.startsWith('running tests:') || text.startsWith('runtime: ')
    default:
      return startsPreamble(text) !== undefined
  }
}

/** Is a stack without a header printed between the preamble with this `reason` and its `fatal error:`? */
export function comesBeforeStack(reason: string): boolean {
  return NEW_STACK.test(reason)
}

/** Is this a further line of such a preamble, before its stack? */
export function isOfNewStack(text: string): boolean {
  return OF_NEW_STACK.test(text)
}

/** The reason of nearly every panic that is copied from a terminal or a mail, where it is wrapped. */
const LONG_REASON = 'runtime error: invalid memory address or nil pointer dereference'

/** The whole of `reason`, if it continues in the next line, `text`; undefined if it does not. */
export function wholeReason(reason: string, text: string): string | undefined {
  if (text === '' || !LONG_REASON.startsWith(reason)) return undefined
  return [reason + text, `${reason} ${text}`].find((whole) => whole === LONG_REASON)
}

/** Is this the head of the line that names the signal? */
export function isCutSignal(text: string): boolean {
  return CUT_SIGNAL.test(text)
}

/** Is this the rest of such a line? */
export function endsSignal(text: string): boolean {
  return END_OF_SIGNAL.test(text)
}

/** How much of the known reason the first line of a preamble holds; undefined if it gives another reason. */
export function knownReason(text: string): 'cut' | 'whole' | undefined {
  const reason = startsPreamble(text)?.reason
  if (reason === undefined || reason === '' || !LONG_REASON.startsWith(reason)) return undefined
  return reason === LONG_REASON ? 'whole' : 'cut'
}

/**
 * Where the process was when the signal came: `PC=0x7fff3e21a1c8 m=0 sigcode=1`; up to Go 1.6 without `sigcode`, on Windows without `m` either, and
 * `pc: 0xfb390` before Go 1.1. The stack of the trap may follow without a header: on Windows, and up to Go 1.4.
 */
export function isTrap(text: string): boolean {
  return /^(?:PC=0x[0-9a-f]+(?:$| m=-?\d+(?:$| sigcode=\d+))|pc: 0x[0-9a-f]+$)/.test(text)
}

/** `rax    0x0`: the register dump after the last goroutine. Names are padded to seven columns. */
export function isRegister(text: string): boolean {
  return /^[a-z][a-z0-9_]{1,7} +0x[0-9a-f]+$/.test(text)
}

/** The first and the last register of amd64 and 386, on each system: between them a register dump is incomplete. */
const FIRST_REGISTER = /^[er]ax /
const LAST_REGISTER = /^gs /

/** Are more registers due after this one? `due`: whether this one was. */
export function areRegistersDue(register: string, due: boolean): boolean {
  return due ? !LAST_REGISTER.test(register) : FIRST_REGISTER.test(register)
}

/** Is this the head of such a line? A word in a log can look the same: it counts only directly after a register that is not the last. */
export function isCutRegister(text: string): boolean {
  return /^[a-z][a-z0-9_]{0,7}(?: +(?:0x?)?)?$/.test(text)
}

const PANIC = 'panic:'

/** A terminal fills its lines with blanks. The value of a panic may begin with the next line. */
export function withoutFill(text: string): string {
  if (!text.endsWith(' ')) return text
  let end = text.length
  while (text[end - 1] === ' ') end--
  return end === PANIC.length && text.startsWith(PANIC) ? `${PANIC} ` : text.slice(0, end)
}
