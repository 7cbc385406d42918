/**
 * A profile of goroutines in pprof's format (`debug=0`; google/pprof, proto/profile.proto). It becomes the text of `debug=1`, by the rules of
 * printCountProfile and printStackRecord of runtime/pprof, so that both formats give the same ids.
 *
 *   goroutine profile: total 39
 *   3 @ 0x487c0a 0x526bb9
 *   # labels: {"queue":"mail"}
 *   #	0x526bb9	main.all.func20+0x0	/srv/app/zoo/main.go:124
 */
import { NO_BYTES } from '../core/ascii.ts'
import type { Form, FormSink } from './form.ts'
import { addNumbers, eachField, NotProtobuf } from './protobuf.ts'

/** Longest profile, bytes. A profile with 100 000 distinct stacks has 20 MB. */
const PROFILE_BYTES = 64 << 20

const PROFILE = { sampleType: 1, sample: 2, location: 4, function: 5, stringTable: 6, timeNanos: 9, periodType: 11 }
const VALUE_TYPE = { type: 1, unit: 2 }
const SAMPLE = { locationId: 1, value: 2, label: 3 }
const LABEL = { key: 1, str: 2 }
const LOCATION = { id: 1, address: 3, line: 4 }
const LINE = { functionId: 1, line: 2 }
const FUNCTION = { id: 1, name: 2, filename: 4 }

/** The labels that `--format pprof` adds to its samples. */
const OWN_LABELS = new Set(['signature', 'state', 'verdict', 'source'])
const KINDS = /^(goroutine|goroutineleak)s?$/

/** Can a profile begin like this? Go writes the type of its period first; other writers, the type of the samples. */
export function isProfileHead(head: Uint8Array): boolean {
  const [tag, length = 0, first, type = 0x80, second, unit = 0x80] = head
  const isType = tag === ((PROFILE.periodType << 3) | 2) || tag === ((PROFILE.sampleType << 3) | 2)
  return (
    isType &&
    length === 4 &&
    first === VALUE_TYPE.type << 3 &&
    type < 0x80 &&
    second === VALUE_TYPE.unit << 3 &&
    unit < 0x80
  )
}

interface Frame {
  readonly function: number
  readonly line: number
}

interface Sample {
  readonly locations: number[]
  readonly values: number[]
  readonly labels: [key: number, value: number][]
}

interface Profile {
  readonly strings: string[]
  readonly types: number[]
  readonly samples: Sample[]
  readonly locations: Map<number, { address: number; frames: Frame[] }>
  readonly functions: Map<number, { name: number; file: number }>
  nanoseconds: number
}

export class Pprof implements Form {
  readonly #sink: FormSink
  #chunks: Buffer[] = []
  #length = 0

  constructor(sink: FormSink) {
    this.#sink = sink
  }

  push(chunk: Buffer): void {
    this.#length += chunk.length
    if (this.#length <= PROFILE_BYTES) this.#chunks.push(Buffer.from(chunk))
    else this.#chunks = []
  }

  end(): void {
    if (this.#length > PROFILE_BYTES) this.#refuse('a profile of more than 64 MB')
    else {
      try {
        this.#write(readProfile(Buffer.concat(this.#chunks)))
      } catch (error) {
        if (!(error instanceof NotProtobuf)) throw error
        this.#refuse('the profile ends in the middle')
      }
    }
    this.#chunks = []
  }

  #refuse(why: string): void {
    this.#sink.fault(why)
    this.#sink.frame(this.#length)
  }

  #write(profile: Profile): void {
    const { strings, types, samples } = profile
    const names = types.map((type) => strings[type] ?? '')
    const index = names.findIndex((name) => KINDS.test(name))
    if (index < 0) {
      this.#refuse(`a profile of ${names.join(' and ') || 'nothing'}, not of goroutines`)
      return
    }
    const count = ({ values }: Sample): number => Math.max(0, values[index] ?? 0)
    const total = samples.reduce((sum, sample) => sum + count(sample), 0)
    // A log line that gives the time.
    if (profile.nanoseconds > 0 && profile.nanoseconds < 8.64e21)
      this.#sink.line(Buffer.from(`${new Date(profile.nanoseconds / 1e6).toISOString()} pprof\n`), 0, NO_BYTES)
    this.#sink.line(Buffer.from(`${KINDS.exec(names[index] ?? '')?.[1]} profile: total ${total}\n`), this.#length)
    for (const sample of samples) if (count(sample) > 0) this.#record(profile, sample, count(sample))
  }

