/**
 * `dumpstream bridge`: a log pipeline asks, line by line, what to do with its records; the records stay in the pipeline, and only their text is
 * sent. Each line on stdin is a request, and is answered at once by one line on stdout. Requests count from 1.
 *
 * | request                                | meaning                                                                      |
 * |----------------------------------------|------------------------------------------------------------------------------|
 * | `{"s":STREAM,"l":TEXT,"t":MS}`         | a record; without `l`: an empty line; `t`: milliseconds since the epoch      |
 * | `{"more":1}`                           | asks for what did not fit into the last reply                                |
 *
 * | reply                                  | meaning                                                                      |
 * |----------------------------------------|------------------------------------------------------------------------------|
 * | `k`                                    | keep the record; no dump is open in its stream                               |
 * | `d`                                    | drop it, it was dump; its stream is open: ask about every line of it         |
 * | `{"open":0\|1\|2,"out":[…],"more":1}`  | replaces the record: `n`, the record of request n; `[n,TEXT]`, the same with |
 * |                                        | this text; `-n`, drop it, it was dump; `{…}`, a record to add. `open` 2: in  |
 * |                                        | its stream, ask only about lines that look like part of a stack              |
 *
 * A record that is in no reply yet is held back. An invalid request is answered with `k`.
 */
import split2 from 'split2'
import { elapsed, SteadyClock } from '../core/clock.ts'
import { LIMITS } from '../core/limits.ts'
import { RecentMap } from '../core/lru.ts'
import { Mount, type Outcome } from '../mounts/mount.ts'
import { JsonlSink } from '../sinks/jsonl.ts'
import { PrintedStacks } from '../sinks/narrow.ts'
import { type ParsedArgs, usageError } from './args.ts'
import { boundedLine, takeFitting } from './bounded.ts'
import { runJournal } from './bridge-journal.ts'
import { checkStdin, type Elsewhere, openElsewhere, unreadable } from './mounted.ts'
import { loadOptions, type RunOptions } from './options.ts'
import { handleSignals } from './signals.ts'
import { openStdout } from './stdout.ts'
import type { Terminal } from './terminal.ts'
import { FlagValues } from './values.ts'

/** Fluent Bit's in_exec reads lines of up to 4096 bytes, in_stdin of up to 16 000. */
const MAX_LINE = 4_000
const LEAST_LINE = 512
/** Bytes of a reply besides its entries. */
const REPLY_FRAME = 40
/** Longer requests are not read; the other side waits in vain, and then keeps its record. */
const REQUEST_BYTES = 8 << 20
const SPLIT = { maxLength: REQUEST_BYTES, skipOverflow: true }
/** How many entries wait for a reply. Past it, all waiting records are dropped; they are also in `--out`. */
const WAITING_ENTRIES = 100_000
/**
 * After this many consecutive lines of log, only lines that look like part of a stack are needed: otherwise a busy log would cross the pipe for a
 * second after each dump. A dump line that was cut, and continues only after that many lines, is damaged.
 */
const CALM_LINES = 64

interface Request {
  readonly stream: string
  readonly text: string
  readonly time: number | undefined
}

/** Resolves to the exit code. */
export async function run(args: ParsedArgs, terminal: Terminal): Promise<number> {
  if (args.operands.length > 0) throw usageError('bridge reads requests from stdin; it takes no FILE')
  const options = await loadOptions(args, terminal)
  const journal = new FlagValues(args).text('journal')
  if (journal !== undefined) {
    const { complain } = terminal
    return await runJournal({ base: journal, options, elsewhere: await openElsewhere({ options, terminal, complain }) })
  }
  const maxLine = new FlagValues(args).count('max-line') ?? MAX_LINE
  if (maxLine < LEAST_LINE) throw usageError(`--max-line takes at least ${LEAST_LINE} bytes`)
  checkStdin()
  const stdout = openStdout(terminal.stdout)
  const elsewhere = await openElsewhere({ options, terminal, complain: terminal.complain })
  const bridge = new Bridge(options, elsewhere, maxLine, (line) => terminal.complain(line))
  const lines = process.stdin.pipe(split2(SPLIT))
  const stopSignals = handleSignals({ stdinIsPiped: true, stop: () => lines.destroy() })
  const clock = new SteadyClock()
  const timer = setInterval(
    () => {
      bridge.tick(clock.now(Date.now(), elapsed(), bridge.open))
      elsewhere.settle()
    },
    Math.max(10, options.idle / 4),
  )
  try {
    let failure: Error | undefined
    await new Promise<void>((resolve) => {
      process.stdin.once('error', (error) => {
        failure = error
        resolve()
      })
      lines.on('data', (line: string) => {
        stdout.write(`${bridge.answer(line)}\n`)
        stdout.flush()
        // After the answer, which must not wait for a disk.
        elsewhere.settle()
        if (stdout.closed) lines.destroy()
      })
      lines.once('close', resolve)
      lines.once('error', () => resolve())
    })
    bridge.end()
    process.stdin.destroy()
    const code = await elsewhere.end(stdout)
    if (failure !== undefined) throw unreadable(failure)
    return code
  } finally {
    clearInterval(timer)
    stopSignals()
  }
}

