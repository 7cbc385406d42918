/** Findings from the text of a dump: the process died, a test ran out of time, or the race detector found a race. */
import type { Frame, RaceAccess, Stack } from '../core/model.ts'
import { baseAt, goroutines, placeOf } from '../leaks/words.ts'
import { titleFrame } from '../stacks/title.ts'
import { about } from './about.ts'
import { countOf, type Finding, type Scene, type Seen } from './finding.ts'
import { stackText } from './stack-text.ts'
import { OUTER, WAITS, waysOf } from './ways.ts'

/** Longest panic value in a title, in characters. */
const REASON_CHARACTERS = 120

/** What the runtime, and tests in synctest bubbles, print about a deadlock (runtime/proc.go checkdead; internal/synctest). */
const DEADLOCK = /^(?:all goroutines are asleep - deadlock!|deadlock: )/

const PANIC = /^(?:panic|runtime\.gopanic)$/
const OF_RUNTIME = /^(?:panic$|runtime[./])/
/** The stack of an unknown goroutine. */
const NO_STACK: Stack = { frames: [] }
const RECOVERED = 'recovered: only the stack of its own goroutine was logged'

/** Most signatures that a finding about the whole process names. */
const NAMED = 3

export function crash({ dump, seen }: Scene): Finding[] {
  const { kind, reason = '' } = dump
  if (kind === 'panic' || kind === 'fatal') {
    if (DEADLOCK.test(reason)) return []
    const word = kind === 'panic' ? 'panic' : 'fatal error'
    const [first] = dump.died === undefined ? inOrder(seen, dump.signatures) : []
    const stack = dump.died ?? first?.tally.signature.stack ?? NO_STACK
    const title = first?.tally.signature.title ?? titleFrame(stack)
    // A stack that is cut may contain only the frames in which the runtime panics.
    const isKnown = first !== undefined || (stack.frames.length > 0 && !OF_RUNTIME.test(title.function))
    const recovery = !isKnown || dump.goroutines > 1 ? undefined : recoveryOf(stack, dump.reasonByLog)
    const found = about(first === undefined ? [] : [first], {
      finding: 'crash',
      severity: recovery === undefined ? 'critical' : 'warning',
      title: `${word}: ${short(reason)}${isKnown ? ` in ${where(title)}` : ''}`,
      because: recovery ?? `the process ended with ${goroutines(dump.goroutines)} in the dump`,
    })
    return [first !== undefined || !isKnown ? found : { ...found, ...placeIn(title), stack: stackText(stack) }]
  }
  if (kind === 'signal') return [ended(reason, seen, dump.goroutines)]
  const [only] = seen
  if (kind !== 'single' || only === undefined || (reason === '' && !isPanicking(only))) return []
  return [
    about([only], {
      finding: 'crash',
      severity: 'warning',
      title: `panic${reason === '' ? '' : `: ${short(reason)}`} in ${where(only.tally.signature.title)}`,
      because: RECOVERED,
    }),
  ]
}

function ended(reason: string, seen: readonly Seen[], count: number): Finding {
  const title = `the process was ended by ${short(reason)}`
  if (!reason.startsWith('SIGQUIT'))
    return about([], { finding: 'crash', severity: 'critical', title, because: `the dump has ${goroutines(count)}` })
  // Whoever sent the signal knows about it, but a later reader of the log does not.
  const because = 'Go prints its goroutines and exits when it gets SIGQUIT'
  const tests = testsIn(seen)
  const waiting = (tests.seen.length > 0 ? tests.seen : longestWaits(seen)).slice(0, NAMED)
  return {
    ...about([], {
      finding: 'crash',
      severity: 'info',
      title,
      because: because + (tests.names.length > 0 ? notReturned(tests) : waitsOf(waiting)),
    }),
    // It did not crash in any of them: place and stack are absent.
    goroutines: countOf(waiting),
    signatures: waiting.map(({ tally }) => tally.signature.id),
  }
}

