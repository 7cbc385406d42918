/**
 * `dumpstream mmexternal`: rsyslog passes one message at a time, and continues when it has read one line of JSON, which it merges into the
 * message.
 *
 *   reply                                 | the message
 *   --------------------------------------|------------------------------------------------------------
 *   `{}`                                  | is log, or may be
 *   `{"$!":{"dumpstream":{"drop":1}}}`    | certainly belongs to a dump
 *   … `"records":[…]`                     | also carries the records of a dump, of any stream
 *   … `"complaint":"…"`                   | also carries a complaint of dumpstream, whose stderr is rsyslog's reply pipe
 *
 * A reply is final, so a line is kept as long as it may be log: the first header of a dump, empty lines. `--keep` decides which of the rest stays.
 */
import { LF, trimLineEnd } from '../core/ascii.ts'
import { mayMatter } from '../mounts/events.ts'
import { type Keep, Keeper } from '../mounts/keep.ts'
import { readMessage } from '../mounts/messages.ts'
import { Mount, type Outcome } from '../mounts/mount.ts'
import { JsonlSink } from '../sinks/jsonl.ts'
import { PrintedStacks } from '../sinks/narrow.ts'
import type { Output } from '../sinks/output.ts'
import { type ParsedArgs, usageError } from './args.ts'
import { boundedLine, takeFitting } from './bounded.ts'
import { type Elsewhere, keepOf, type Mounted, mountEngine, openElsewhere, readStdin } from './mounted.ts'
import { loadOptions, type RunOptions } from './options.ts'
import { openStdout } from './stdout.ts'
import type { Terminal } from './terminal.ts'
import { FlagValues } from './values.ts'

/** Bytes of a reply besides its records. */
const FRAME_BYTES = 256
/** rsyslog grows its buffer by 4 KiB per read, and logs what it cannot parse: a reply stays well below the usual limit of a message. */
const REPLY_BYTES = 32 << 10
/** How many records wait for a message; past it, the oldest are dropped. */
const WAITING_RECORDS = 10_000

/** Resolves to the exit code. */
export async function run(args: ParsedArgs, terminal: Terminal): Promise<number> {
  if (args.operands.length > 0) throw usageError('mmexternal reads messages from stdin; it takes no FILE')
  const options = await loadOptions(args, terminal)
  const stdout = openStdout(terminal.stdout)
  let complaint: string | undefined
  const elsewhere = await openElsewhere({
    options,
    terminal,
    complain: (line) => {
      complaint = line
    },
  })
  const takeComplaint = (): string | undefined => {
    const taken = complaint
    complaint = undefined
    return taken
  }
  const keep = keepOf(new FlagValues(args))
  await readStdin(new Messages({ options, keep, stdout, elsewhere, takeComplaint }), options.idle, () => stdout.closed)
  return await elsewhere.end(stdout)
}

interface Setup {
  readonly options: RunOptions
  readonly keep: Keep
  readonly stdout: Output
  readonly elsewhere: Elsewhere
  readonly takeComplaint: () => string | undefined
}

class Messages implements Mounted {
  readonly #keeper: Keeper
  readonly #mount: Mount<number>
  readonly #stdout: Output
  readonly #elsewhere: Elsewhere
  readonly #takeComplaint: () => string | undefined
  readonly #printer: JsonlSink | undefined
  /** Records, as JSON, that wait for a message. */
  #waiting: string[] = []
  #number = 0
  #drop = false

  constructor({ options: { engine, narrowing, stacks }, keep, stdout, elsewhere, takeComplaint }: Setup) {
    this.#keeper = new Keeper(keep)
    this.#mount = new Mount(mountEngine(engine, elsewhere.complain))
    this.#stdout = stdout
    this.#elsewhere = elsewhere
    this.#takeComplaint = takeComplaint
    if (elsewhere.out === undefined) {
      const writeLines = (text: string): void => this.#wait(text)
      this.#printer = new JsonlSink({ writeLines }, { narrowing, stacks: new PrintedStacks(stacks) })
    }
  }

  get open(): boolean {
    return this.#mount.open
  }

  lines(buf: Buffer, start: number, end: number): void {
    for (let pos = start; pos < end; ) {
      const next = buf.indexOf(LF, pos) + 1
      const isLog = this.#waiting.length === 0 && !this.#mount.open && !mayMatter(buf, pos, next)
      this.#answer(isLog ? this.#compose([]) : this.#reply(buf.toString('utf8', pos, trimLineEnd(buf, pos, next))))
      pos = next
    }
  }

  unterminated(line: Buffer): void {
    this.#answer(this.#reply(line.toString()))
  }

  /** A line that is too long must be answered as well. */
  overlong(piece: Buffer): void {
    if (piece.at(-1) === LF) this.#answer('{}')
  }

  tick(now: number): void {
    this.#take(this.#mount.tick(now))
    this.#keeper.forget((each) => this.#mount.isOpen(each))
    this.#elsewhere.settle()
  }

  end(): void {
    this.#take(this.#mount.end())
    this.#elsewhere.settle()
  }

  #answer(reply: string): void {
    this.#stdout.write(`${reply}\n`)
    this.#stdout.flush()
    this.#elsewhere.settle()
  }

  #reply(line: string): string {
    const { stream, text, time, attributes } = readMessage(line)
    this.#drop = false
    const stays = this.#keeper.stays(stream, text, this.#mount.isOpen(stream))
    this.#take(this.#mount.push({ stream, text, time, attributes, item: ++this.#number }))
    const records = this.#riding()
    return this.#compose([
      ...(this.#drop && !stays ? ['"drop":1'] : []),
      ...(records === '' ? [] : [`"records":[${records}]`]),
    ])
  }

  #compose(parts: string[]): string {
    const complaint = this.#takeComplaint()
    if (complaint !== undefined) parts.push(`"complaint":${JSON.stringify(complaint)}`)
    return parts.length === 0 ? '{}' : `{"$!":{"dumpstream":{${parts.join(',')}}}}`
  }

  #take(outcomes: readonly Outcome<number>[]): void {
    for (const outcome of outcomes) {
      if (outcome.type === 'dump' && outcome.item === this.#number) this.#drop = true
      if (outcome.type !== 'record') continue
      this.#printer?.record(outcome.record)
      this.#elsewhere.record(outcome.record)
    }
  }

  #wait(text: string): void {
    this.#waiting.push(boundedLine(text, REPLY_BYTES - FRAME_BYTES))
    if (this.#waiting.length > WAITING_RECORDS) this.#waiting = this.#waiting.slice(WAITING_RECORDS / 10)
  }

  /** The records that go out with the current message: as many as fit into a reply. */
  #riding(): string {
    return takeFitting(this.#waiting, REPLY_BYTES - FRAME_BYTES).join(',')
  }
}
