/** A log with dumps in it, line by line, so that what a filter lets through can be held to it. */
import { setTimeout as delay } from 'node:timers/promises'
import { dumpText, type Group } from '../cli/dumps.ts'

export interface Workload {
  /** Without line ends. No empty ones: `imfile` and syslog-ng skip them. */
  readonly lines: readonly string[]
  /** Those that are not dump. */
  readonly log: readonly string[]
  /** First line of each dump. */
  readonly headers: readonly string[]
  readonly dumps: number
  readonly goroutines: number
}

const GROUPS: readonly Group[] = [
  { count: 1, state: 'running', function: 'main.dump', place: '/app/main.go:93' },
  { count: 2, state: 'chan receive, 5 minutes', function: 'svc/cron.(*Cron).step2.func1', place: '/app/cron.go:14' },
]

/** `lines` numbered lines of log, and `dumps` dumps of three goroutines spread over them, a line of log within each. */
export function workload(lines: number, dumps: number, name = 'app'): Workload {
  const dump = dumpText(GROUPS)
    .split('\n')
    .filter((line) => line !== '')
  const all: string[] = []
  const log: string[] = []
  const say = (line: string): void => {
    all.push(line)
    log.push(line)
  }
  const every = Math.ceil(lines / (dumps + 1))
  for (let i = 1; i <= lines; i++) {
    const isInside = i % every === 0 && i / every <= dumps
    if (isInside) all.push(...dump.slice(0, 8))
    say(`${name} INFO request handled id=${i} path=/api/v1/items "quoted" é`)
    if (isInside) all.push(...dump.slice(8))
  }
  return {
    lines: all,
    log,
    headers: Array.from({ length: dumps }, () => dump[0] ?? ''),
    dumps,
    goroutines: dumps * 3,
  }
}

/** A process that dies. */
export const CRASH: readonly string[] = [
  ...[
    'panic: boom',
    'goroutine 7 [running]:',
    'shop/mail.(*Queue).drain(0xc000014070)',
    '\t/app/mail/queue.go:57 +0x1d',
  ],
  ...['goroutine 1 [chan receive]:', 'main.main()', '\t/app/main.go:30 +0x1d'],
]

/** Numbered lines of log with a dump of three goroutines that is cut in two, in the middle of the second goroutine. */
export function cutInTwo(): { before: readonly string[]; after: readonly string[]; log: readonly string[] } {
  const { lines, log } = workload(1_000, 1)
  const cut = lines.findIndex((line) => line.startsWith('svc/cron')) + 1
  return { before: lines.slice(0, cut), after: lines.slice(cut), log }
}

export function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

export function pause(milliseconds: number): Promise<void> {
  return delay(milliseconds)
}