/**
 * A process that is sent SIGQUIT hangs, as a rule, and this is what it may hang in: the longest waits first, of equal ones the largest group. A
 * main goroutine that waits for the end of the program comes last.
 */
function longestWaits(seen: readonly Seen[]): readonly Seen[] {
  const waiting = seen.filter(({ ways, state }) => (ways & WAITS) !== 0 && state !== 'runnable')
  const busy = waiting.filter(({ idle }) => !idle).sort((a, b) => (b.tally.waitMax ?? 0) - (a.tally.waitMax ?? 0))
  return [...busy, ...waiting.filter(({ idle, tally }) => idle && tally.signature.idle === 'main')]
}

/** `; the longest waits: 12 goroutines in select, shop.(*Pool).get pool.go:40, for up to 9 minutes; the main goroutine in …`. */
function waitsOf(waiting: readonly Seen[]): string {
  if (waiting.length === 0) return ''
  const waits = waiting.map(({ tally, state }) => {
    const { count, signature, waitMax = 0 } = tally
    const who = signature.idle === 'main' ? 'the main goroutine' : goroutines(count)
    return `${who} in ${state}, ${where(signature.title)}${waitMax === 0 ? '' : `, for up to ${waitMax} minutes`}`
  })
  return `; the ${(waiting[0]?.tally.waitMax ?? 0) > 0 ? 'longest waits' : 'largest groups that wait'}: ${waits.join('; ')}`
}

/**
 * The evidence that a panic was recovered. The runtime never prints a crash from within these functions, and if the program has logged the
 * stack itself, the logging frames are on top of those of the panic.
 */
function recoveryOf(stack: Stack, isLogged = false): string | undefined {
  if (has(stack, /^net\/http\.\(\*(?:conn|http2serverConn)\)\./))
    return 'net/http recovered it, and the process goes on'
  const isOwn = has(stack, /^runtime\/debug\.(?:Stack|PrintStack)$/)
  return isOwn || (isLogged && has(stack, PANIC)) ? RECOVERED : undefined
}

/** A goroutine that waits for another one cannot be printing its own stack: it is in a deferred call. */
function isPanicking(seen: Seen): boolean {
  return hasFunction(seen, PANIC) && (waysOf(seen.state) & OUTER) !== 0
}

export function deadlock({ dump, seen }: Scene): Finding[] {
  if (dump.kind !== 'fatal' && dump.kind !== 'panic') return []
  if (!DEADLOCK.test(dump.reason ?? '')) return []
  const blocked = seen.filter((each) => !each.idle || each.tally.signature.createdBy === undefined)
  const [first] = blocked
  return [
    about(blocked.slice(0, NAMED), {
      finding: 'deadlock',
      severity: 'critical',
      title: `${short(dump.reason ?? '')}${first === undefined ? '' : ` ${goroutines(first.tally.count)} ${placeOf(first.tally.signature.title)}`}`,
      because: 'the runtime has found no goroutine that can run',
    }),
  ]
}

export function race({ dump }: Scene): Finding[] {
  const [one, other] = dump.race ?? []
  if (one === undefined) return []
  const frame = ownFrame(one)
  const parts = [one, other].flatMap((each) =>
    each === undefined ? [] : `${lower(each.access)} ${accessPlace(ownFrame(each))}`,
  )
  return [
    {
      ...about([], {
        finding: 'race',
        severity: 'warning',
        title: `data race: ${parts.join(', ')}`,
        because: `the race detector saw ${dump.race?.length ?? 0} unsynchronized accesses to one address`,
      }),
      ...(frame === undefined ? {} : { function: frame.split(' ')[0] ?? frame }),
      stack: [...one.stack],
    },
  ]
}

export function timeout({ dump, seen }: Scene): Finding[] {
  if (dump.kind !== 'timeout') return []
  const tests = testsIn(seen)
  return [
    about(tests.seen.slice(0, NAMED), {
      finding: 'timeout',
      severity: 'critical',
      title: `${short(dump.reason ?? 'test timed out')}${tests.names.length === 0 ? '' : `: ${tests.names.slice(0, NAMED).join(', ')}`}`,
      because:
        tests.names.length === 0
          ? 'no test is in the dump'
          : `${tests.names.length === 1 ? 'this test has' : 'these tests have'} not returned`,
    }),
  ]
}

