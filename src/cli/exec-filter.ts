/**
 * `dumpstream exec-filter`: events come as JSON objects, one a line, and go out unchanged, each at its own time. A dump is replaced by
 * its records, each as an event with all other fields of the event in which the dump began:
 *
 *     {"message":"goroutine dump 1: 55 goroutines in 3 signatures","kubernetes":{…},"tag":"app.web","time":…,"severity":"INFO",
 *      "attributes":{…},"dumpstream":{…}}
 *
 * `--pad 8192` is for Fluentd: its JSON parser reads blocks of 8192 bytes (parser_json.rb, `stream_buffer_size`; yajl-ruby's
 * `io.read`) and waits until a block is full, so the last events of a batch would come only with the next batch. Empty lines fill it up.
 *
 * `--to fluent-bit` is for Fluent Bit's `in_stdin`: the output is in the format that it reads, including lines of plain text.
 *
 * While no dump is open, chunks without a word that can begin a dump are passed on unread.
 */
import { isUtf8 } from 'node:buffer'
import { LF } from '../core/ascii.ts'
import { type Event, type EventKeys, eventLine, mayMatter, readEvent } from '../mounts/events.ts'
import { fittingEvents, STDIN_LINE, type StdinOptions, stdinEvent, textKeyOf } from '../mounts/fluent-bit.ts'
import { type Keep, Keeper } from '../mounts/keep.ts'
import { Mount, type Outcome } from '../mounts/mount.ts'
import { attributesOf, sentence, severityOf } from '../mounts/sentence.ts'
import { JsonlSink } from '../sinks/jsonl.ts'
import { PrintedStacks } from '../sinks/narrow.ts'
import type { Output } from '../sinks/output.ts'
import { type ParsedArgs, usageError } from './args.ts'
import { boundedLine } from './bounded.ts'
import { type Elsewhere, keepOf, type Mounted, mountEngine, openElsewhere, readStdin } from './mounted.ts'
import { loadOptions, type RunOptions } from './options.ts'
import { openStdout } from './stdout.ts'
import type { Terminal } from './terminal.ts'
import { FlagValues } from './values.ts'

/** A batch is padded in one write. */
const MAX_PAD = 1 << 20

interface EventOptions extends EventKeys {
  /** Pads the output to a multiple of this many bytes whenever there is no more input; 0 for no padding. */
  readonly pad: number
  /** All output is events for Fluent Bit's `in_stdin`. */
  readonly isForFluentBit: boolean
  readonly keep: Keep
}

interface Item {
  readonly event: Event
  /** Stays in the log even if it is dump. */
  readonly stays: boolean
  /** Was already written. */
  readonly isGone: boolean
}

/** Resolves to the exit code. */
export async function run(args: ParsedArgs, terminal: Terminal): Promise<number> {
  if (args.operands.length > 0) throw usageError('exec-filter reads events from stdin; it takes no FILE')
  const options = await loadOptions(args, terminal)
  const values = new FlagValues(args)
  const keys = {
    text: values.text('text-key'),
    tag: values.text('tag-key') ?? 'tag',
    time: values.text('time-key') ?? 'time',
  }
  const pad = values.count('pad') ?? 0
  if (pad > MAX_PAD) throw usageError(`--pad takes at most ${MAX_PAD} bytes`)
  const stdout = openStdout(terminal.stdout)
  const elsewhere = await openElsewhere({ options, terminal, complain: terminal.complain })
  const isForFluentBit = values.text('to') === 'fluent-bit'
  const keep = keepOf(values)
  const filter = new EventFilter(options, { ...keys, pad, isForFluentBit, keep }, stdout, elsewhere)
  await readStdin(filter, options.idle, () => stdout.closed)
  return await elsewhere.end(stdout)
}

class EventFilter implements Mounted {
  readonly #mount: Mount<Item>
  readonly #keeper: Keeper
  /** Stream → lines that are not written yet. */
  readonly #held = new Map<string, number>()
  readonly #keys: EventOptions
  readonly #stdout: Output
  readonly #elsewhere: Elsewhere
  readonly #printer: JsonlSink | undefined
  #printed: Extract<Outcome<Item>, { readonly type: 'record' }> | undefined

  constructor({ engine, narrowing, stacks }: RunOptions, keys: EventOptions, stdout: Output, elsewhere: Elsewhere) {
    this.#mount = new Mount(mountEngine(engine, elsewhere.complain))
    this.#keeper = new Keeper(keys.keep)
    this.#keys = keys
    this.#stdout = stdout
    this.#elsewhere = elsewhere
    if (elsewhere.out === undefined) {
      const writeLines = (text: string): void => this.#writeRecord(text.trimEnd())
      this.#printer = new JsonlSink({ writeLines }, { narrowing, stacks: new PrintedStacks(stacks) })
    }
  }

  get open(): boolean {
    return this.#mount.open
  }