class Bridge {
  readonly #mount: Mount<number>
  readonly #elsewhere: Elsewhere
  readonly #printer: JsonlSink
  readonly #maxLine: number
  readonly #complain: (line: string) => void
  /** Entries for the next replies, as JSON. */
  #entries: string[] = []
  #requests = 0
  #complained = false
  /** Open streams → lines of log since the last dump line. */
  readonly #calm = new RecentMap<string, number>(LIMITS.sources)

  constructor(options: RunOptions, elsewhere: Elsewhere, maxLine: number, complain: (line: string) => void) {
    this.#mount = new Mount({ ...options.engine, onFault: ({ message }) => complain(message) })
    this.#elsewhere = elsewhere
    this.#maxLine = maxLine
    this.#complain = complain
    this.#printer = new JsonlSink(
      { writeLines: (text) => this.#entries.push(boundedLine(text, maxLine - REPLY_FRAME)) },
      { narrowing: options.narrowing, stacks: new PrintedStacks(options.stacks) },
    )
  }

  answer(line: string): string {
    if (line === '{"more":1}') return this.#reply(0)
    const item = ++this.#requests
    const request = readRequest(line)
    if (request === undefined) {
      if (!this.#complained) this.#complain('a request is not {"s":…,"l":…}: answering k to it and to others like it')
      this.#complained = true
      return 'k'
    }
    const outcomes = this.#mount.push({ ...request, item })
    const [only] = outcomes
    const isAlone = outcomes.length === 1 && only?.type !== 'record' && only?.item === item
    const isLog = isAlone && only.type === 'log' && only.rest === undefined
    const open = this.#openness(request.stream, isLog)
    if (this.#entries.length === 0) {
      if (isLog && open === 0) return 'k'
      if (isAlone && only.type === 'dump' && open === 1) return 'd'
    }
    this.#take(outcomes)
    return this.#reply(open)
  }

  get open(): boolean {
    return this.#mount.open
  }

  tick(now: number): void {
    this.#take(this.#mount.tick(now))
  }

  end(): void {
    this.#take(this.#mount.end())
  }

  #openness(stream: string, isLog: boolean): 0 | 1 | 2 {
    const lines = isLog ? (this.#calm.get(stream) ?? 0) + 1 : 0
    if (!this.#mount.isOpen(stream)) {
      this.#calm.delete(stream)
      return 0
    }
    this.#calm.set(stream, lines)
    return lines < CALM_LINES ? 1 : 2
  }

  #take(outcomes: readonly Outcome<number>[]): void {
    for (const outcome of outcomes) {
      if (outcome.type === 'record') {
        this.#elsewhere.record(outcome.record)
        this.#printer.record(outcome.record)
      } else if (outcome.type === 'dump') this.#entries.push(String(-outcome.item))
      else if (outcome.rest === undefined) this.#entries.push(String(outcome.item))
      else this.#entries.push(JSON.stringify([outcome.item, outcome.rest]))
    }
    if (this.#entries.length > WAITING_ENTRIES) this.#entries = this.#entries.filter((each) => !each.startsWith('{'))
  }

  #reply(open: 0 | 1 | 2): string {
    const out = takeFitting(this.#entries, this.#maxLine - REPLY_FRAME).join(',')
    return `{"open":${open},"out":[${out}]${this.#entries.length > 0 ? ',"more":1' : ''}}`
  }
}

function readRequest(line: string): Request | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || !('s' in value) || typeof value.s !== 'string') return undefined
    const text = 'l' in value ? value.l : ''
    if (typeof text !== 'string') return undefined
    return { stream: value.s, text, time: 't' in value && typeof value.t === 'number' ? value.t : undefined }
  } catch {
    return undefined
  }
}