interface Tests {
  readonly seen: readonly Seen[]
  readonly names: readonly string[]
}

/** The tests that run. A test that waits for its subtests, or for its turn among parallel ones, is named only if there is no other. */
function testsIn(seen: readonly Seen[]): Tests {
  const all = seen.filter((each) => testIn(each) !== undefined)
  const running = all.filter((each) => !hasFunction(each, WAITS_FOR_TEST))
  const tests = running.length > 0 ? running : all
  return { seen: tests, names: [...new Set(tests.flatMap((each) => testIn(each) ?? []))] }
}

/** `; TestHang has not returned`. */
function notReturned({ names }: Tests): string {
  if (names.length === 0) return ''
  return `; ${names.slice(0, NAMED).join(', ')} ${names.length === 1 ? 'has' : 'have'} not returned`
}

/** testing/testing.go; gopkg.in/check.v1 runTest waits for the goroutine of a test. */
const WAITS_FOR_TEST = /^testing\.\(\*T\)\.(?:Run|Parallel)$|\/check%2ev1\.\(\*suiteRunner\)\.runTest$/
/** Functions that call tests: testing/testing.go; gopkg.in/check.v1 check.go. */
const RUNS_TEST = /^testing\.tRunner$|\/check%2ev1\.\(\*suiteRunner\)\.forkTest/
/** Suites call their tests through reflection (testify/suite/suite.go, check.v1). */
const BY_NAME = /^reflect\.Value\.call$/
const TEST = /\.((?:Test|Benchmark|Fuzz|Example)[^./]*)/

/** The test function that the testing package or a suite calls: `TestHang`, also for `TestHang.func1`. */
function testIn({ tally }: Seen): string | undefined {
  const { frames } = tally.signature.stack
  const runner = frames.findIndex((frame) => RUNS_TEST.test(frame.function))
  if (runner < 0) return undefined
  const byName = frames.findIndex((frame) => BY_NAME.test(frame.function))
  const called = byName > 0 && byName < runner ? TEST.exec(frames[byName - 1]?.function ?? '') : null
  return (called ?? TEST.exec(frames[runner - 1]?.function ?? ''))?.[1]
}

/** The first goroutine of the dump is the one that died. */
function inOrder(seen: readonly Seen[], signatures: Scene['dump']['signatures']): Seen[] {
  const [first] = signatures
  return seen.filter((each) => each.tally === first)
}

function hasFunction({ tally }: Seen, name: RegExp): boolean {
  return has(tally.signature.stack, name)
}

function has({ frames }: Stack, name: RegExp): boolean {
  return frames.some((frame) => name.test(frame.function))
}

/** The fields of a record. */
function placeIn({ function: name, file, line }: Frame): Pick<Finding, 'function' | 'file' | 'line'> {
  return { function: name, ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) }
}

/** `shop/mail.(*Queue).drain queue.go:57`. */
function where(frame: Frame): string {
  const at = baseAt(frame)
  return at === undefined ? frame.function : `${frame.function} ${at}`
}

/** `at main.go:10` for `main.(*S).inc /srv/app/race/main.go:10`. */
function accessPlace(frame: string | undefined): string {
  if (frame === undefined) return 'somewhere'
  const file = frame.slice(frame.indexOf(' ') + 1)
  return `at ${file.slice(file.lastIndexOf('/') + 1)}`
}

/** The first frame outside the runtime: map functions of the runtime do the access on behalf of their caller. */
function ownFrame({ stack }: RaceAccess): string | undefined {
  return stack.find((frame) => !/^(?:internal\/)?runtime[./]/.test(frame)) ?? stack[0]
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function short(reason: string): string {
  const line = reason.split('\n', 1)[0] ?? ''
  return line.length <= REASON_CHARACTERS ? line : `${line.slice(0, REASON_CHARACTERS)}…`
}