  lines(buf: Buffer, start: number, end: number): void {
    if (this.#keys.isForFluentBit || this.#mount.open || mayMatter(buf, start, end)) {
      for (let pos = start; pos < end; ) {
        const next = buf.indexOf(LF, pos) + 1
        const line = this.#own(buf.subarray(pos, next - 1))
        if (this.#mount.open || mayMatter(buf, pos, next)) this.#line(line)
        else this.#passLine(line)
        pos = next
      }
    } else this.#pass(buf.subarray(start, end))
    this.#settle()
  }

  unterminated(last: Buffer): void {
    const line = this.#own(last)
    // A last line that is not an event is passed on as it is, without a line end.
    if (this.#keys.isForFluentBit || readEvent(line, this.#keys) !== undefined) this.#line(line)
    else this.#pass(line)
    this.#settle()
  }

  overlong(piece: Buffer): void {
    if (this.#keys.isForFluentBit) this.#passLine(this.#own(piece))
    else this.#stdout.writeBytes(piece)
  }

  tick(now: number): void {
    this.#take(this.#mount.tick(now))
    this.#keeper.forget((stream) => this.#mount.isOpen(stream))
    this.#settle()
  }

  end(): void {
    this.#take(this.#mount.end())
    this.#settle()
  }

  #line(line: Buffer): void {
    // Copied, because the line is a view of a buffer that is reused, and may have to wait.
    const event = readEvent(Buffer.from(line), this.#keys)
    if (event === undefined) {
      this.#passLine(line)
      return
    }
    const { stream, text, time, attributes } = event
    const stays = this.#keeper.stays(stream, text, this.#mount.isOpen(stream))
    const held = this.#held.get(stream) ?? 0
    // A line that stays in any case need not wait: then it is not lost if this process ends.
    const isGone = stays && held === 0
    if (isGone) this.#passLine(line)
    else this.#held.set(stream, held + 1)
    this.#take(this.#mount.push({ stream, text, time, attributes, item: { event, stays, isGone } }))
  }

  #take(outcomes: readonly Outcome<Item>[]): void {
    for (const outcome of outcomes) {
      if (outcome.type === 'record') {
        this.#printed = outcome
        this.#printer?.record(outcome.record)
        this.#elsewhere.record(outcome.record)
      } else if (!outcome.item.isGone) this.#decided(outcome)
    }
  }

  #decided(outcome: Exclude<Outcome<Item>, { readonly type: 'record' }>): void {
    const { event, stays } = outcome.item
    const held = (this.#held.get(event.stream) ?? 0) - 1
    if (held > 0) this.#held.set(event.stream, held)
    else this.#held.delete(event.stream)
    if (outcome.type === 'dump' ? stays : stays || outcome.rest === undefined) this.#passLine(event.line)
    else if (outcome.type === 'log' && outcome.rest !== undefined) {
      this.#passLine(Buffer.from(eventLine(event, outcome.rest)))
    }
  }

  #writeRecord(json: string): void {
    if (this.#printed === undefined) return
    const { record, identity, item } = this.#printed
    const first = item?.event
    const attributes = JSON.stringify(attributesOf(record, identity))
    const more = `"severity":"${severityOf(record)}","attributes":${attributes}`
    const line = (event: Parameters<typeof eventLine>[0], found: string): string =>
      eventLine(event, sentence(record), `${more},"dumpstream":${found}`)
    if (!this.#keys.isForFluentBit) {
      this.#stdout.write(
        `${line(first ?? { head: undefined, fields: {}, textKey: this.#keys.text ?? 'message' }, json)}\n`,
      )
      return
    }
    const { keys, seconds } = this.#stdinOptions()
    const bare = { head: first?.head ?? [seconds, {}], fields: {}, textKey: textKeyOf(keys) }
    const isRoomy = first !== undefined && Buffer.byteLength(line(first, '')) < STDIN_LINE / 2
    const event = isRoomy ? first : bare
    const found = boundedLine(json, STDIN_LINE - Buffer.byteLength(line(event, '')))
    this.#stdout.write(`${line(event, found)}\n`)
  }

  #stdinOptions(): StdinOptions {
    return { keys: this.#keys, seconds: Date.now() / 1000 }
  }

  /** The line in the form in which it is written. */
  #own(line: Buffer): Buffer {
    return this.#keys.isForFluentBit ? Buffer.from(stdinEvent(line, this.#stdinOptions())) : line
  }

  #passLine(line: Buffer): void {
    if (this.#keys.isForFluentBit) {
      for (const event of fittingEvents(line.toString(), this.#stdinOptions())) this.#stdout.write(`${event}\n`)
    } else {
      this.#pass(line)
      this.#stdout.write('\n')
    }
  }

  /** Replaces invalid UTF-8, because Fluentd's JSON parser stops for good at such a byte. */
  #pass(bytes: Buffer): void {
    if (isUtf8(bytes)) this.#stdout.writeBytes(bytes)
    else this.#stdout.write(bytes.toString())
  }

  #settle(): void {
    this.#stdout.flush()
    const { pad } = this.#keys
    const over = pad === 0 ? 0 : this.#stdout.written % pad
    if (over > 0) {
      this.#stdout.write('\n'.repeat(pad - over))
      this.#stdout.flush()
    }
    this.#elsewhere.settle()
  }
}
