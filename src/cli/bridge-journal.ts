/**
 * `dumpstream bridge --journal BASE`: reads what a filter that must not wait has written (mounts/journal.ts), and writes events for it. Ends when its
 * stdin ends, and leaves open dumps to the next bridge.
 */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DumpstreamError } from '../core/errors.ts'
import { streamAttributes } from '../mounts/events.ts'
import { type JournalStream, journalEvent, readEntry } from '../mounts/journal.ts'
import { Mount, type Outcome } from '../mounts/mount.ts'
import { recordEvent, withText } from '../mounts/record-event.ts'
import { JsonlSink } from '../sinks/jsonl.ts'
import { PrintedStacks } from '../sinks/narrow.ts'
import { boundedLine } from './bounded.ts'
import { claim, Journal, JournalOut, otherJournals, release, removeOut, untaken } from './journal.ts'
import { type Elsewhere, mountEngine } from './mounted.ts'
import type { RunOptions } from './options.ts'
import { handleSignals } from './signals.ts'

const POLL_MS = 50
/** How long to wait for another bridge that is ending. */
const HANDOVER_MS = 2_000
/** After a start, wait this long before ending open dumps: they may continue, but the filter's input needs a moment. */
const RESUME_MS = 5_000
const RECORD_BYTES = 64 << 10

interface Line {
  readonly stream: JournalStream
  readonly isWithheld: boolean
  readonly text: string
  readonly time: number
}

type RecordOutcome = Extract<Outcome<Line>, { readonly type: 'record' }>

interface Setup {
  readonly base: string
  readonly options: RunOptions
  readonly elsewhere: Elsewhere
}

/** Resolves to the exit code. */
export async function runJournal({ base, options, elsewhere }: Setup): Promise<number> {
  if (!existsSync(dirname(base))) throw new DumpstreamError('DS_INPUT', `--journal ${base}: no such directory`)
  claim(base)
  const out = new JournalOut(base)
  const reader = new JournalReader(base, options, elsewhere, out)
  let isEnding = false
  const end = (): void => {
    isEnding = true
  }
  const stopSignals = handleSignals({ stdinIsPiped: true, stop: end })
  process.stdin
    .on('data', () => {})
    .once('end', end)
    .once('error', end)
  // The filter waits for the state file.
  reader.save()
  const handover = Date.now() + HANDOVER_MS
  while (otherJournals(base).some(({ isRead }) => isRead) && Date.now() < handover && !isEnding) await sleep(POLL_MS)
  let adopted = 0
  for (const other of otherJournals(base)) {
    if (other.isRead) continue
    claim(other.base)
    out.write(untaken(other.base))
    removeOut(other.base)
    reader.adopt(other.base)
    adopted++
  }
  const started = Date.now()
  while (!isEnding) {
    reader.read()
    if (adopted === 0 || Date.now() > started + RESUME_MS) reader.tick(Date.now())
    elsewhere.settle()
    await sleep(POLL_MS)
  }
  reader.read()
  reader.close()
  out.close()
  release(base)
  stopSignals()
  process.stdin.destroy()
  return await elsewhere.end()
}

class JournalReader {
  readonly #mount: Mount<Line>
  readonly #elsewhere: Elsewhere
  readonly #out: JournalOut
  readonly #own: Journal
  #adopted: Journal[] = []
  readonly #printer: JsonlSink
  readonly #streams = new Map<Journal, Map<number, JournalStream>>()
  /** Stream → the start of its open lines. */
  readonly #open = new Map<string, { journal: Journal; position: number }>()
  /** For streams that are not open: stream → position after its last line. */
  #done: Record<string, number> = {}
  #saved = ''
  /** How many chunks were read that other filters left. */
  #chunks = 0
  #events = ''
  /** The record that is being printed. */
  #printed: RecordOutcome | undefined

  constructor(base: string, options: RunOptions, elsewhere: Elsewhere, out: JournalOut) {
    this.#mount = new Mount(mountEngine(options.engine, elsewhere.complain))
    this.#elsewhere = elsewhere
    this.#out = out
    this.#own = new Journal(base)
    this.#printer = new JsonlSink(
      { writeLines: (text) => this.#print(text) },
      { narrowing: options.narrowing, stacks: new PrintedStacks(options.stacks) },
    )
  }

