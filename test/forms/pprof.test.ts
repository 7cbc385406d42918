/** Profiles of goroutines in pprof's own format: as pprof-format writes them, and as `--format pprof` does, against the text of the same dump. */
import { Function as Fn, Label, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format'
import { describe, expect, it } from 'vitest'
import type { DumpRecord, SignatureRecord } from '../../src/core/records.ts'
import { encodeProfile } from '../../src/sinks/pprof/profile.ts'
import { goldenDumps } from '../golden/dumps.ts'
import { feed, type Run } from '../property/weave.ts'

const NANOS = 1_795_503_600_123_000_000n

/** Of the text of debug=1, as another program would write it; functions of the runtime above the first shown one, as Go has them there. */
function profileOf(text: string, type: string): Buffer {
  const stringTable = new StringTable()
  const index = (word: string): number => stringTable.dedup(word)
  const locations: Location[] = []
  const functions: Fn[] = []
  const samples: Sample[] = []
  const place = (name: string, file: string, line: number): number => {
    const id = functions.length + 1
    functions.push(new Fn({ id, name: index(name), systemName: index(name), filename: index(file) }))
    locations.push(new Location({ id, address: 0x400000 + id, line: [new Line({ functionId: id, line })] }))
    return id
  }
  for (const record of text.split('\n\n')) {
    const head = /^(\d+) @/m.exec(record)
    if (head === null) continue
    const frames = [...record.matchAll(/^#\t0x[0-9a-f]+\t(\S+)\+0x[0-9a-f]+\t+(.*):(\d+)$/gm)]
    const isWaiting = frames.some(([, name]) => name?.startsWith('runtime.') === false)
    const locationId = frames.map(([, name = '', file = '', line = '0']) => place(name, file, Number(line)))
    if (isWaiting) locationId.unshift(place('runtime.gopark', '/usr/local/go/src/runtime/proc.go', 460))
    const labels: Record<string, string> = JSON.parse(/^# labels: (.*)$/m.exec(record)?.[1] ?? '{}')
    samples.push(
      new Sample({
        locationId: [...locationId, place('runtime.goexit', '/usr/local/go/src/runtime/asm_amd64.s', 1700)],
        value: [Number(head[1])],
        label: Object.entries(labels).map(([key, str]) => new Label({ key: index(key), str: index(str) })),
      }),
    )
  }
  const count = (): ValueType => new ValueType({ type: index(type), unit: index('count') })
  const profile = new Profile({
    sampleType: [count()],
    sample: samples,
    location: locations,
    function: functions,
    stringTable,
    timeNanos: NANOS,
    periodType: count(),
    period: 1,
  })
  return Buffer.from(profile.encode())
}

function countsOf({ records }: Run): string[] {
  const signatures = records.filter((each): each is SignatureRecord => each.type === 'signature')
  return signatures.map(({ id, count, labels }) => `${count} ${id} ${JSON.stringify(labels)}`).sort()
}

function dumpsOf({ records }: Run): DumpRecord[] {
  return records.filter((each): each is DumpRecord => each.type === 'dump')
}

const texts = goldenDumps().filter(({ name }) => /^zoo-.*-(?:pprof1|leak1)\.txt$/.test(name))

describe.each(texts.map(({ name, bytes }) => [name, bytes.toString()] as const))('%s as a profile', (name, text) => {
  const isLeak = name.includes('leak')
  const profile = profileOf(text, isLeak ? 'goroutineleak' : 'goroutine')
  const whole = feed([profile])

  it('has the ids, counts and labels of its text', () => {
    expect(countsOf(whole)).toEqual(countsOf(feed([Buffer.from(text)])))
    const [written, ...more] = dumpsOf(feed([Buffer.from(text)]))
    expect(more).toEqual([])
    expect(dumpsOf(whole)).toEqual([
      {
        ...written,
        bytes: [0, profile.length],
        time: '2026-11-24T07:00:00.123Z',
        time_from: 'log',
        damaged: 0,
        foreign_lines: 0,
      },
    ])
  })

  it('is read in pieces', () => {
    const pieces = Array.from({ length: Math.ceil(profile.length / 100) }, (_, i) =>
      profile.subarray(i * 100, i * 100 + 100),
    )
    expect(feed(pieces).records).toEqual(whole.records)
  })

  it('leaves nothing of it in the log', () => {
    expect(whole.log.toString('latin1')).toBe('')
  })
})

describe('what --format pprof writes', () => {
  // A goroutine that runs elsewhere has no stack, and in a profile the name that it is shown by; so have those of a dump that could not be told apart.
  const dumps = goldenDumps().filter(({ name }) => !/spin|^trunc-1\.19/.test(name))

  it('comes back with the same counts and ids, of each golden dump', () => {
    const different: string[] = []
    for (const { name, bytes } of dumps) {
      const run = feed([bytes], { stacks: 'always' })
      const dump = dumpsOf(run).at(-1)
      if (dump === undefined || dump.goroutines === 0) continue
      const signatures = run.records.filter(
        (each): each is SignatureRecord =>
          each.type === 'signature' && each.dump === dump.dump && each.source === dump.source && each.count > 0,
      )
      const back = feed([Buffer.from(encodeProfile([{ dump, signatures }], {}))])
      const counts = (of: readonly SignatureRecord[]): string[] => of.map(({ id, count }) => `${count} ${id}`).sort()
      const read = back.records.filter((each): each is SignatureRecord => each.type === 'signature')
      const [was, is] = [counts(signatures), counts(read)]
      if (was.join() !== is.join())
        different.push(
          `${name}: ${was.filter((each) => !is.includes(each))} for ${is.filter((each) => !was.includes(each))}`,
        )
    }
    expect(different).toEqual([])
  })
})

describe('a profile that is none of goroutines, or is cut', () => {
  const text = texts[0]?.bytes.toString() ?? ''

  it('is said to be of something else', () => {
    const { faults, records } = feed([profileOf(text, 'inuse_space')])
    expect(faults).toEqual(['a profile of inuse_space, not of goroutines'])
    expect(records.filter(({ type }) => type !== 'summary')).toEqual([])
  })

  it('is said to be cut', () => {
    expect(feed([profileOf(text, 'goroutine').subarray(0, 700)]).faults).toEqual(['the profile ends in the middle'])
  })

  it('is no text that begins with a letter or a line end of its own', () => {
    for (const log of ['Z\u0004 is a letter\n', '\n\u0004\b\n', 'Zone 5: \n'])
      expect(feed([Buffer.from(log)]).log.toString()).toBe(log)
  })
})
