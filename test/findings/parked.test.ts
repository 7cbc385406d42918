/** Findings of a text profile: its states are known only from the pcs of frames that it does not print. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { SignatureTally } from '../../src/core/model.ts'
import { parkedStates } from '../../src/findings/parked.ts'
import { readDumps } from '../dumps/reader.ts'
import { findings } from './findings.ts'

const DUMPS = new URL('../golden/dumps/', import.meta.url)
const ZOOS = readdirSync(DUMPS).filter((name) => /^zoo-.*-pprof1\.txt$/.test(name))

/** The signatures of the only dump of a file. */
function signaturesOf(name: string): readonly SignatureTally[] {
  return readDumps(readFileSync(new URL(name, DUMPS))).dumps[0]?.signatures ?? []
}

/** Merges states whose frames are the same. */
const ONE: readonly (readonly [RegExp, string])[] = [
  [/ \(n(?:il chan|o cases)\)|, locked to thread/, ''],
  [/^sync\..*|^semacquire$/, 'sync'],
]
const plain = (state: string): string => ONE.reduce((text, [pattern, by]) => text.replace(pattern, by), state)

describe('the states of a profile', () => {
  it.each(ZOOS)('match those in the headers of the same process: %s', (name) => {
    const profile = signaturesOf(name)
    const states = parkedStates(profile)
    const byId = new Map(signaturesOf(name.replace('pprof1', 'pprof2')).map((each) => [each.signature.id, each]))
    const told = profile.flatMap(({ signature, count }, i) => {
      const other = byId.get(signature.id)
      const known = [...(states[i]?.keys() ?? [])].map(plain)
      return known.length === 0 || other?.count !== count ? [] : [{ known, said: [...other.states.keys()].map(plain) }]
    })
    expect(told.length).toBeGreaterThan(15)
    for (const { known, said } of told) expect(known).toEqual([...new Set(said)])
  })
})

const PARK = '0x48e76e'
const SEND = `${PARK} 0x41d2bc 0x41ceb7`
const RECEIVE = `${PARK} 0x41e2ae 0x41ddd2`
const SELECT = `${PARK} 0x46d3f7`

interface Parked {
  readonly count?: number
  readonly pcs: string
  readonly calls: readonly string[]
}

function profileOf(parked: readonly Parked[]): string {
  const accept: Parked = {
    pcs: `${PARK} 0x450097`,
    calls: ['internal/poll.runtime_pollWait', 'net.(*TCPListener).Accept'],
  }
  const records = [...parked, accept].map(({ count = 1, pcs, calls }, i) => {
    const at = calls.map((_, place) => 0x700000 + i * 0x100 + place * 0x10)
    const frames = calls.map(
      (call, place) =>
        `#\t0x${((at[place] ?? 0) - 1).toString(16)}\t${call}+0x1d\t/srv/${call.replace(/\W/g, '')}.go:9\n`,
    )
    return {
      count,
      text: `${count} @ ${pcs} ${at.map((pc) => `0x${pc.toString(16)}`).join(' ')}\n${frames.join('')}\n`,
    }
  })
  const total = records.reduce((sum, { count }) => sum + count, 0)
  return `goroutine profile: total ${total}\n${records.map(({ text }) => text).join('')}`
}

describe('senders in a profile', () => {
  const senders: Parked = { count: 3, pcs: SEND, calls: ['shop/queue.put', 'shop/queue.submit'] }
  const main: Parked = { pcs: RECEIVE, calls: ['main.main'] }

  it('are stuck if no goroutine of their code is at work or may have a timer', () => {
    const [first, ...others] = findings(profileOf([senders, main]))
    expect(others).toEqual([])
    expect(first).toMatchObject({ finding: 'stuck', goroutines: 3 })
    expect(first?.title).toBe('3 goroutines wait in chan send at shopqueueput.go:9')
  })

  it.each([
    ['select', SELECT],
    ['receive', RECEIVE],
    ['have no known state', '0x44cb51'],
  ])('are not stuck if others of their code %s', (_how, pcs) => {
    expect(findings(profileOf([senders, main, { pcs, calls: ['shop/queue.take'] }]))).toEqual([])
  })

  it('cannot be distinguished from receivers if no goroutine waits for a channel in another way', () => {
    expect(findings(profileOf([senders]))).toEqual([])
    expect(
      findings(
        profileOf([
          { ...senders, pcs: RECEIVE },
          { pcs: `${PARK} 0x41e2ae 0x41ddf2`, calls: ['main.main'] },
        ]),
      ),
    ).toEqual([])
  })

  it('are stuck even if a logger stripped the TABs', () => {
    const stripped = profileOf([senders, main]).replaceAll('\t', '')
    expect(findings(stripped)).toEqual(
      findings(profileOf([senders, main])).map((each) => expect.objectContaining({ title: each.title })),
    )
  })

  it('are not reported if no frame shows what waiting looks like, or a frame is damaged', () => {
    const text = profileOf([senders, main])
    expect(findings(text.replace('internal/poll.runtime_pollWait', 'shop/net.wait'))).toEqual([])
    expect(findings(text.replace(/^#\t0x7000[^\n]*\n/gm, '#\t0x123456\tshop/queue.put+0x1d\t/srv/q.go:9\n'))).toEqual(
      [],
    )
  })
})
