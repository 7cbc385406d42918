/**
 * The reason for a dump, as a log line before it gives it. The line is not part of the dump: a program has recovered and logs what it did, or a
 * logger has put something around the first line that the runtime printed.
 *
 *     2026/11/24 08:01:14 http: panic serving 127.0.0.1:35152: boom                      net/http/server.go, conn.serve
 *     E1124 08:01:14.000000 1 runtime.go:79] Observed a panic: "boom" (boom)             k8s.io/apimachinery, util/runtime
 *     2026/11/24 08:01:14 panic: boom
 *     {"level":"error","msg":"recovered from panic: boom"}
 *     F1124 08:01:14.000000 1 server.go:265] no client provided                          k8s.io/klog, klog.go, fatal: its stacks follow
 */
import type { DumpKind } from '../core/model.ts'
import { cutBeginning } from './cut.ts'
import { continuesPreamble, panicKind, startsPreamble } from './preamble.ts'
import { unquoteLatin1 } from './quote.ts'
import { LOST_END, withoutTeamcity } from './unfold.ts'

export interface LoggedReason {
  /** Undefined: the dump shows the kind. A program that logs its own stack has one goroutine in it. */
  readonly kind: DumpKind | undefined
  readonly reason: string
  /** The line is at most this many lines before the header, not counting empty ones. */
  readonly within: number
}

/** net/http prints the stack in the same call, but other requests may log in between. */
const SERVING_LINES = 16