  /** Reads what another filter left, to its end. */
  adopt(base: string): void {
    const journal = new Journal(base)
    this.#adopted.push(journal)
    this.#readAll(journal, () => this.#chunks++)
    this.#forgetAdopted()
    this.save()
  }

  read(): void {
    this.#readAll(this.#own)
    this.#forgetAdopted()
  }

  tick(now: number): void {
    this.#take(this.#mount.tick(now))
    for (const source of [...this.#open.keys()]) if (!this.#mount.isOpen(source)) this.#open.delete(source)
    this.#flush()
    this.#forgetAdopted()
    this.save()
  }

  /** Saves the read position, after the findings up to it were written. */
  save(): void {
    const { position } = this.#own
    let resume = position
    for (const open of this.#open.values()) if (open.journal === this.#own) resume = Math.min(resume, open.position)
    const all = `${position} ${resume} ${this.#chunks}`
    if (all === this.#saved) return
    this.#done = Object.fromEntries(Object.entries(this.#done).filter(([, end]) => end > resume))
    this.#own.save(resume, this.#done, this.#chunks)
    this.#saved = all
  }

  close(): void {
    this.save()
    this.#own.close()
    for (const journal of this.#adopted) journal.close()
  }

  #readAll(journal: Journal, onChunk?: () => void): void {
    while (journal.read((line, position) => this.#line(journal, line, position))) {
      onChunk?.()
      this.#flush()
      this.save()
    }
  }

  #forgetAdopted(): void {
    if (this.#adopted.length === 0) return
    const open = new Set([...this.#open.values()].map(({ journal }) => journal))
    for (const journal of this.#adopted) if (!open.has(journal)) journal.remove()
    this.#adopted = this.#adopted.filter((journal) => open.has(journal))
  }

  #line(journal: Journal, text: string, position: number): void {
    const entry = readEntry(text)
    if (entry === undefined) return
    let streams = this.#streams.get(journal)
    if (streams === undefined) {
      streams = new Map()
      this.#streams.set(journal, streams)
    }
    if (entry.type === 'stream') {
      streams.set(entry.number, entry.stream)
      return
    }
    const stream = streams.get(entry.number)
    if (stream !== undefined && !journal.isDone(stream.source, position))
      this.#push(journal, { ...entry, stream }, position)
  }

  #push(journal: Journal, item: Line, position: number): void {
    const { stream, text, time } = item
    const { source } = stream
    const attributes = streamAttributes(stream.fields)
    const outcomes = this.#mount.push({ stream: source, text, time, attributes, item })
    const isNew = outcomes.some((each) => each.type === 'record' && each.record.source === source)
    this.#take(outcomes)
    if (!this.#mount.isOpen(source)) {
      this.#open.delete(source)
      if (journal === this.#own) this.#done[source] = journal.position + 1
    } else if (isNew || !this.#open.has(source)) this.#open.set(source, { journal, position })
  }

  #take(outcomes: readonly Outcome<Line>[]): void {
    for (const outcome of outcomes) {
      if (outcome.type === 'record') {
        this.#printed = outcome
        this.#printer.record(outcome.record)
        this.#elsewhere.record(outcome.record)
      } else if (outcome.type === 'log' && outcome.item.isWithheld) {
        this.#letGo(outcome.item, outcome.rest ?? outcome.item.text)
      }
    }
  }

  /** Releases a line that is log after all. An empty line next to a dump is not worth adding to the log. */
  #letGo({ stream, time }: Line, text: string): void {
    if (text.trim() === '') return
    this.#events += journalEvent(time, withText(stream, text))
  }

  #print(json: string): void {
    if (this.#printed === undefined) return
    const { record, identity, item } = this.#printed
    const place = item?.stream ?? { key: 'log', fields: {} }
    const found: unknown = JSON.parse(boundedLine(json, RECORD_BYTES))
    this.#events += journalEvent(item?.time ?? Date.now(), recordEvent(place, record, identity, found))
  }

  #flush(): void {
    if (this.#events === '') return
    this.#out.write(this.#events)
    this.#events = ''
  }
}
