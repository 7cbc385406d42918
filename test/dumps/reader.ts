/** Lines → dumps, without the stages above: the reader of this folder's tests. */
import { wordsOf } from '../../src/core/ascii.ts'
import { LIMITS } from '../../src/core/limits.ts'
import { Assembler } from '../../src/dumps/assembler.ts'
import type { FinishedDump, OpeningToBe } from '../../src/dumps/dump.ts'
import { type AssemblerSource, InterleavedDumps } from '../../src/dumps/interleaved.ts'
import { LogQueue } from '../../src/lines/log-queue.ts'
import type { LogTape } from '../../src/lines/tape.ts'
import { Signatures } from '../../src/stacks/signature.ts'
import { StackTrees } from '../../src/stacks/trees.ts'

export interface Goroutine {
  readonly id: number
  readonly state: string
  /** Id of its signature; undefined if its stack is unknown. */
  readonly signature: string | undefined
}

export interface Found {
  readonly dumps: FinishedDump[]
  readonly goroutines: Goroutine[]
}

const LINES_BEFORE = 16

function timeOf(text: string): number | undefined {
  const time = Date.parse(text.slice(0, '2026-11-24T08:00:00Z'.length))
  return Number.isNaN(time) ? undefined : time
}

/** The log lines since the last dump, nearest last. */
export function linesBefore(tape: LogQueue): string[] {
  const lines = tape.before().sinceDump.split('\n')
  return lines.slice(-LINES_BEFORE - 1, -1).map((line) => line.trimEnd())
}

/** The text before the dump on its line. */
export function headBefore(tape: LogQueue): string {
  return tape.before().sinceDump.split('\n').at(-1) ?? ''
}

/** A place where a dump can begin; `known` is all that the log around it says. */
export function openingOf(known: Partial<OpeningToBe> = {}): OpeningToBe {
  return {
    frame: undefined,
    logLines: [],
    mayHaveReason: true,
    isLogged: false,
    linesBefore: () => [],
    head: () => '',
    confirm: () => ({ time: undefined, timeFrom: undefined, frame: undefined }),
    ...known,
  }
}

/** An assembler that puts what it finds into `found`. */
export function makeAssembler(
  tape: LogTape,
  found: Found,
  ahead: () => string[] = () => (tape instanceof LogQueue ? linesBefore(tape) : []),
  onDump?: (dump: FinishedDump) => void,
  headOf: () => string = () => (tape instanceof LogQueue ? headBefore(tape) : ''),
): Assembler {
  const opening = (): OpeningToBe => {
    const lines = ahead()
    const head = headOf()
    const time = lines.map(timeOf).findLast((each) => each !== undefined)
    return openingOf({
      linesBefore: () => lines,
      head: () => head,
      confirm: () => ({ time, timeFrom: 'log', frame: undefined }),
    })
  }
  return new Assembler(
    LIMITS,
    new Signatures('functions', 1000, LIMITS.memoryBytes),
    new StackTrees(LIMITS.knownStackBytes),
    tape,
    {
      opening,
      timeOf,
      dump: (dump) => {
        found.dumps.push(dump)
        onDump?.(dump)
      },
      goroutine: (id, { state }, signature) => found.goroutines.push({ id, state, signature: signature?.id }),
    },
  )
}

/** The dumps in `text` (a string: Latin-1), and the bytes that are not part of any. */
export function readDumps(text: string | Buffer): Found & { readonly log: Buffer } {
  const log: Buffer[] = []
  const found: Found = { dumps: [], goroutines: [] }
  const tape = new LogQueue((bytes) => log.push(Buffer.from(bytes)))
  const dumps = new InterleavedDumps(fresh(() => makeAssembler(tape, found)))
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
  const isWhole = bytes.length === 0 || bytes[bytes.length - 1] === 0x0a
  const buf = isWhole ? bytes : Buffer.concat([bytes, Buffer.from('\n')])
  if (!isWhole) tape.lent = buf
  const words = wordsOf(buf)
  for (let pos = 0; pos < buf.length; ) {
    const next = dumps.run(buf, words, pos, buf.length, 0)
    pos = dumps.stopped === 'foreign' ? dumps.takeForeign(buf, next, 0) : next
  }
  dumps.end(isWhole ? '' : bytes.toString('latin1', bytes.lastIndexOf(0x0a) + 1))
  return { ...found, log: Buffer.concat(log) }
}

/** The content of a dump, without its position. */
export function counted(dump: FinishedDump): unknown {
  const { kind, format, reason, goroutines, other, damaged, truncated, signatures } = dump
  const counts = signatures
    .map(({ signature, count, states }) =>
      JSON.stringify([signature.id, count, [...states], signature.stack.frames, signature.createdBy]),
    )
    .sort()
  return { kind, format, reason, goroutines, other, damaged, truncated, counts }
}

/** Makes each assembler anew and reuses none. */
export function fresh(make: () => Assembler): AssemblerSource {
  return { take: make, give() {} }
}