  #record(profile: Profile, sample: Sample, count: number): void {
    const { strings, locations, functions } = profile
    const places = sample.locations.map((id) => locations.get(id) ?? { address: id, frames: [] })
    const addresses = places.map(({ address }) => ` 0x${address.toString(16)}`)
    this.#line(`${count} @${addresses.join('')}`)
    const labels = labelsOf(sample, strings)
    if (labels !== undefined) this.#line(`# labels: ${labels}`)
    const frames = places.flatMap(({ address, frames }) =>
      frames.map((frame) => {
        const { name = 0, file = 0 } = functions.get(frame.function) ?? {}
        return { address, name: withoutTypes(strings[name] ?? ''), place: `${strings[file] || '??'}:${frame.line}` }
      }),
    )
    for (const { address, name, place } of shown(frames))
      this.#line(`#\t0x${address.toString(16)}\t${name}+0x0\t${place}`)
    this.#line('')
  }

  #line(text: string): void {
    this.#sink.line(Buffer.from(`${text}\n`), 0)
  }
}

/** Hides runtime.goexit and the runtime functions that a goroutine waits in, unless there are no others. */
function shown<T extends { readonly name: string }>(frames: readonly T[]): readonly T[] {
  const named = frames.filter(({ name }) => name !== '' && name !== 'runtime.goexit')
  const first = named.findIndex(({ name }) => !name.startsWith('runtime.'))
  return first < 0 ? named : named.slice(first)
}

/** Text formats print `main.Map[go.shape.int]` as `main.Map[...]` (runtime.FrameSymbolName in proto.go). */
function withoutTypes(name: string): string {
  if (!name.includes('[')) return name
  let out = ''
  let depth = 0
  for (const c of name) {
    if (c === '[' && depth++ === 0) out += '[...'
    if (c === ']' && depth > 0) depth--
    if (depth === 0) out += c
  }
  return out
}

function labelsOf({ labels }: Sample, strings: readonly string[]): string | undefined {
  const named = labels.map(([key, value]) => [strings[key] ?? '', strings[value] ?? ''] as const)
  const isOwn = named.some(([key, value]) => key === 'signature' && /^[0-9a-f]{16}$/.test(value))
  const theirs = isOwn ? named.filter(([key]) => !OWN_LABELS.has(key)) : named
  if (theirs.length === 0) return undefined
  return `{${theirs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(', ')}}`
}

/** @throws NotProtobuf */
function readProfile(bytes: Buffer): Profile {
  const profile: Profile = {
    strings: [],
    types: [],
    samples: [],
    locations: new Map(),
    functions: new Map(),
    nanoseconds: 0,
  }
  eachField(bytes, (field, value, inner) => {
    if (field === PROFILE.timeNanos) profile.nanoseconds = value
    if (inner === undefined) return
    if (field === PROFILE.stringTable) profile.strings.push(inner.toString('utf8'))
    else if (field === PROFILE.sampleType) profile.types.push(numberIn(inner, VALUE_TYPE.type))
    else if (field === PROFILE.sample) profile.samples.push(readSample(inner))
    else if (field === PROFILE.location) {
      const frames: Frame[] = []
      eachField(inner, (each, _, line) => {
        if (each === LOCATION.line && line !== undefined)
          frames.push({ function: numberIn(line, LINE.functionId), line: numberIn(line, LINE.line) })
      })
      const id = numberIn(inner, LOCATION.id)
      // A profile that is not of a program can lack addresses: the ids distinguish the locations as well.
      profile.locations.set(id, { address: numberIn(inner, LOCATION.address) || id, frames })
    } else if (field === PROFILE.function) {
      const name = numberIn(inner, FUNCTION.name)
      profile.functions.set(numberIn(inner, FUNCTION.id), { name, file: numberIn(inner, FUNCTION.filename) })
    }
  })
  return profile
}

function readSample(bytes: Buffer): Sample {
  const sample: Sample = { locations: [], values: [], labels: [] }
  eachField(bytes, (field, value, inner) => {
    if (field === SAMPLE.locationId) addNumbers(sample.locations, value, inner)
    else if (field === SAMPLE.value) addNumbers(sample.values, value, inner)
    else if (field === SAMPLE.label && inner !== undefined)
      sample.labels.push([numberIn(inner, LABEL.key), numberIn(inner, LABEL.str)])
  })
  return sample
}

function numberIn(bytes: Buffer, wanted: number): number {
  let found = 0
  eachField(bytes, (field, value) => {
    if (field === wanted) found = value
  })
  return found
}
