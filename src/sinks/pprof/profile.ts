/**
 * Dumps as a pprof profile, with the field numbers of google/pprof, proto/profile.proto. There is one sample per signature and state, labelled
 * with both and with the verdict, so that `go tool pprof -tagfocus leaking` shows what leaks.
 */
import type { SignatureRecord } from '../../core/records.ts'
import { type LastDump, OTHER, othersOf, readFrame, type StackFrame } from '../last-dumps.ts'
import type { Narrowing } from '../narrow.ts'
import { Message } from './message.ts'

const PROFILE = {
  sampleType: 1,
  sample: 2,
  mapping: 3,
  location: 4,
  function: 5,
  stringTable: 6,
  timeNanos: 9,
  periodType: 11,
  period: 12,
} as const
const VALUE_TYPE = { type: 1, unit: 2 } as const
const SAMPLE = { locationId: 1, value: 2, label: 3 } as const
const LABEL = { key: 1, str: 2 } as const
const LOCATION = { id: 1, mappingId: 2, line: 4 } as const
const LINE = { functionId: 1, line: 2 } as const
const FUNCTION = { id: 1, name: 2, systemName: 3, filename: 4 } as const
const MAPPING = { id: 1, hasFunctions: 7, hasFilenames: 8, hasLineNumbers: 9 } as const

export function encodeProfile(dumps: readonly LastDump[], narrowing: Narrowing): Uint8Array {
  const tables = new Tables()
  const profile = new Message()
  const goroutine = new Message()
    .number(VALUE_TYPE.type, tables.string('goroutine'))
    .number(VALUE_TYPE.unit, tables.string('count'))
  profile.message(PROFILE.sampleType, goroutine)
  for (const last of dumps) {
    const source = { source: last.dump.source }
    for (const record of last.signatures) {
      const locations = stackOf(record).map((frame) => tables.location(frame))
      for (const [labels, count] of samplesOf(record)) {
        profile.message(PROFILE.sample, sample(locations, count, { ...source, ...labels }, tables))
      }
    }
    const others = othersOf(last, narrowing)
    if (others > 0) {
      const nowhere = tables.location({ function: OTHER, file: '', line: 0 })
      profile.message(PROFILE.sample, sample([nowhere], others, source, tables))
    }
  }
  // Without a mapping that has functions, pprof looks for a binary to name them.
  const mapping = new Message().number(MAPPING.id, 1)
  for (const has of [MAPPING.hasFunctions, MAPPING.hasFilenames, MAPPING.hasLineNumbers]) mapping.number(has, 1)
  profile.message(PROFILE.mapping, mapping)
  tables.write(profile)
  const times = dumps.flatMap(({ dump }) => (dump.time === undefined ? [] : [Date.parse(dump.time)]))
  // A double cannot hold nanoseconds exactly; records have milliseconds.
  if (times.length > 0) profile.number(PROFILE.timeNanos, Math.max(...times) * 1e6)
  return profile.message(PROFILE.periodType, goroutine).number(PROFILE.period, 1).toBytes()
}

/** A debug=1 profile has no states: one sample. */
function samplesOf(record: SignatureRecord): [Record<string, string>, number][] {
  const labels = { signature: record.id, ...(record.verdict === undefined ? {} : { verdict: record.verdict }) }
  const states = Object.entries(record.states)
  if (states.length === 0) return [[labels, record.count]]
  return states.map(([state, count]) => [{ ...labels, state }, count])
}

/** Innermost first, as in pprof. */
function stackOf({ stack = [], function: name, file = '', line = 0 }: SignatureRecord): StackFrame[] {
  return stack.length === 0 ? [{ function: name, file, line }] : stack.map(readFrame)
}

function sample(locations: readonly number[], count: number, labels: Record<string, string>, tables: Tables): Message {
  const message = new Message().numbers(SAMPLE.locationId, locations).numbers(SAMPLE.value, [count])
  for (const [key, value] of Object.entries(labels)) {
    const label = new Message().number(LABEL.key, tables.string(key)).number(LABEL.str, tables.string(value))
    message.message(SAMPLE.label, label)
  }
  return message
}

/** Strings, functions and locations are stored once each, and referred to by number. */
class Tables {
  /** The first is always the empty string. */
  readonly #strings = new Map<string, number>([['', 0]])
  readonly #functions = new Map<string, number>()
  readonly #locations = new Map<string, { readonly id: number; readonly frame: StackFrame }>()

  string(text: string): number {
    return number(this.#strings, text, 0)
  }

  location(frame: StackFrame): number {
    const key = `${frame.function}\n${frame.file}\n${frame.line}`
    const known = this.#locations.get(key)
    if (known !== undefined) return known.id
    const id = this.#locations.size + 1
    this.#locations.set(key, { id, frame })
    return id
  }

  write(profile: Message): void {
    const functions: Message[] = []
    for (const { id, frame } of this.#locations.values()) {
      const size = this.#functions.size
      const functionId = number(this.#functions, `${frame.function}\n${frame.file}`, 1)
      if (this.#functions.size > size) {
        const name = this.string(frame.function)
        functions.push(
          new Message()
            .number(FUNCTION.id, functionId)
            .number(FUNCTION.name, name)
            .number(FUNCTION.systemName, name)
            .number(FUNCTION.filename, this.string(frame.file)),
        )
      }
      const line = new Message().number(LINE.functionId, functionId).number(LINE.line, frame.line)
      profile.message(
        PROFILE.location,
        new Message().number(LOCATION.id, id).number(LOCATION.mappingId, 1).message(LOCATION.line, line),
      )
    }
    for (const each of functions) profile.message(PROFILE.function, each)
    for (const text of this.#strings.keys()) profile.text(PROFILE.stringTable, text)
  }
}

function number(table: Map<string, number>, key: string, first: number): number {
  const known = table.get(key)
  if (known !== undefined) return known
  const next = table.size + first
  table.set(key, next)
  return next
}