/** A stack on the same line: after blanks, a bar, or nothing. */
const STACK_AFTER = String.raw`[ \t]{0,8}(?:(?:\||\xe2\x94\x82)[ \t]?)?(?:goroutine \d+ \[|\[signal SIG)`
/** In a string of a program, the stack follows after an escape. */
const SERVING = new RegExp(String.raw`\bpanic serving \S+: (.*?)(?:(?:\\n|${STACK_AFTER}).*)?$`)
const RECOVERED =
  /(?:^|[^\w.])(?:observed a panic|(?:caught |recovered )?panic(?:ked)?(?: (?:recovered|caught|occurred|detected))?(?: (?:in|at|running) \S+)?|recover(?:ed)?(?: from(?: an?)?)?(?: panic)?)(?: ?= ?|"?: ?)(\S.*)$/i
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const COLOUR = /\u001b\[[0-9;]*m/g
const FATAL = /(?:^|[^\w.])fatal error: (.+)$/
/** What Go 1.0 prints instead of `fatal error: ` (runtime/runtime.c, runtime·throw). */
const THROWN = /^throw: (.+)$/
const KLOG_FATAL = /(?:^|\s)F\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ \S+:\d+\] (.*\S)/
const SIGNAL = /(?:^|\W)(?:\^\\)?(SIG[A-Z0-9]+: [a-z][a-z /-]*)(?:"|$)/

/** What a line mentions that says why a program has logged a stack. */
export const SPOKEN: RegExp = /panic|recover/i

/** No word that `mayGiveReason` looks for is longer. */
export const REASON_WORD_BYTES = 16

/** May one of the lines give the reason for a dump? */
export function mayGiveReason(lines: string): boolean {
  return (
    SPOKEN.test(lines) ||
    lines.includes('fatal error: ') ||
    lines.includes('throw: ') ||
    lines.includes('SIG') ||
    KLOG_FATAL.test(lines)
  )
}

/** The reason that the log line `text` gives for the dump that follows. */
export function readLoggedReason(line: string): LoggedReason | undefined {
  // What the runtime prints is part of the dump, unless it follows a colour, or is glued to a line that was cut.
  if (startsPreamble(line) !== undefined || OF_POWERSHELL.test(line)) return undefined
  const plain = withoutTeamcity(line)?.split('\n').find(mayGiveReason) ?? line
  const text = plain.includes('\u001b') ? plain.replace(COLOUR, '') : plain
  const glued = startsPreamble(text.slice(Math.max(0, cutBeginning(text))))
  if (glued !== undefined) return { ...glued, reason: withoutStack(glued.reason), within: 1 }
  if (SPOKEN.test(text)) {
    const served = SERVING.exec(text)
    if (served !== null) return { kind: 'panic', reason: served[1] ?? '', within: SERVING_LINES }
    const recovered = RECOVERED.exec(text)
    if (recovered !== null) {
      const reason = spokenValue((recovered[1] ?? '').replace(UNBROKEN, '').trimEnd())
      return { kind: panicKind(reason), reason, within: 1 }
    }
  }
  const fatal = text.includes('fatal error: ') ? FATAL.exec(text) : null
  if (fatal !== null) return { kind: 'fatal', reason: spokenValue(fatal[1] ?? ''), within: 1 }
  const thrown = THROWN.exec(text)
  if (thrown !== null) return { kind: 'fatal', reason: thrown[1] ?? '', within: 1 }
  const signal = text.includes('SIG') ? SIGNAL.exec(text) : null
  if (signal !== null) return { kind: 'signal', reason: signal[1] ?? '', within: 1 }
  const logged = KLOG_FATAL.exec(text)
  return logged === null ? undefined : { kind: undefined, reason: logged[1] ?? '', within: 1 }
}

/** What PowerShell prints about the first line that a program writes to stderr, after that line. Its console wraps the path of a script. */
const OF_POWERSHELL =
  /^(?:At (?:line:|[A-Z]:\\|\S.*:\d+ char:\d+$)|\S*:\d+ char:\d+$|\+ | {4}\+ (?:CategoryInfo|FullyQualifiedErrorId) +: )/

/** What a program logs between the value of a panic and its stack. */
const STACK_FOLLOWS = /(?:^|[\s:])stack ?trace:\s*$/i

/** Does a line separate a reason of this kind from the header, because it belongs to neither? The runtime may print more of its preamble there. */
export function parts(text: string, kind: DumpKind = 'signal'): boolean {
  const isOfPreamble = continuesPreamble(text, kind) || continuesPreamble(text.trimStart(), 'signal')
  return text.trim() !== '' && !isOfPreamble && !OF_POWERSHELL.test(text) && !STACK_FOLLOWS.test(text)
}

/** Fields after the message, words that announce the stack, and the end of the string that the message is in. */
const AFTER_VALUE = new RegExp(
  String.raw`(?:\t\{".*\}|(?:\\+[rn]|${LOST_END}|${STACK_AFTER}).*|[,;.]? *stack(?: ?trace)?: *)$`,
  'i',
)

const LINE_END_IN_LINE = new RegExp(String.raw`\\+[rn]|${LOST_END}`, 'i')

/** `reason` without the stack, where that is on the same line. */
function withoutStack(reason: string): string {
  const at = reason.search(LINE_END_IN_LINE)
  return at >= 0 && reason.includes('goroutine ', at) ? reason.slice(0, at) : reason
}

/** No-break spaces of a page. */
const UNBROKEN = /^(?:\xc2\xa0)+/

/** The value without what follows it on its line: `"boom"`, `"boom" (boom)`, `&errors.errorString{s:"boom"} (boom)`, `boom"}`, `boom\t{"request": 7}` → `boom`. */
function spokenValue(text: string): string {
  const quoted = /^("(?:[^"\\]|\\.)*")(?: \((.*)\)$|\W|$)/.exec(text)
  if (quoted !== null) return quoted[2] ?? unquoteLatin1(quoted[1] ?? '')
  const both = /^[&*\w.[\]]+\{.*\} \((.*)\)$/.exec(text)
  if (both !== null) return both[1] ?? ''
  const bare = text.replace(AFTER_VALUE, '').trimEnd()
  return /^[^"]*"(?:[},\s].*)?$/.test(bare) ? bare.slice(0, bare.indexOf('"')) : bare
}
