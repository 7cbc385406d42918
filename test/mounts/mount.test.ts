import { describe, expect, it } from 'vitest'
import { dumpIdentity } from '../../src/mounts/identity.ts'
import { Mount, type Outcome } from '../../src/mounts/mount.ts'
import { dumpText, logText } from '../cli/dumps.ts'

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1)

function logsOf<T>(outcomes: readonly Outcome<T>[]): T[] {
  return outcomes.flatMap((outcome) => (outcome.type === 'log' ? [outcome.item] : []))
}

function typesOf(outcomes: readonly Outcome<unknown>[]): string[] {
  return outcomes.flatMap((outcome) => (outcome.type === 'record' ? [outcome.record.type] : []))
}

describe('Mount', () => {
  it('gives ordinary lines back at once, and a held line when the next one tells that it was log', () => {
    const mount = new Mount<number>()
    const feed = (text: string, item: number) => mount.push({ stream: 's', text, item })
    expect(logsOf(feed('started', 0))).toEqual([0])
    expect(feed('panic: not a Go one', 1)).toEqual([])
    expect(mount.isOpen('s')).toBe(true)
    const later: number[] = []
    for (let i = 2; i < 80; i++) later.push(...logsOf(feed(`request ${i}`, i)))
    later.push(...logsOf(mount.end()))
    expect(later).toEqual(Array.from({ length: 79 }, (_, i) => i + 1))
  })

  it('gives a dump the time of the line that announced it, not of its header', () => {
    const mount = new Mount<number>()
    const lines = ['panic: boom', '', 'goroutine 1 [running]:', 'main.main()', '\t/app/main.go:3 +0x1d']
    const out = lines.flatMap((text, i) => mount.push({ stream: 'web', text, item: i, time: (i + 1) * 1000 }))
    expect([...out, ...mount.end()].find((each) => each.type === 'record')).toMatchObject({
      record: { kind: 'panic', reason: 'boom', time: '1970-01-01T00:00:01.000Z' },
    })
  })

  it('ends a dump after silence, with the attributes and the time of its stream', () => {
    const mount = new Mount<string>({ idle: 1000 })
    const attributes = { 'k8s.pod.name': 'web-1' }
    const time = Date.parse('2026-11-24T05:00:00Z')
    for (const text of linesOf(dumpText())) {
      expect(logsOf(mount.push({ stream: 'web', text, item: text, time, attributes }))).toEqual([])
    }
    mount.tick(0)
    const dump = mount.tick(2000).find(({ type }) => type === 'record')
    expect(dump).toMatchObject({
      record: { source: 'web', goroutines: 55, attributes, time: '2026-11-24T05:00:00.000Z' },
    })
    expect(mount.isOpen('web')).toBe(false)
  })

  it('keeps two streams apart', () => {
    const mount = new Mount<string>()
    for (const text of linesOf(dumpText())) {
      mount.push({ stream: 'a', text, item: text })
      expect(logsOf(mount.push({ stream: 'b', text: 'ordinary', item: 'b' }))).toEqual(['b'])
    }
    expect(typesOf(mount.end())).toEqual(['dump', 'signature', 'signature', 'signature'])
  })

  it('completes the dump of the stream that was silent for longest when there are too many', () => {
    const mount = new Mount<string>({ limits: { sources: 2 } })
    for (const text of linesOf(dumpText())) mount.push({ stream: 'old', text, item: text })
    expect(typesOf(mount.push({ stream: 'b', text: 'x', item: 'b' }))).toEqual([])
    const out = mount.push({ stream: 'c', text: 'x', item: 'c' })
    expect(typesOf(out)).toEqual(['dump', 'signature', 'signature', 'signature'])
    expect(logsOf(out)).toEqual(['c'])
  })

  it('takes a whole dump in one record, empty lines, and a line past the limit', () => {
    const mount = new Mount<string>({ limits: { lineBytes: 1000 } })
    const out = ['long', 'dump', 'long', ''].flatMap((item) =>
      mount.push({ stream: 's', text: { long: 'x'.repeat(5000), dump: dumpText() }[item] ?? '', item }),
    )
    out.push(...mount.end())
    expect(logsOf(out)).toEqual(['long', 'long', ''])
    expect(typesOf(out)).toEqual(['dump', 'signature', 'signature', 'signature'])
  })

  it('hands out what is left of a record that is part dump, part log', () => {
    const mount = new Mount<string>()
    const text = `${logText(1)}${dumpText()}`
    const out = [...mount.push({ stream: 's', text, item: 'both' }), ...mount.end()]
    expect(out.find(({ type }) => type === 'log')).toEqual({ type: 'log', item: 'both', rest: logText(1).trimEnd() })
  })

  it('does not give a line back in the place of an equal one', () => {
    const mount = new Mount<number>()
    const panic = 'panic: boom'
    const texts = [panic, '', ...linesOf(dumpText()), panic, 'exit status 2', ...linesOf(logText(100))]
    const out = texts.flatMap((text, item) => mount.push({ stream: 's', text, item }))
    const logs = logsOf([...out, ...mount.end()])
    expect(logs[0]).toBe(texts.lastIndexOf(panic))
  })

  it('names a dump by its source, its time and its first header, the same whenever it is read', () => {
    const texts = ['app started', 'panic: boom', '', 'goroutine 1 [running]:', 'main.main()', '\t/app/main.go:3 +0x1d']
    const identities = (source: string, times: (i: number) => number): string[] => {
      const mount = new Mount<number>()
      const out = texts.flatMap((text, item) => mount.push({ stream: source, text, item, time: times(item) }))
      return [...out, ...mount.end()].flatMap((each) => (each.type === 'record' ? [each.identity] : []))
    }
    const once = identities('web', (i) => 1000 * i)
    expect(new Set(once)).toEqual(new Set([dumpIdentity('web', 3000, 'goroutine 1 [running]:')]))
    expect(identities('web', (i) => 1000 * i)).toEqual(once)
    expect(identities('api', (i) => 1000 * i)).not.toContain(once[0])
    expect(identities('web', (i) => 1000 * i + 1)).not.toContain(once[0])
  })

  it('gives each dump of a stream its own identity, and the item of its first header', () => {
    const mount = new Mount<number>()
    const lines = [...linesOf(dumpText()), ...linesOf(logText(3)), ...linesOf(dumpText())]
    const out = lines.flatMap((text, item) => mount.push({ stream: 's', text, item, time: item }))
    const dumps = [...out, ...mount.end()].flatMap((each) =>
      each.type === 'record' && each.record.type === 'dump' ? [each] : [],
    )
    expect(dumps.map(({ item }) => item)).toEqual([0, linesOf(dumpText()).length + 3])
    expect(new Set(dumps.map(({ identity }) => identity)).size).toBe(2)
  })
})
