/**
 * The reason for a dump, as the log record that holds its stack gives it: a program has recovered, and logs the value of the panic in a field
 * beside the stack, or in the message.
 *
 *     {"level":"error","msg":"Observed a panic","panic":"boom","stacktrace":"goroutine 7 [running]:\n…"}      controller-runtime, zap
 *     {"level":"error","msg":"panic: boom","stack":"goroutine 7 [running]:\n…"}
 *     level=error msg=recovered panic=boom stack="goroutine 7 [running]:\n…"                                  logfmt, log/slog
 *     2026-11-24T07:00:00Z	ERROR	panic recovered	{"error": "boom", "stack": "goroutine 7 [running]:\n…"}       zap's console
 *     [PANIC RECOVER] boom                                                                                   echo, middleware/recover.go
 *
 * A record that does not mention a panic gives no reason: an error may be logged with the stack of the code that logs it.
 */
import { startsPreamble } from './preamble.ts'
import { unquoteLatin1 } from './quote.ts'
import { type LoggedReason, readLoggedReason, SPOKEN } from './reason.ts'
import { holdsHeaderHead } from './titles.ts'

/** Longer records are not read: what they hold beside the stack is more than a reason. */
const LONGEST = 256 << 10
/** A name and its value, as JSON and logfmt write them. */
const FIELD = /(?<![\w.@-])"?([A-Za-z_][\w.@-]{0,63})"?(?:(?:=| ?: ?)("[^"\\]*(?:\\.[^"\\]*)*")|=([^\s"'\\,{}[\]<]+))/g
const PANIC_VALUE = /^panic(?:ed|_?(?:value|error))?$/i
/** Names of fields that hold the value of a panic, the surest first. */
const VALUES = [PANIC_VALUE, /^recover(?:ed)?$/i, /^(?:err(?:or)?|cause|reason|exception)(?:\.message)?$/i]
const MESSAGE = /^(?:msg|message|log|event|body|M)$/
const SPEAKS = /\b(?:panic(?:s|ked|king)?|recover(?:ed|y)?)\b/i
const ECHO = /^\[PANIC RECOVER\] (.*\S)/
/** What is not the value of a panic. */
const NO_VALUE = /^(?:true|false|null|nil|<nil>|)$/

function isAsked(name: string): boolean {
  return MESSAGE.test(name) || VALUES.some((names) => names.test(name))
}

interface Field {
  readonly name: string
  readonly value: string
}

/** The program goes on: what it logs is not the dump of a process that died. */
function reasonOf(reason: string): LoggedReason {
  return { kind: undefined, reason, within: 1 }
}

/** The reason that the record in `line` gives for the dump in one of its strings. */
export function readRecordReason(line: string): LoggedReason | undefined {
  if (line.length > LONGEST || !SPOKEN.test(line)) return undefined
  const echo = ECHO.exec(line)
  if (echo !== null) return reasonOf(echo[1] ?? '')
  const fields: Field[] = []
  let before = -1
  const rest = line.replace(FIELD, (_all, name: string, quoted?: string, bare = '') => {
    const word = quoted ?? bare
    if (holdsHeaderHead(word)) before = before < 0 ? fields.length : before
    else if (isAsked(name)) fields.push({ name, value: unquoteLatin1(word) })
    return ' '
  })
  const messages = fields.filter(({ name }) => MESSAGE.test(name)).map(({ value }) => value)
  for (const message of messages) {
    const said = startsPreamble(message) ?? readLoggedReason(message)
    if (said !== undefined) return reasonOf(said.reason)
  }
  const isNamed = fields.some(({ name, value }) => PANIC_VALUE.test(name) && !NO_VALUE.test(value))
  if (!isNamed && ![...messages, rest].some((text) => SPEAKS.test(text))) return undefined
  for (const names of VALUES) {
    const isValue = ({ name, value }: Field): boolean => names.test(name) && !NO_VALUE.test(value)
    // An error may hold the error that caused it, each with its fields: those of the stack's own error are the nearest before it.
    const found = fields.slice(0, Math.max(0, before)).findLast(isValue) ?? fields.find(isValue)
    if (found !== undefined) return reasonOf(found.value)
  }
  return undefined
}
